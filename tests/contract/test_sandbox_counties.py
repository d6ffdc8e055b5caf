"""The sandbox's other counties, and the county connector against them: joined data sets, an old server, points."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from reos.connectors.contract import LookupRequest, LookupResult
from reos.connectors.county_assessor.arcgis_county import ArcGisCounty
from reos.connectors.county_assessor.client import CountyAssessor
from reos.connectors.county_assessor.settings import known_counties
from reos.connectors.egress import Egress
from reos.core.clock import SystemClock
from reos_local.sandbox.app import create_app
from reos_local.sandbox.cook_rolls import TABLES
from reos_local.sandbox.cook_view import PARCELS, pin_of
from reos_local.sandbox.county_tables import LAYERS, rows

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/arcgis_parcels"
BASE = "https://county.test/county"
KENT = "/county/26081/arcgis/rest/services/ParcelsWithCondos/FeatureServer/0"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(seed=1)


@pytest.fixture(scope="module")
def server(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def run(app: FastAPI, what: Callable[[Egress], Coroutine[Any, Any, Any]]) -> Any:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34"]

    async def go() -> Any:
        transport = httpx.ASGITransport(app)
        async with Egress(clock=SystemClock(), resolver=resolve, transport=lambda: transport) as egress:
            return await what(egress)

    return asyncio.run(go())


def looked_up(app: FastAPI, requests: list[LookupRequest]) -> list[LookupResult]:
    async def look(egress: Egress) -> list[LookupResult]:
        connector = CountyAssessor(egress, known_counties(), BASE, SystemClock())
        assert [connector.refusal(request) for request in requests] == [None] * len(requests)
        return [await connector.lookup(batch) for batch in connector.batches(requests)]

    found: list[LookupResult] = run(app, look)
    return found


def by_number(fips: str, *numbers: str) -> list[LookupRequest]:
    return [LookupRequest(UUID(int=place), fips, number) for place, number in enumerate(numbers, start=1)]


def test_the_old_layer_has_the_columns_of_the_published_one(server: TestClient) -> None:
    ours = {each["name"]: each["type"] for each in server.get(KENT, params={"f": "json"}).json()["fields"]}
    assert ours.keys() >= known_counties()["26081"].mapped_columns
    if PUBLISHED.is_dir():
        published = json.loads((PUBLISHED / "us-mi-kent-metadata.json").read_text())
        types = {each["name"]: each["type"] for each in published["fields"]}
        assert ours.items() <= types.items()
        row = json.loads((PUBLISHED / "us-mi-kent-0.json").read_text())["features"][0]["attributes"]
        assert row.keys() == rows(1, "26081")[0].keys()


def test_the_old_server_refuses_pages_and_holds_rows_back(server: TestClient) -> None:
    everything = {"where": "1=1", "f": "json"}
    page = server.get(f"{KENT}/query", params=everything).json()
    assert (len(page["features"]), page["exceededTransferLimit"]) == (100, True)
    refused = server.get(f"{KENT}/query", params=everything | {"resultOffset": "100"}).json()
    assert refused["error"]["message"] == "Pagination is not supported."
    assert server.get(f"{KENT}/query", params=everything | {"returnCountOnly": "true"}).json() == {"count": 900}


@pytest.mark.parametrize("fips", LAYERS)
def test_a_server_with_and_without_pages_gives_every_row_once(app: FastAPI, fips: str) -> None:
    async def select(egress: Egress) -> list[int]:
        driver = ArcGisCounty.at_url(egress, known_counties()[fips], f"{BASE}/{fips}/arcgis/rest/services/{service}")
        found = await driver.layer.select({"where": "1=1"})
        return [row["OBJECTID"] for row in found.rows]

    service = LAYERS[fips].service
    assert run(app, select) == [row["OBJECTID"] for row in rows(1, fips)]


def test_parcels_of_the_arcgis_counties_are_found_by_number(app: FastAPI) -> None:
    kent, washington = rows(1, "26081")[7], rows(1, "27163")[9]
    numbers = [("26081", kent["PNUM"]), ("27163", washington["PIN"]), ("27163", "9999999999999")]
    results = looked_up(app, [LookupRequest(UUID(int=place), *each) for place, each in enumerate(numbers, start=1)])
    facts = [record.facts for result in results for record in result.records]
    assert [property_id for result in results for property_id in result.not_found] == [UUID(int=3)]
    assert (facts[0].state, facts[0].zip5, facts[0].assessed_value) == (
        *("MI", kent["PROPADDRESSSTATE_ZIPCODE"].strip()[2:]),
        kent["SEVTRIBUNAL1"],
    )
    assert facts[0].lot_sqft == round(kent["SHAPE.STArea()"])
    assert (facts[1].year_built, facts[1].assessed_value) == (washington["YEAR_BUILT"], washington["EMV_TOTAL"])
    assert facts[1].city == washington["CITY_USPS"]


def test_a_parcel_without_a_number_is_found_by_its_point_and_a_border_is_nobodys(app: FastAPI) -> None:
    inside = LookupRequest(UUID(int=1), "27163", latitude=44.8503, longitude=-92.9497)
    border = LookupRequest(UUID(int=2), "27163", latitude=44.8503, longitude=-92.9494)
    outside = LookupRequest(UUID(int=3), "27163", latitude=44.0, longitude=-92.9)
    found, between, nothing = looked_up(app, [inside, border, outside])
    assert [record.body["OBJECTID"] for record in found.records] == [rows(1, "27163")[0]["OBJECTID"]]
    assert found.calls[0].property_id == UUID(int=1)
    assert (between.not_found, nothing.not_found) == ([UUID(int=2)], [UUID(int=3)])


def test_cooks_data_sets_are_joined_into_one_row_a_parcel(app: FastAPI) -> None:
    pins = [pin_of(1, parcel) for parcel in range(0, PARCELS, 50)]
    results = looked_up(app, by_number("17031", *pins, "99999999999999"))
    records = [record for result in results for record in result.records]
    assert [record.error for record in records] == [None] * len(pins)
    assert [property_id for result in results for property_id in result.not_found] == [UUID(int=len(pins) + 1)]
    facts = [record.facts for record in records if record.facts]
    assert {fact.roll_year for fact in facts} == {2025}  # 2026 has only begun: its values are null
    assert all(fact.assessed_value and fact.owner_name for fact in facts)
    for name in ("living_sqft", "year_built", "baths", "last_sale_date", "address_line", "property_type"):
        assert sum(getattr(fact, name) is not None for fact in facts) > len(facts) / 3, name


def test_every_column_that_a_socrata_county_reads_is_in_the_description(server: TestClient) -> None:
    for dataset in known_counties()["17031"].datasets:
        described = server.get(f"/county/17031/api/views/{dataset.id}.json").json()
        names = {each["fieldName"] for each in described["columns"]}
        assert names == set(TABLES[dataset.id].columns)
        assert all(names & {ours, *others} for ours, others in dataset.columns.items())
