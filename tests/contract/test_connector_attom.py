"""The ATTOM connector against the sandbox's application: every dataset, areas, and what both sides count as sold."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from reos.connectors.attom.client import Attom
from reos.connectors.attom.mapping import attom_map, property_leaves, undeclared
from reos.connectors.attom.settings import AVM, BASIC_PROFILE, DATASETS, EXPANDED_PROFILE, SALES_HISTORY, Dataset
from reos.connectors.contract import LookupRequest, LookupResult
from reos_local.sandbox.app import DEFAULT_ATTOM_KEY
from reos_local.sandbox.attom_view import LAST_DEED, is_known
from reos_local.sandbox.world import county_apns, parcel

PRICE = 80_000
KNOWN = [apn for apn in county_apns(1, 400) if is_known(1, apn)]
UNKNOWN = next(apn for apn in county_apns(1, 400) if not is_known(1, apn))
HOUSES = [apn for apn in KNOWN if not parcel(1, apn).vacant][:60]


class Bench:
    """A sandbox, and ATTOM's connectors to it."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox

    def client(self, dataset: Dataset, key: str = DEFAULT_ATTOM_KEY) -> Attom:
        base_url = f"http://{self.sandbox.host}/attom"
        return Attom(self.sandbox.egress(), base_url, key, self.sandbox.clock, dataset)

    def look_up(self, dataset: Dataset, *apns: str, **options: Any) -> list[LookupResult]:
        client = self.client(dataset, **options)

        async def all_() -> list[LookupResult]:
            requests = [LookupRequest(UUID(int=1), county_fips="53033", apn=apn) for apn in apns]
            return [await client.lookup(batch) for batch in client.batches(requests)]

        return asyncio.run(all_())

    def sold(self) -> int:
        return int(self.sandbox.sold("attom"))


@pytest.fixture
def bench(sandbox: Any) -> Bench:
    return Bench(sandbox)


@pytest.mark.parametrize("source", DATASETS)
def test_every_dataset_parses_gives_what_it_says_and_holds_nothing_undeclared(bench: Bench, source: str) -> None:
    dataset = DATASETS[source]
    results = bench.look_up(dataset, *HOUSES)
    records = [record for result in results for record in result.records]
    seen = Counter(name for record in records for name in (record.facts.known() if record.facts else {}))
    assert [record.error for record in records if record.error] == []
    assert not [undeclared(record.body) for record in records if undeclared(record.body)]
    assert seen.keys() == dataset.spec.fills - {"last_sale_estimated"}
    assert len(records) > 50
    assert sum(call.cost for result in results for call in result.calls) == len(records) * PRICE
    assert bench.sold() == len(records)


def test_an_unknown_parcel_costs_nothing_in_any_dataset(bench: Bench) -> None:
    for dataset in DATASETS.values():
        (result,) = bench.look_up(dataset, UNKNOWN)
        assert (result.not_found, result.calls[0].cost, result.calls[0].outcome) == ([UUID(int=1)], 0, "not_found")
    assert bench.sold() == 0


def test_the_datasets_of_one_parcel_agree(bench: Bench) -> None:
    facts = {}
    for source, dataset in DATASETS.items():
        (result,) = bench.look_up(dataset, HOUSES[1])
        (record,) = result.records
        facts[source] = record.facts.known() if record.facts else {}
    whole = facts[EXPANDED_PROFILE.spec.source]
    assert facts[BASIC_PROFILE.spec.source] == whole
    for source, known in facts.items():
        assert {name: value for name, value in known.items() if name in whole} == {
            name: value for name, value in whole.items() if name in known
        }, source


def test_the_last_sale_of_a_history_is_the_worlds_newest_disclosed_one(bench: Bench) -> None:
    for result, apn in zip(bench.look_up(SALES_HISTORY, *HOUSES), HOUSES, strict=True):
        (record,) = result.records
        sales = {sale.day: sale.price for sale in parcel(1, apn).sales if sale.day <= LAST_DEED}
        assert record.facts is not None
        assert record.facts.last_sale_price in {None, sales.get(record.facts.last_sale_date)}
        assert record.facts.last_sale_price or not any(
            transfer["amount"]["saleamt"] for transfer in record.body["salehistory"]
        )


def test_a_valuation_is_near_the_truth_and_inside_its_range(bench: Bench) -> None:
    facts = [(apn, result.records[0].facts) for apn, result in zip(HOUSES, bench.look_up(AVM, *HOUSES), strict=True)
             if result.records]  # fmt: skip
    for apn, found in facts:
        assert found is not None
        low, value, high = found.estimated_value_low, found.estimated_value, found.estimated_value_high
        assert 0 < (low or 0) <= (value or 0) <= (high or 0)
        assert abs((value or 0) / parcel(1, apn).value - 1) < 0.25


def test_a_wrong_key_is_auth_and_nothing_is_sold(bench: Bench) -> None:
    (result,) = bench.look_up(EXPANDED_PROFILE, HOUSES[0], key="wrong-key")
    assert (result.calls[0].outcome, result.calls[0].cost, bench.sold()) == ("auth", 0, 0)


def test_an_area_is_bought_once_and_whole(bench: Bench) -> None:
    zip5 = parcel(1, KNOWN[0]).place.zip5
    client = bench.client(EXPANDED_PROFILE)

    async def buy() -> list[Any]:
        return [page async for page in client.area({"postalcode": zip5}, page_size=7, at_most=500)]

    pages = asyncio.run(buy())
    rows = [property_leaves(body)["identifier.apn"] for page in pages for body in page.bodies]
    expected = [apn for apn in county_apns(1) if parcel(1, apn).place.zip5 == zip5 and is_known(1, apn)]
    assert sorted(row.replace("-", "") for row in rows) == sorted(expected)
    assert len(pages) == -(-len(expected) // 7)
    assert {page.total for page in pages} == {len(expected)}
    assert sum(page.call.cost for page in pages) == len(expected) * PRICE == bench.sold() * PRICE


def test_a_page_size_that_is_left_out_is_ten(bench: Bench) -> None:
    path = "/attom/propertyapi/v1.0.0/assessment/detail"
    zip5 = parcel(1, KNOWN[0]).place.zip5

    headers = {"apikey": DEFAULT_ATTOM_KEY, "accept": "application/json"}
    answer = bench.sandbox.get(path, {"postalcode": zip5}, **headers).json()
    assert len(answer["property"]) == min(10, answer["status"]["total"])
    assert bench.sold() == len(answer["property"])


def test_older_endpoints_write_their_keys_in_lower_case(bench: Bench) -> None:
    (result,) = bench.look_up(DATASETS["attom_detail_owner"], HOUSES[0])
    body = result.records[0].body
    assert {"lotsize2", "lotsize1"} <= body["lot"].keys()
    assert "owner1" in body["owner"]
    assert "bathstotal" in body["building"]["rooms"]
    assert not attom_map().undeclared(property_leaves(body))
