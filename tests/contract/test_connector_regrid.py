"""The Regrid connector against the sandbox's application: each way of asking, queries, and what both sides count."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from reos.connectors.contract import LookupRequest, LookupResult
from reos.connectors.errors import ConnectorError
from reos.connectors.regrid.client import Regrid
from reos.connectors.regrid.mapping import news, parcel_facts, parcel_id
from reos.connectors.regrid.settings import SPEC
from reos_local.sandbox.regrid_view import is_covered, uuid_of
from reos_local.sandbox.world import Parcel, county_apns, parcel
from reos_local.stack.environment import SANDBOX_KEY

PRICE = 20_000
APNS = county_apns(1, 400)
COVERED = [parcel(1, apn) for apn in APNS if is_covered(1, apn)]
GAPS = [parcel(1, apn) for apn in APNS if not is_covered(1, apn)]
PROPERTY = UUID(int=1)


def by_apn(true: Parcel) -> LookupRequest:
    return LookupRequest(PROPERTY, county_fips="53033", apn=true.apn)


def by_address(true: Parcel) -> LookupRequest:
    place = true.place
    return LookupRequest(PROPERTY, address_line=true.address, city=place.city, state="WA", zip5=place.zip5)


def by_point(true: Parcel) -> LookupRequest:
    return LookupRequest(PROPERTY, county_fips="53033", latitude=true.latitude, longitude=true.longitude)


class Bench:
    """A sandbox, and Regrid's connector to it."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox

    def client(self, token: str = SANDBOX_KEY) -> Regrid:
        base_url = f"http://{self.sandbox.host}/regrid/api/v2"
        return Regrid(self.sandbox.egress(), base_url, token, self.sandbox.clock)

    def look_up(self, *requests: LookupRequest, token: str = SANDBOX_KEY) -> list[LookupResult]:
        client = self.client(token)

        async def all_() -> list[LookupResult]:
            return [await client.lookup([request]) for request in requests]

        return asyncio.run(all_())

    def sold(self) -> int:
        return int(self.sandbox.sold("regrid"))


@pytest.fixture
def bench(sandbox: Any) -> Bench:
    return Bench(sandbox)


def apns_of(results: Sequence[LookupResult]) -> list[str | None]:
    """Return the parcel that each lookup found, None where it found none."""
    found = [result.records[0].body["properties"]["fields"] if result.records else {} for result in results]
    return [columns.get("parcelnumb_no_formatting") for columns in found]


def test_parcels_are_found_by_number_parsed_and_paid_for_once(bench: Bench) -> None:
    asked = COVERED[:200]
    results = bench.look_up(*map(by_apn, asked))
    records = [record for result in results for record in result.records]
    seen = Counter(name for record in records for name in (record.facts.known() if record.facts else {}))
    assert apns_of(results) == [true.apn for true in asked]
    assert [record.error for record in records if record.error] == []
    assert not [news(record.body) for record in records if news(record.body)]
    assert seen.keys() == SPEC.fills
    assert all("geometry" not in record.body for record in records)
    assert sum(call.cost for result in results for call in result.calls) == 200 * PRICE == bench.sold() * PRICE


def test_what_the_sandbox_says_is_what_the_world_is(bench: Bench) -> None:
    for true, result in zip(COVERED[:40], bench.look_up(*map(by_apn, COVERED[:40])), strict=True):
        facts = result.records[0].facts
        assert facts is not None
        assert facts.lot_sqft == true.house.lot_sqft
        assert facts.year_built == (true.house.year_built or None)
        assert facts.living_sqft in {None, true.house.living_sqft}
        assert parcel_id(result.records[0].body) == str(uuid_of(true.apn))


def test_parcels_are_found_by_address(bench: Bench) -> None:
    asked = [true for true in COVERED if true.address][:60]
    assert apns_of(bench.look_up(*map(by_address, asked))) == [true.apn for true in asked]


def test_parcels_are_found_by_point(bench: Bench) -> None:
    asked = COVERED[:60]
    assert apns_of(bench.look_up(*map(by_point, asked))) == [true.apn for true in asked]


def test_gaps_in_coverage_cost_nothing(bench: Bench) -> None:
    assert 0.04 < len(GAPS) / len(APNS) < 0.12
    results = bench.look_up(*(ask(true) for true in GAPS[:10] for ask in (by_apn, by_address)))
    assert {result.calls[-1].outcome for result in results} == {"not_found"}
    assert (sum(call.cost for result in results for call in result.calls), bench.sold()) == (0, 0)


def test_a_number_of_another_county_is_not_found(bench: Bench) -> None:
    elsewhere = LookupRequest(PROPERTY, county_fips="53061", apn=COVERED[0].apn)
    (result,) = bench.look_up(elsewhere)
    assert (result.not_found, bench.sold()) == ([PROPERTY], 0)


def test_a_neighbour_at_the_point_is_paid_for_and_not_taken(bench: Bench) -> None:
    lost, neighbour = next(true for true in GAPS if true.address), COVERED[0]
    mistaken = replace(by_address(lost), latitude=neighbour.latitude, longitude=neighbour.longitude)
    (result,) = bench.look_up(mistaken)
    assert (result.records, result.not_found) == ([], [PROPERTY])
    assert sum(call.cost for call in result.calls) == PRICE == bench.sold() * PRICE


def test_a_wrong_token_is_auth_and_shows_nowhere(bench: Bench) -> None:
    (result,) = bench.look_up(by_apn(COVERED[0]), token="a-wrong-token")
    assert (result.calls[0].outcome, result.calls[0].cost, bench.sold()) == ("auth", 0, 0)
    assert "a-wrong-token" not in str(result.calls[0].error)


def test_a_query_buys_every_match_once_and_usage_agrees(bench: Bench) -> None:
    client = bench.client()
    conditions = {"fields[szip5][eq]": COVERED[0].place.zip5, "fields[yearbuilt][gte]": "1950"}

    async def run() -> tuple[int, list[Any], int, int]:
        expected = await client.count(conditions)
        before = await client.usage()
        pages = [page async for page in client.query(conditions, limit=9, at_most=900)]
        after = await client.usage()
        return expected, pages, before.records, after.records

    expected, pages, before, after = asyncio.run(run())
    bodies = [body for page in pages for body in page.bodies]
    facts = [parcel_facts(body) for body in bodies]
    assert len({parcel_id(body) for body in bodies}) == len(bodies) == expected > 9
    assert all(found.zip5 == COVERED[0].place.zip5 and (found.year_built or 0) >= 1950 for found in facts)
    assert (before, after, bench.sold()) == (0, expected, expected)
    assert sum(page.call.cost for page in pages) == expected * PRICE


def test_a_query_that_the_sandbox_would_refuse_is_never_sent(bench: Bench) -> None:
    client = bench.client()

    async def run() -> list[Any]:
        return [page async for page in client.query({"fields[yearbuilt][order]": "asc"}, at_most=1000)]

    with pytest.raises(ConnectorError, match="not asked"):
        asyncio.run(run())
    assert bench.sold() == 0
