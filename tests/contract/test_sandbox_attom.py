"""The sandbox's ATTOM answers in the shape of the provider's: same keys, same types, same refusals."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reos_local.sandbox.app import DEFAULT_ATTOM_KEY, create_app
from reos_local.sandbox.attom_resources import RESOURCES
from reos_local.sandbox.attom_view import attom_id, is_known
from reos_local.sandbox.world import county_apns, parcel

SAMPLES = Path(__file__).parent / "samples"
PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/attom"
PATH = "/attom/propertyapi/v1.0.0/property/expandedprofile"
AVM_PATH = "/attom/propertyapi/v1.0.0/attomavm/detail"
RECORDED = Path(__file__).parents[1] / "unit/reos/connectors/attom/valuation.200.json"
HEADERS = {"apikey": DEFAULT_ATTOM_KEY, "accept": "application/json"}
KNOWN = [apn for apn in county_apns(1, 400) if is_known(1, apn)]
UNKNOWN = next(apn for apn in county_apns(1, 400) if not is_known(1, apn))


@pytest.fixture(scope="module")
def attom() -> Iterator[TestClient]:
    with TestClient(create_app(seed=1), headers=HEADERS) as client:
        yield client


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _paths(value: object, path: str = "") -> dict[str, str]:
    found = {path: _kind(value)}
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= _paths(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            found |= _paths(inner, f"{path}[]")
    return found


def _sample(name: str) -> dict[str, Any]:
    return json.loads((SAMPLES / name).read_text())


def test_every_key_and_type_is_one_of_the_sample(attom: TestClient) -> None:
    expected = _paths(_sample("attom_expandedprofile.json"))
    seen: dict[str, str] = {}
    for apn in KNOWN[:200]:
        answer = attom.get(PATH, params={"fips": "53033", "apn": apn, "pagesize": 1})
        assert answer.status_code == 200
        seen |= _paths(answer.json())
    assert seen == expected


@pytest.mark.parametrize(
    "path",
    [SAMPLES / "attom_expandedprofile.json", *sorted(PUBLISHED.glob("*profile*.json"))],
    ids=lambda path: path.stem,
)
def test_types_are_those_of_published_answers(attom: TestClient, path: Path) -> None:
    published = _paths(json.loads(path.read_text()))
    ours = _paths(attom.get(PATH, params={"fips": "53033", "apn": KNOWN[0]}).json())
    shared = published.keys() & ours.keys()
    assert len(shared) > 60
    assert {key: ours[key] for key in shared} == {key: published[key] for key in shared}


def test_the_same_parcel_by_each_way_of_asking(attom: TestClient) -> None:
    true = parcel(1, KNOWN[0])
    place = f"{true.place.city}, WA {true.place.zip5}"
    ways = [
        {"fips": "53033", "apn": true.apn},
        {"fips": "53033", "apn": f"{true.apn[:6]}-{true.apn[6:]}"},
        {"address1": true.address, "address2": place},
        {"address": f"{true.address}, {place}"},
        {"attomid": str(attom_id(true.apn))},
    ]
    answers = [attom.get(PATH, params=way).json()["property"] for way in ways]
    assert answers[0][0]["identifier"]["apn"] == f"{true.apn[:6]}-{true.apn[6:]}"
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    "params",
    [
        {"fips": "53033", "apn": UNKNOWN},
        {"fips": "36061", "apn": KNOWN[0]},
        {"fips": "53033", "apn": "12"},
        {"address": "not an address"},
        {"address1": "123 Main St", "address2": "Austin, TX 78701"},
        {"attomid": "1"},
    ],
)
def test_no_match_is_a_400_without_result(attom: TestClient, params: dict[str, str]) -> None:
    answer = attom.get(PATH, params=params)
    assert answer.status_code == 400
    assert answer.json() == _sample("attom_no_match.json")


@pytest.mark.parametrize(
    "params", [{}, {"fips": "53033"}, {"address1": "1 Main St"}, {"address": "1 Main", "page": "x"}]
)
def test_parameters_that_name_nothing_are_a_400(attom: TestClient, params: dict[str, str]) -> None:
    answer = attom.get(PATH, params=params)
    assert answer.status_code == 400
    assert answer.json()["status"]["msg"].startswith("Invalid Parameter")


@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_bad_key_is_refused(attom: TestClient, key: str) -> None:
    answer = attom.get(PATH, params={"fips": "53033", "apn": KNOWN[0]}, headers={"apikey": key})
    assert answer.status_code == 401
    assert answer.json()["status"]["msg"] == "Unauthorized"


def test_without_an_accept_header_it_answers_xml(attom: TestClient) -> None:
    answer = attom.get(PATH, params={"fips": "53033", "apn": KNOWN[0]}, headers={"accept": "*/*"})
    assert answer.headers["content-type"] == "application/xml"


def test_the_page_size_is_echoed_and_a_page_beyond_the_end_is_empty(attom: TestClient) -> None:
    first = attom.get(PATH, params={"fips": "53033", "apn": KNOWN[0], "pagesize": 3}).json()
    second = attom.get(PATH, params={"fips": "53033", "apn": KNOWN[0], "page": 2}).json()
    assert (first["status"]["pagesize"], first["status"]["total"], len(first["property"])) == (3, 1, 1)
    assert (second["status"]["page"], second["property"]) == (2, [])


def test_two_servers_of_one_seed_answer_the_same_bytes(attom: TestClient) -> None:
    params = {"fips": "53033", "apn": KNOWN[1]}
    with (
        TestClient(create_app(seed=1), headers=HEADERS) as other,
        TestClient(create_app(seed=2), headers=HEADERS) as third,
    ):
        assert other.get(PATH, params=params).content == attom.get(PATH, params=params).content
        assert third.get(PATH, params=params).content != attom.get(PATH, params=params).content


def test_an_area_has_pages_and_a_total(attom: TestClient) -> None:
    zip5 = parcel(1, KNOWN[0]).place.zip5
    first = attom.get(PATH, params={"postalcode": zip5, "pagesize": 4}).json()
    second = attom.get(PATH, params={"postalcode": zip5, "pagesize": 4, "page": 2}).json()
    assert first["status"]["total"] == second["status"]["total"] > 4
    assert not {each["identifier"]["apn"] for each in first["property"]} & {
        each["identifier"]["apn"] for each in second["property"]
    }
    assert attom.get(PATH, params={"postalcode": "00000"}).status_code == 400


@pytest.mark.parametrize("resource", [path for path in RESOURCES if path != "/attomavm/detail"])
def test_every_resource_answers_for_a_known_parcel(attom: TestClient, resource: str) -> None:
    answer = attom.get(f"/attom/propertyapi/v1.0.0{resource}", params={"fips": "53033", "apn": KNOWN[0]})
    assert answer.status_code == 200
    assert answer.json()["property"][0]["identifier"]["fips"] == "53033"


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("attomavm*.json")) or [RECORDED], ids=lambda path: path.stem)
def test_a_valuation_has_the_kinds_of_a_published_one(attom: TestClient, path: Path) -> None:
    published = _paths(json.loads(path.read_text()))
    valued = [attom.get(AVM_PATH, params={"fips": "53033", "apn": apn}) for apn in KNOWN[:20]]
    ours = _paths(next(answer for answer in valued if answer.status_code == 200).json())
    shared = published.keys() & ours.keys()
    assert {".property[].avm.amount.value", ".property[].avm.eventDate"} <= shared
    assert {key: ours[key] for key in shared} == {key: published[key] for key in shared}
