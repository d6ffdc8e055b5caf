"""The sandbox's Zillow gives files and estimates in the shape of the real one, and our connectors read both."""

import asyncio
import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi.testclient import TestClient

from reos.connectors.contract import LookupRequest, LookupResult
from reos.connectors.egress import Egress
from reos.connectors.zillow_bridge.client import ZillowBridge
from reos.connectors.zillow_bridge.mapping import bridge_map, estimate_facts, named, news
from reos.connectors.zillow_research.settings import find_file, research
from reos.connectors.zillow_research.wide import read_wide
from reos.core.clock import FixedClock
from reos_local.sandbox.app import create_app
from reos_local.sandbox.bridge import TOKEN, entries
from reos_local.sandbox.places import places
from reos_local.sandbox.world import Parcel, county_apns, parcel

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/zillow"
FILES = "/zillow/research/public_csvs"
ESTIMATES = "/bridge/api/v2/zestimates_v2/zestimates"
HEADERS = {
    "zip_zori_head.csv": "RegionID,SizeRank,RegionName,RegionType,StateName,State,City,Metro,CountyName",
    "metro_zhvi_head.csv": "RegionID,SizeRank,RegionName,RegionType,StateName",
}
HOMES = [parcel(1, apn) for apn in county_apns(1, 400)]


@pytest.fixture(scope="module")
def zillow() -> Iterator[TestClient]:
    with TestClient(create_app(seed=1)) as client:
        yield client


def lines(zillow: TestClient, name: str) -> list[str]:
    answer = zillow.get(f"{FILES}/{find_file(name).path}")
    assert answer.status_code == 200
    return answer.text.splitlines(keepends=True)


def home_with(count: int) -> Parcel:
    """Return a home of which Zillow has `count` entries."""
    return next(home for home in HOMES if home.address and len(entries(1, home)) == count)


def asked(home: Parcel) -> dict[str, str]:
    place = home.place
    return {"access_token": TOKEN, "address": f"{home.address}, {place.city}, WA {place.zip5}"}


@pytest.mark.parametrize("name", research().files)
def test_every_file_that_we_read_is_there_and_reads(zillow: TestClient, name: str) -> None:
    wide = read_wide(lines(zillow, name), find_file(name))
    rows = list(wide.rows)
    assert rows
    assert wide.layout.warnings == ()
    assert {row.region.region_type for row in rows} <= set(find_file(name).regions)
    assert all(any(value is not None for value in row.values) for row in rows)


def test_the_columns_are_those_of_the_real_files(zillow: TestClient) -> None:
    for sample, name in (("zip_zori_head.csv", "zori_zip"), ("metro_zhvi_head.csv", "zhvi_metro")):
        ours = next(csv.reader(lines(zillow, name)))
        assert [column for column in ours if not column[0].isdigit()] == HEADERS[sample].split(",")
        if PUBLISHED.is_dir():
            theirs = next(csv.reader(io.StringIO((PUBLISHED / sample).read_text())))
            assert [column for column in theirs if not column[0].isdigit()] == HEADERS[sample].split(",")


@pytest.mark.parametrize("name", ["zhvi_zip", "zori_zip"])
def test_zip_codes_are_those_of_the_world_and_the_levels_plausible(zillow: TestClient, name: str) -> None:
    rows = {row.region.region_name: row for row in read_wide(lines(zillow, name), find_file(name)).rows}
    assert set(rows) <= {place.zip5 for place in places()}
    typical = {place.zip5: place.usd_per_sqft * place.living_sqft for place in places()}
    low, high = (0.9, 1.1) if name == "zhvi_zip" else (0.003, 0.006)
    assert all(low < (row.values[-1] or 0) / typical[zip5] < high for zip5, row in rows.items() if row.values[-1])


def test_the_published_heads_are_read(zillow: TestClient) -> None:
    heads = {"zip_zori_head.csv": "zori_zip", "metro_zhvi_head.csv": "zhvi_metro"}
    texts = {name: (PUBLISHED / name).read_text() for name in heads if PUBLISHED.is_dir()}
    texts["ours"] = "".join(lines(zillow, "zori_zip"))
    for name, text in texts.items():
        rows = list(read_wide(text.splitlines(keepends=True), find_file(heads.get(name, "zori_zip"))).rows)
        assert all(row.region.region_name and row.values for row in rows)
        if name == "zip_zori_head.csv":
            assert (rows[0].region.region_name, rows[0].values) == ("10033", (3000.0, None, 3100.0, 3300.0))
        if name == "metro_zhvi_head.csv":
            assert [(row.region.region_type, row.region.state) for row in rows] == [("country", None), ("msa", "NY")]


