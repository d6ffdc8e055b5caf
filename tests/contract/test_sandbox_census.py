"""The sandbox's Census geocoder answers in the shape of the real one: same keys and cells, same refusals."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reos_local.sandbox.app import create_app
from reos_local.sandbox.census import matches
from reos_local.sandbox.world import county_apns, parcel

RECORDED = Path(__file__).parents[1] / "unit/reos/connectors/census_geocoder/found.200.json"
ONE, BATCH = "/census/geocoder/locations/onelineaddress", "/census/geocoder/locations/addressbatch"
BENCHMARK = {"benchmark": "Public_AR_Current"}


def house(apn: str) -> tuple[str, str, str]:
    home = parcel(1, apn)
    return str(home.address), home.place.city, home.place.zip5


HOUSES = [house(apn) for apn in county_apns(1, 1500)]
FOUND = {each: matches(1, each[0], f"{each[1]}, WA {each[2]}") for each in HOUSES}
KNOWN, TIED, UNKNOWN = (next(each for each, found in FOUND.items() if len(found) == count) for count in (1, 2, 0))


@pytest.fixture(scope="module")
def census() -> Iterator[TestClient]:
    with TestClient(create_app(seed=1)) as client:
        yield client


def one(census: TestClient, line: str, city: str, zip5: str) -> Any:
    answer = census.get(ONE, params={"address": f"{line}, {city}, WA {zip5}", "format": "json", **BENCHMARK})
    assert answer.status_code == 200
    return answer.json()


def many(census: TestClient, rows: list[tuple[str, ...]]) -> dict[str, list[str]]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    answer = census.post(BATCH, data=BENCHMARK, files={"addressFile": ("a.csv", text.getvalue(), "text/csv")})
    assert answer.status_code == 200
    return {cells[0]: cells for cells in csv.reader(io.StringIO(answer.text))}


def shape(value: object, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {each for key, inner in value.items() for each in shape(inner, f"{path}.{key}")}
    if isinstance(value, list):
        return {each for inner in value for each in shape(inner, f"{path}[]")}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {f"{path}: {'number' if is_number else type(value).__name__}"}


def test_every_key_and_type_is_one_of_the_recorded_answer(census: TestClient) -> None:
    assert shape(one(census, *KNOWN)) == shape(json.loads(RECORDED.read_text()))


def test_no_match_is_an_empty_list_and_a_tie_two_places(census: TestClient) -> None:
    assert one(census, *UNKNOWN)["result"]["addressMatches"] == []
    assert one(census, "1 Main St", "Spokane", "99201")["result"]["addressMatches"] == []
    first, second = one(census, *TIED)["result"]["addressMatches"]
    assert first["addressComponents"]["zip"] != second["addressComponents"]["zip"]


def test_a_point_lies_near_the_house_but_not_on_it(census: TestClient) -> None:
    homes = [parcel(1, apn) for apn in county_apns(1, 60)]
    for home in homes:
        found = one(census, str(home.address), home.place.city, home.place.zip5)["result"]["addressMatches"]
        if len(found) == 1:
            point = found[0]["coordinates"]
            assert 0 < abs(point["y"] - home.latitude) < 0.0005
            assert 0 < abs(point["x"] - home.longitude) < 0.0008


def test_a_file_is_answered_line_by_line_in_another_order(census: TestClient) -> None:
    rows = [(str(number), line, city, "WA", zip5) for number, (line, city, zip5) in enumerate((KNOWN, TIED, UNKNOWN))]
    found = many(census, rows)
    assert [len(found[str(number)]) for number in range(3)] == [8, 3, 3]
    assert [found[str(number)][2] for number in range(3)] == ["Match", "Tie", "No_Match"]
    point = one(census, *KNOWN)["result"]["addressMatches"][0]
    assert found["0"][5] == f"{point['coordinates']['x']},{point['coordinates']['y']}"
    assert found["0"][4] == point["matchedAddress"]
    assert found["0"][1] == ", ".join((KNOWN[0], KNOWN[1], "WA", KNOWN[2]))
    twenty = [(str(number), *HOUSES[number][:2], "WA", HOUSES[number][2]) for number in range(20)]
    assert list(many(census, twenty)) != [row[0] for row in twenty]
    assert set(many(census, twenty)) == {row[0] for row in twenty}


def test_some_matches_are_not_exact(census: TestClient) -> None:
    rows = [(str(number), line, city, "WA", zip5) for number, (line, city, zip5) in enumerate(HOUSES[:300])]
    kinds = [cells[3] for cells in many(census, rows).values() if cells[2] == "Match"]
    assert set(kinds) == {"Exact", "Non_Exact"}
    assert kinds.count("Non_Exact") < 40


@pytest.mark.parametrize("params", [{}, {"benchmark": "Public_AR_Old", "address": "1 Main St"}, BENCHMARK])
def test_what_is_lacking_is_told_with_a_400(census: TestClient, params: dict[str, str]) -> None:
    answer = census.get(ONE, params=params)
    assert (answer.status_code, answer.json()["status"]) == (400, "400")
    assert len(answer.json()["errors"]) == 1


@pytest.mark.parametrize(
    ("data", "file"),
    [({}, b"1,a,b,c,d"), (BENCHMARK, None), (BENCHMARK, b"1,a,b\n"), (BENCHMARK, b"1,a,b,c,98001\n" * 10_001)],
)
def test_a_file_that_is_none_is_refused(census: TestClient, data: dict[str, str], file: bytes | None) -> None:
    files = {"addressFile": ("a.csv", file, "text/csv")} if file else {"other": ("a.csv", b"x", "text/csv")}
    answer = census.post(BATCH, data=data, files=files)
    assert (answer.status_code, answer.json()["status"]) == (400, "400")


def test_faults_can_be_ordered(census: TestClient) -> None:
    census.put("/_faults/census", json={"kind": "error_in_200", "count": 1})
    inner = one(census, *KNOWN)["result"]["addressMatches"]
    assert inner[0]["status"].startswith("Layer query encountered an error")
    census.put("/_faults/census", json={"kind": "schema_drift", "count": 1})
    assert "addressMatches" not in one(census, *KNOWN)["result"]
    census.put("/_faults/census", json={"kind": "429", "count": 1})
    assert census.get(ONE, params={"address": "x", **BENCHMARK}).status_code == 429
    assert len(one(census, *KNOWN)["result"]["addressMatches"]) == 1
