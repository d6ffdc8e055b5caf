"""The sandbox's survey answers in the shape of the real one, and our connector reads both."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reos.connectors.census_acs.answers import AreaFact, read_table
from reos.connectors.census_acs.client import Areas, chunks
from reos.connectors.census_acs.variables import known_variables
from reos_local.sandbox.acs import KEY
from reos_local.sandbox.app import create_app
from reos_local.sandbox.places import places

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/census"
SURVEY = "/acs/data/2024/acs/acs5"


@pytest.fixture(scope="module")
def census() -> Iterator[TestClient]:
    with TestClient(create_app(seed=1), follow_redirects=False) as client:
        yield client


def ask(census: TestClient, variables: str, url: str = SURVEY, **query: str) -> Any:
    return census.get(
        url,
        params={"get": f"NAME,{variables}", "key": KEY} | {"in" if k == "within" else k: v for k, v in query.items()},
    )


def facts(census: TestClient, areas: str, codes: list[str]) -> list[AreaFact]:
    columns = ",".join(f"{code}{suffix}" for code in codes for suffix in "EM")
    answer = census.get(SURVEY, params={"get": f"NAME,{columns}", "key": KEY, **Areas.named(areas).query})
    assert answer.status_code == 200
    return list(read_table(answer.json(), 2024))


@pytest.mark.parametrize(("areas", "count", "digits"), [("zcta", 70, 5), ("county:53", 1, 5), ("tract:53033", 210, 11)])
def test_every_variable_that_we_ask_for_is_known_for_all_areas(
    census: TestClient, areas: str, count: int, digits: int
) -> None:
    for chunk in chunks(list(known_variables().codes)):
        found = facts(census, areas, chunk)
        assert len(found) == count * len(chunk)
        assert {len(fact.geoid) for fact in found} == {digits}
        assert all(fact.estimate is not None or fact.reason for fact in found)


def test_the_areas_are_those_of_the_world_and_their_houses_alike(census: TestClient) -> None:
    built = {fact.geoid: fact.estimate for fact in facts(census, "zcta", ["B25035_001"])}
    assert set(built) == {place.zip5 for place in places()}
    assert all(abs((built[place.zip5] or 0) - place.year_built) <= 3 for place in places())


def test_parts_add_up_to_their_whole(census: TestClient) -> None:
    codes = ["B25003_001", "B25003_002", "B25003_003"]
    (county,) = {fact.geoid for fact in facts(census, "county", codes)}
    figures = {fact.variable: fact.estimate or 0 for fact in facts(census, "county", codes)}
    assert county == "53033"
    assert abs(figures["B25003_002"] + figures["B25003_003"] - figures["B25003_001"]) < figures["B25003_001"] * 0.2


def test_small_areas_may_have_no_median_and_say_so_with_codes(census: TestClient) -> None:
    rows = ask(census, "B25064_001E,B25064_001M", **{"for": "tract:*", "within": "state:53 county:033"}).json()
    codes = {(row[1], row[2]) for row in rows[1:] if row[1].startswith("-")}
    assert codes == {("-666666666", "-222222222")}


def test_everything_is_text_and_the_areas_codes_come_last(census: TestClient) -> None:
    rows = ask(census, "B25064_001E", **{"for": "county:*", "within": "state:53"}).json()
    assert rows[0] == ["NAME", "B25064_001E", "state", "county"]
    assert all(isinstance(cell, str) for row in rows for cell in row)
    assert ask(census, "B25064_001E", **{"for": "us:1"}).json()[1][0] == "United States"


@pytest.mark.parametrize(("key", "page"), [({}, "missing_key.html"), ({"key": "x"}, "invalid_key.html")])
def test_a_key_is_needed(census: TestClient, key: dict[str, str], page: str) -> None:
    answer = census.get(SURVEY, params={"get": "NAME", "for": "us:1", **key})
    assert (answer.status_code, answer.headers["location"].rpartition("/")[2]) == (302, page)


@pytest.mark.parametrize(
    ("variables", "query", "message"),
    [
        ("B25064_1E", {"for": "county:*"}, "error: error: unknown variable 'B25064_1E'"),
        ("B25064_001E", {"for": "village:*"}, "error: unknown/unsupported geography hierarchy"),
        ("B25064_001E", {"for": "tract:*"}, "error: unknown/unsupported geography hierarchy"),
        (",".join(["B25064_001E"] * 50), {"for": "county:*"}, "error: query exceeds limit of 50 variables"),
    ],
)
def test_what_is_refused_is_a_line_of_text(
    census: TestClient, variables: str, query: dict[str, str], message: str
) -> None:
    answer = ask(census, variables, **query)
    assert (answer.status_code, answer.text) == (400, message)


def test_areas_without_rows_and_years_that_are_not_out() -> None:
    with TestClient(create_app(seed=1)) as census:
        nowhere = ask(census, "B25064_001E", **{"for": "county:*", "within": "state:54"})
        assert (nowhere.status_code, nowhere.content) == (204, b"")
        later = SURVEY.replace("2024", "2025")
        assert ask(census, "B25064_001E", later, **{"for": "us:1"}).status_code == 404
        census.put("/_acs/latest/2025")
        assert ask(census, "B25064_001E", later, **{"for": "us:1"}).status_code == 200


def test_the_published_answers_are_read_as_ours_are(census: TestClient) -> None:
    ours = ask(census, "B19013_001E", **{"for": "county:*"}).json()
    samples = [
        ("ours", ours),
        *((path.name, json.loads(path.read_text())["body"]) for path in PUBLISHED.glob("acs5_*")),
    ]
    for name, body in samples:
        found = list(read_table(body, 2024))
        assert found, name
        assert {fact.geo_type for fact in found} == {"county"}
        assert all(fact.estimate and fact.estimate > 0 and fact.name for fact in found)
        assert len(found) == (len(body) - 1) * sum(column.endswith("E") and column != "NAME" for column in body[0])