def test_who_has_a_file_does_not_get_it_again_until_a_month_is_added() -> None:
    with TestClient(create_app(seed=1)) as zillow:
        url = f"{FILES}/{find_file('zhvi_metro').path}"
        first = zillow.get(url)
        known = {"if-none-match": first.headers["etag"]}
        assert (zillow.get(url, headers=known).status_code, zillow.get(url, headers=known).content) == (304, b"")
        assert zillow.put("/_zillow/until/2026-10").json() == {"until": "2026-10-31"}
        again = zillow.get(url, headers=known)
        file = find_file("zhvi_metro")
        before, after = (read_wide(each.text.splitlines(keepends=True), file) for each in (first, again))
        assert after.layout.months == (*before.layout.months, date(2026, 10, 31))
        one, other = next(before.rows).values, next(after.rows).values
        assert (one[:-1], one[-1] == other[-2]) == (other[:-2], False)
        assert zillow.put("/_zillow/until/soon").status_code == 422


def test_a_name_that_the_store_does_not_know_is_denied(zillow: TestClient) -> None:
    answer = zillow.get(f"{FILES}/zhvi/Zip_zhvi.csv")
    assert (answer.status_code, "AccessDenied" in answer.text) == (403, True)


def test_an_estimate_has_the_fields_of_the_real_one_and_is_near_the_truth(zillow: TestClient) -> None:
    home = home_with(1)
    answer = zillow.get(ESTIMATES, params=asked(home)).json()
    assert (answer["success"], answer["status"], answer["total"]) == (True, 200, 1)
    (entry,) = answer["bundle"]
    assert news(entry) == frozenset()
    assert {name.lower() for name in entry} >= bridge_map().read_paths
    facts = estimate_facts(entry)
    assert 0.8 < facts.estimated_value / home.value < 1.25
    assert facts.estimated_value_low < facts.estimated_value < facts.estimated_value_high
    assert named(entry).zip5 == home.place.zip5


def test_a_home_is_found_by_number_and_near_its_point(zillow: TestClient) -> None:
    (entry,) = entries(1, home_with(1))
    token = {"access_token": TOKEN}
    by_number = zillow.get(ESTIMATES, params=token | {"zpid.in": f"{entry['zpid']},1"}).json()["bundle"]
    near = zillow.get(
        ESTIMATES, params=token | {"near": f"{entry['Longitude']},{entry['Latitude']}", "limit": "3"}
    ).json()
    assert [each["zpid"] for each in by_number] == [entry["zpid"]]
    assert near["bundle"][0]["zpid"] == entry["zpid"]
    assert len(near["bundle"]) <= 3


def test_some_homes_have_no_estimate_and_some_have_units(zillow: TestClient) -> None:
    assert zillow.get(ESTIMATES, params=asked(home_with(0))).json()["bundle"] == []
    units = zillow.get(ESTIMATES, params=asked(home_with(2))).json()["bundle"]
    assert [each["unitNumber"] for each in units] == ["B", None]


def test_a_wrong_token_or_question_is_refused(zillow: TestClient) -> None:
    refused = zillow.get(ESTIMATES, params={"access_token": "x", "address": "1 A St"})
    assert (refused.status_code, refused.json()["success"]) == (401, False)
    nothing = zillow.get(ESTIMATES, params={"access_token": TOKEN})
    assert nothing.status_code == 400


def test_our_connector_gets_the_estimates_of_homes_and_of_no_others() -> None:
    async def resolve(host: str, _port: int) -> list[str]:
        return [host]

    app, clock = create_app(seed=1), FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
    homes = [home for home in HOMES if home.address][:60]
    known = [home for home in homes if entries(1, home)]

    async def ask() -> list[LookupResult]:
        host = "127.0.0.1:8097"
        transport = httpx.ASGITransport(app=app)
        egress = Egress(clock=clock, private_hosts=[host], resolver=resolve, transport=lambda: transport)
        async with egress:
            bridge = ZillowBridge(egress, f"http://{host}/bridge/api/v2", TOKEN, clock)
            return [await bridge.lookup([request_of(home)]) for home in homes]

    results = asyncio.run(ask())
    found = {record.property_id.int: record for result in results for record in result.records}
    assert len(found) == len(known)
    assert [result.failed for result in results] == [{}] * len(homes)
    assert all(record.facts and record.facts.estimated_value for record in found.values())


def request_of(home: Parcel) -> LookupRequest:
    place = home.place
    return LookupRequest(
        UUID(int=int(home.apn)), address_line=home.address, city=place.city, state="WA", zip5=place.zip5
    )
