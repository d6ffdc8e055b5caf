"""The record as a file: every property once, safe for a spreadsheet as CSV, raw as NDJSON, and fit to be imported."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from reos.pipeline.lead_files import open_leads
from reos.pipeline.profiles import load_profile
from reos.property import queries

if TYPE_CHECKING:
    from tests.integration.conftest import Database
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio

URL = "/v1/properties/export"


@pytest.fixture
def api_database(warehouse: "Database") -> "Database":
    return warehouse


@pytest.fixture
def record(world: "World") -> dict[str, str]:
    """Two properties of north, one of south; return the ids by a name."""
    first = world.add_property(address_line="12 MAIN ST", city="SEATTLE", zip5="98101")
    place = {"latitude": 47.5, "longitude": -122.25}
    world.describe(first, owner_name='=HYPERLINK("http://x")', beds=3, owner_occupied=True, **place)
    second = world.add_property(address_line="14 MAIN ST", city="KENT", zip5="98030", apn="-7")
    world.add_property(world.south, address_line="1 OAK AVE")
    return {"first": str(first), "second": str(second)}


async def export(client: httpx.AsyncClient, sign_in: "SignIn", **params: str) -> httpx.Response:
    answer = await client.get(URL, headers=await sign_in(params.pop("role", "viewer")), params=params)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_csv_holds_every_property_once_and_no_formula(
    client: httpx.AsyncClient, sign_in: "SignIn", record: dict[str, str]
) -> None:
    answer = await export(client, sign_in)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="properties-2026-11-24.csv"'
    first, second = csv.DictReader(StringIO(answer.text, newline=""))
    assert (first["property_id"], second["property_id"]) == (record["first"], record["second"])
    assert list(first) == list(queries.EXPORTED)
    assert (first["owner_name"], first["longitude"], first["beds"]) == ('\'=HYPERLINK("http://x")', "'-122.25", "3")
    assert (first["owner_occupied"], second["owner_occupied"], second["apn"]) == ("true", "", "'-7")


async def test_ndjson_has_the_values_as_they_are(
    client: httpx.AsyncClient, sign_in: "SignIn", record: dict[str, str]
) -> None:
    answer = await export(client, sign_in, format="ndjson")
    first, second = map(json.loads, answer.text.splitlines())
    assert (first["owner_name"], first["longitude"], second["apn"]) == ('=HYPERLINK("http://x")', -122.25, "-7")
    assert first["property_id"] == record["first"]


async def test_filters_narrow_the_export(client: httpx.AsyncClient, sign_in: "SignIn", record: dict[str, str]) -> None:
    answer = await export(client, sign_in, format="ndjson", zip="98030")
    assert [json.loads(line)["property_id"] for line in answer.text.splitlines()] == [record["second"]]


async def test_pages_follow_each_other_without_gap(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reos_api.exports.rows._PAGE", 2)
    made = [str(world.add_property(address_line=f"{number} MAIN ST")) for number in range(5)]
    answer = await export(client, sign_in, format="ndjson")
    assert [json.loads(line)["property_id"] for line in answer.text.splitlines()] == made


async def test_an_empty_record_is_a_header(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    assert (await export(client, sign_in)).text == ",".join(queries.EXPORTED) + "\r\n"
    assert (await export(client, sign_in, format="ndjson")).text == ""


async def test_an_export_reads_back_as_it_was(
    client: httpx.AsyncClient, sign_in: "SignIn", record: dict[str, str], tmp_path: Path
) -> None:
    assert record
    raw = [json.loads(line) for line in (await export(client, sign_in, format="ndjson")).text.splitlines()]
    path = tmp_path / "export.csv"
    path.write_bytes((await export(client, sign_in)).content)
    file = open_leads(path, load_profile("generic"))
    for row, values in zip(file.rows(), raw, strict=True):
        named = dict(zip(file.header, row.cells, strict=True))
        assert (named["owner_name"], named["apn"]) == (values["owner_name"] or "", values["apn"] or "")
        assert named["longitude"] == ("" if values["longitude"] is None else str(values["longitude"]))


async def test_a_form_that_there_is_not_is_refused(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    answer = await client.get(URL, headers=await sign_in(), params={"format": "xlsx"})
    assert answer.status_code == 422
