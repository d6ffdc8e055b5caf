"""The sandbox's parcel layer in the shape of an ArcGIS FeatureServer: metadata, pages, counts, errors inside a 200."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reos_local.sandbox.app import create_app
from reos_local.sandbox.county_view import layer
from reos_local.sandbox.world import COUNTY_SIZE, county_apns, parcel

SAMPLES = Path(__file__).parent / "samples"
PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/arcgis_parcels"
LAYER = "/county/53033/arcgis/rest/services/Parcels/FeatureServer/0"
APNS = county_apns(1, 600)


@pytest.fixture(scope="module")
def county() -> Iterator[TestClient]:
    with TestClient(create_app(seed=1)) as client:
        yield client


def _sample(name: str) -> dict[str, Any]:
    return json.loads((SAMPLES / name).read_text())


def _types(body: dict[str, Any]) -> dict[str, str]:
    return {key: type(value).__name__ for key, value in body.items()}


def _ask(county: TestClient, **params: str | int) -> dict[str, Any]:
    answer = county.get(f"{LAYER}/query", params={"f": "json", "outFields": "*", "returnGeometry": "false"} | params)
    assert answer.status_code == 200
    return answer.json()


def _apns(body: dict[str, Any]) -> list[str]:
    return [feature["attributes"]["APN"] for feature in body["features"]]


def test_metadata_has_the_samples_keys_and_types(county: TestClient) -> None:
    described = county.get(LAYER, params={"f": "json"}).json()
    sample = _sample("arcgis_metadata.json")
    assert _types(described) == _types(sample)
    assert _types(described["advancedQueryCapabilities"]) == _types(sample["advancedQueryCapabilities"])
    assert {field["name"] for field in described["fields"]} == {field["name"] for field in layer()["fields"]}


@pytest.mark.parametrize(
    "path", [SAMPLES / "arcgis_metadata.json", *sorted(PUBLISHED.glob("*-metadata.json"))], ids=lambda path: path.stem
)
def test_metadata_types_are_those_of_published_layers(county: TestClient, path: Path) -> None:
    ours, published = county.get(LAYER, params={"f": "json"}).json(), json.loads(path.read_text())
    shared = ours.keys() & published.keys()
    assert len(shared) >= 12
    assert {key: _types(ours)[key] for key in shared} == {key: _types(published)[key] for key in shared}
    assert {field["type"] for field in ours["fields"]} & {field["type"] for field in published["fields"]}


def test_a_page_has_the_samples_keys_and_types(county: TestClient) -> None:
    page = _ask(county, where="1=1", outFields="APN", resultRecordCount=1, returnGeometry="true")
    sample = _sample("arcgis_page.json")
    assert _types(page) == _types(sample)
    assert page["fields"] == sample["fields"]
    assert _types(page["features"][0]["geometry"]) == _types(sample["features"][0]["geometry"])


def test_one_parcel_by_its_number(county: TestClient) -> None:
    page = _ask(county, where=f"APN='{APNS[3]}'")
    true = parcel(1, APNS[3])
    (feature,) = page["features"]
    assert feature["attributes"]["SITUS_ADDR"] == true.address
    assert feature["attributes"]["LOT_SQFT"] == true.house.lot_sqft
    assert "exceededTransferLimit" not in page
    assert "geometry" not in feature


def test_five_hundred_parcels_by_post_form(county: TestClient) -> None:
    wanted = ",".join(f"'{apn}'" for apn in APNS[:500])
    form = {"where": f"APN IN ({wanted})", "outFields": "APN,BEDROOMS", "returnGeometry": "false", "f": "json"}
    page = county.post(f"{LAYER}/query", data=form).json()
    assert set(_apns(page)) == set(APNS[:500])
    assert set(page["features"][0]["attributes"]) == {"APN", "BEDROOMS"}


def test_any_ten_digits_are_a_parcel_and_nothing_else_is(county: TestClient) -> None:
    assert _apns(_ask(county, where="APN='7129300520'")) == ["7129300520"]
    assert _apns(_ask(county, where="APN IN ('712930-0520','12','')")) == []


def test_an_address_is_found_in_its_zip(county: TestClient) -> None:
    true = parcel(1, APNS[3])
    assert _apns(_ask(county, where=f"SITUS_ADDR='{true.address}' AND ZIP5='{true.place.zip5}'")) == [true.apn]
    assert len(_apns(_ask(county, where=f"SITUS_ADDR='{true.address}'"))) == 70


def test_pages_tell_when_there_is_more_and_cover_everything_once(county: TestClient) -> None:
    found: list[str] = []
    while True:
        page = _ask(county, where="1=1", outFields="APN", resultOffset=len(found), orderByFields="OBJECTID")
        assert len(page["features"]) <= 2000
        found += _apns(page)
        if not page.get("exceededTransferLimit"):
            break
    assert found == list(county_apns(1))


def test_more_than_the_limit_is_cut_to_the_limit(county: TestClient) -> None:
    assert len(_ask(county, where="1=1", outFields="APN", resultRecordCount=9999)["features"]) == 2000


def test_counts_and_ids(county: TestClient) -> None:
    assert _ask(county, where="1=1", returnCountOnly="true") == {"count": COUNTY_SIZE}
    ids = _ask(county, where=f"APN IN ('{APNS[4]}','{APNS[2]}')", returnIdsOnly="true")
    assert ids == {"objectIdFieldName": "OBJECTID", "objectIds": [3, 5]}


def test_rows_come_in_the_order_asked_for(county: TestClient) -> None:
    wanted = ",".join(f"'{apn}'" for apn in APNS[:40])
    page = _ask(county, where=f"APN IN ({wanted})", orderByFields="ZIP5, LOT_SQFT DESC")
    keys = [(f["attributes"]["ZIP5"], -f["attributes"]["LOT_SQFT"]) for f in page["features"]]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"where": "FOO='1'"}, "Unable to complete operation."),
        ({"where": ""}, "Unable to complete operation."),
        ({"where": "1=1", "geometry": "1,2"}, "Unable to complete operation."),
        ({"where": "1=1", "resultOffset": "-1"}, "Unable to complete operation."),
        ({"where": "1=1", "outFields": "FOO"}, "Failed to execute query."),
        ({"where": "1=1", "orderByFields": "FOO"}, "Failed to execute query."),
        ({"where": "1=1", "f": "html"}, "Invalid or missing input parameters."),
    ],
)
def test_errors_come_inside_a_200(county: TestClient, params: dict[str, str], message: str) -> None:
    body = _ask(county, **params)
    assert _types(body["error"]) == _types(_sample("arcgis_error.json")["error"])
    assert (body["error"]["code"], body["error"]["message"]) == (400, message)


def test_another_county_is_no_service(county: TestClient) -> None:
    answer = county.get(LAYER.replace("53033", "36061"), params={"f": "json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (200, 404)
