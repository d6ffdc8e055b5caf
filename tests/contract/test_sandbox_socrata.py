"""The sandbox's Socrata domain in the shape of the real one: rows without nulls, numbers as text, error codes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from reos.reference.source import find_source
from reos_local.sandbox.app import create_app
from reos_local.sandbox.cook_view import COLUMNS, PARCELS

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/socrata_pluto"
ROWS = "/county/17031/resource/3723-97qp.json"
VIEW = "/county/17031/api/views/3723-97qp.json"


@pytest.fixture(scope="module")
def domain() -> Iterator[TestClient]:
    with TestClient(create_app(seed=1)) as client:
        yield client


def ask(domain: TestClient, **params: str | int) -> Any:
    return domain.get(ROWS, params={f"${name}": value for name, value in params.items()})


def test_the_description_names_columns_types_and_the_last_update(domain: TestClient) -> None:
    described = domain.get(VIEW).json()
    assert {each["fieldName"]: each["dataTypeName"] for each in described["columns"]} == COLUMNS
    assert isinstance(described["rowsUpdatedAt"], int)


def test_every_column_that_the_source_declares_is_there_with_its_type() -> None:
    declared = find_source("cook_il_addresses").columns
    assert declared.items() <= COLUMNS.items()


def test_rows_are_text_without_nulls_and_a_thousand_unless_asked(domain: TestClient) -> None:
    rows = ask(domain).json()
    assert len(rows) == 1000
    assert {type(value) for row in rows for value in row.values()} == {str}
    assert any("prop_address_full" not in row for row in rows)
    assert not any(name.startswith(":") for row in rows for name in row)
    assert {len(row["pin"]) for row in rows} == {14}


def test_pages_cover_everything_once(domain: TestClient) -> None:
    where, seen = "year = 2025", []
    while page := ask(domain, where=where, order=":id", limit=1300, offset=len(seen), select=":id,pin").json():
        seen += page
    assert len(seen) == len({row[":id"] for row in seen}) == len({row["pin"] for row in seen}) == PARCELS


def test_counts_and_greatest_values(domain: TestClient) -> None:
    assert ask(domain, select="count(*) as count", where="year = 2025").json() == [{"count": str(PARCELS)}]
    assert ask(domain, select="max(year) as latest").json() == [{"latest": "2025"}]


def test_edits_since_a_moment(domain: TestClient) -> None:
    some = ask(domain, select=":updated_at", where=":updated_at >= '2026-07-01T00:00:00'", limit=50_000).json()
    assert 0 < len(some) < PARCELS
    assert min(row[":updated_at"] for row in some) >= "2026-07-01T00:00:00"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"select": "nonexistent_col"}, "query.soql.no-such-column"),
        ({"where": "nonexistent_col = '1'"}, "query.soql.no-such-column"),
        ({"where": "year = '2025'"}, "query.soql.type-mismatch"),
        ({"limit": "many"}, "query.soql.invalid"),
    ],
)
def test_errors_carry_a_code(domain: TestClient, params: dict[str, str], code: str) -> None:
    answer = ask(domain, **params)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, code)


def test_an_error_has_the_keys_of_a_published_one(domain: TestClient) -> None:
    ours = ask(domain, select="nonexistent_col").json()
    recorded = [json.loads(path.read_text()) for path in PUBLISHED.glob("F13_*.json")]
    for published in (json.loads(each["response_body_raw"]) for each in recorded):
        assert ours.keys() == published.keys()
        assert ours["errorCode"] == published["errorCode"]
        assert ours["data"]["column"] == published["data"]["column"]
    assert ours["data"]["column"] == "nonexistent_col"


def test_a_data_set_that_is_gone_is_a_404(domain: TestClient) -> None:
    assert domain.get("/county/17031/resource/aaaa-bbbb.json").status_code == 404
    assert domain.get("/county/17031/api/views/aaaa-bbbb.json").status_code == 404
