"""The sandbox's Regrid answers in the shape of the provider's: same keys and types, same defaults, same refusals."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reos.connectors.regrid.mapping import regrid_map
from reos_local.sandbox.app import create_app
from reos_local.sandbox.regrid_view import apn_of, is_covered, uuid_of
from reos_local.sandbox.world import county_apns, parcel
from reos_local.stack.environment import SANDBOX_KEY

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/regrid"
OURS = Path(__file__).parents[1] / "unit/reos/connectors/regrid/with_outline.200.json"
BASE = "/regrid/api/v2"
COVERED = [apn for apn in county_apns(1, 300) if is_covered(1, apn)]
TOKEN = {"token": SANDBOX_KEY}


@pytest.fixture(scope="module")
def regrid() -> Iterator[TestClient]:
    with TestClient(create_app(seed=1)) as client:
        client.params = TOKEN
        yield client


def shape(value: object, path: str = "") -> dict[str, str]:
    """Return the kind of every value in a JSON document by its path."""
    kind = "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    found = {path: kind}
    inner = (
        value.items()
        if isinstance(value, dict)
        else [("[]", each) for each in value]
        if isinstance(value, list)
        else ()
    )
    for key, each in inner:
        found |= shape(each, f"{path}.{key}")
    return found


def features(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200
    return answer.json()["parcels"]["features"]


def by_apn(regrid: TestClient, apn: str, **params: str) -> list[dict[str, Any]]:
    return features(regrid.get(f"{BASE}/parcels/apn", params={"parcelnumb": apn, "path": "/us/wa/king", **params}))


PARCELS = [OURS, *(path for path in sorted(PUBLISHED.glob("*_response.json")) if "usage" not in path.name)]


@pytest.mark.parametrize("path", PARCELS, ids=lambda path: path.stem)
def test_kinds_are_those_of_published_answers(regrid: TestClient, path: Path) -> None:
    published, ours = shape(json.loads(path.read_text())), {}
    for apn in COVERED[:60]:
        answer = regrid.get(f"{BASE}/parcels/apn", params={"parcelnumb": apn, "path": "/us/wa/king"})
        ours |= shape(answer.json())
    shared = published.keys() & ours.keys()
    assert len(shared) > 40
    assert {key: ours[key] for key in shared} == {key: published[key] for key in shared}


def test_usage_has_the_kinds_of_a_published_one(regrid: TestClient) -> None:
    ours = shape(regrid.get(f"{BASE}/usage").json())
    recorded = [OURS.with_name("usage.200.json"), PUBLISHED / "usage_response.json"]
    for path in (path for path in recorded if path.exists()):
        published = shape(json.loads(path.read_text()))
        shared = published.keys() & ours.keys()
        assert len(shared) > 8
        assert {key: ours[key] for key in shared} == {key: published[key] for key in shared}


def test_every_column_is_one_of_the_dictionary(regrid: TestClient) -> None:
    declared = regrid_map()
    seen = {column for apn in COVERED[:200] for column in by_apn(regrid, apn)[0]["properties"]["fields"]}
    assert declared.undeclared(seen) == frozenset()
    if PUBLISHED.exists():
        text = (PUBLISHED / "data_dictionary_parcels.csv").read_text()
        assert seen <= {row[0] for row in csv.reader(text.splitlines(keepends=True))}


def test_twenty_come_unless_told_otherwise_with_outlines(regrid: TestClient) -> None:
    found = features(regrid.get(f"{BASE}/parcels/query", params={"fields[geoid][eq]": "53033"}))
    assert len(found) == 20
    assert all(feature["geometry"]["type"] == "Polygon" for feature in found)
    plain = features(
        regrid.get(
            f"{BASE}/parcels/query", params={"fields[geoid][eq]": "53033", "limit": "3", "return_geometry": "false"}
        )
    )
    assert (len(plain), "geometry" in plain[0]) == (3, False)


def test_every_record_that_leaves_is_counted(regrid: TestClient) -> None:
    before = regrid.get("/_sold").json()["regrid"]
    features(regrid.get(f"{BASE}/parcels/query", params={"fields[geoid][eq]": "53033"}))
    by_apn(regrid, COVERED[0])
    by_apn(regrid, "1")
    regrid.get(f"{BASE}/parcels/query", params={"fields[geoid][eq]": "53033", "count": "true"})
    assert regrid.get("/_sold").json()["regrid"] == before + 21
    assert regrid.get(f"{BASE}/usage").json()["total"]["results"] == before + 21


def test_the_stable_id_leads_back_to_the_parcel(regrid: TestClient) -> None:
    apn = COVERED[3]
    (found,) = features(regrid.get(f"{BASE}/parcels/{uuid_of(apn)}"))
    assert found["properties"]["fields"]["parcelnumb_no_formatting"] == apn
    assert (apn_of(str(uuid_of(apn))), apn_of("no id"), uuid_of(apn).version) == (apn, None, 4)
    assert regrid.get(f"{BASE}/parcels/16bc4f67-009a-496c-bd0a-9e9d55f5228b").status_code == 404


def test_punctuation_of_a_number_does_not_count_but_its_place_does(regrid: TestClient) -> None:
    apn = COVERED[0]
    assert by_apn(regrid, f"{apn[:6]}-{apn[6:]}") == by_apn(regrid, apn) != []
    assert by_apn(regrid, apn, path="/us/wa/pierce") == []
    assert by_apn(regrid, apn, path="/us/wa") == by_apn(regrid, apn)


def test_a_point_lies_in_one_parcel_and_a_radius_holds_more(regrid: TestClient) -> None:
    true = parcel(1, COVERED[5])
    point = {"lat": str(true.latitude), "lon": str(true.longitude)}
    (found,) = features(regrid.get(f"{BASE}/parcels/point", params=point))
    near = features(regrid.get(f"{BASE}/parcels/point", params={**point, "radius": "3000", "limit": "1000"}))
    assert found["properties"]["fields"]["parcelnumb_no_formatting"] == true.apn
    assert len(near) > 1
    assert features(regrid.get(f"{BASE}/parcels/point", params={"lat": "0", "lon": "0"})) == []


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        ("fields[yearbuilt][between]", "1950,1960", lambda f: 1950 <= f["yearbuilt"] <= 1960),
        ("fields[szip5][in]", "98103,98178", lambda f: f["szip5"] in {"98103", "98178"}),
        ("fields[owner][ilike]", "%LLC", lambda f: f["owner"].endswith("LLC")),
        ("fields[zoning][isnull]", "true", lambda f: "zoning" not in f),
        ("fields[usedesc][ne]", "DUPLEX", lambda f: f["usedesc"] != "DUPLEX"),
        ("fields[ll_gisacre][lt]", "0.1", lambda f: f["ll_gisacre"] < 0.1),
    ],
)
def test_conditions_select_what_they_say(regrid: TestClient, condition: str, value: str, holds: Any) -> None:
    found = features(regrid.get(f"{BASE}/parcels/query", params={condition: value, "limit": "50"}))
    assert found
    assert all(holds(feature["properties"]["fields"]) for feature in found)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/parcels/apn", {}),
        ("/parcels/address", {"path": "/us"}),
        ("/parcels/point", {"lat": "north", "lon": "1"}),
        ("/parcels/query", {}),
        ("/parcels/query", {"fields[geoid][like]": "5"}),
        ("/parcels/query", {"fields[geoid][eq]": "53033", "fields[yearbuilt][order]": "asc", "offset_id": "0"}),
        ("/parcels/query", {"fields[geoid][eq]": "53033", "limit": "1001"}),
        ("/parcels/query", {f"fields[{name}][eq]": "1" for name in "abcde"}),
    ],
)
def test_what_it_does_not_take_is_an_error_with_a_message(
    regrid: TestClient, path: str, params: dict[str, str]
) -> None:
    answer = regrid.get(BASE + path, params=params)
    assert answer.status_code == 400
    assert answer.json()["status"] == "error"
    assert answer.json()["message"]


@pytest.mark.parametrize("path", ["/parcels/apn", "/parcels/query", "/usage", f"/parcels/{uuid_of(COVERED[0])}"])
def test_without_its_token_nothing_is_answered(regrid: TestClient, path: str) -> None:
    answer = regrid.get(BASE + path, params={"token": "wrong", "parcelnumb": COVERED[0]})
    assert (answer.status_code, answer.json()) == (401, {"status": "error", "message": "Invalid or missing token"})
