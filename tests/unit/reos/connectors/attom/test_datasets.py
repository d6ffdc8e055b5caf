"""Each of ATTOM's datasets: asked for at its own resource, read from its own shape and from what was published."""

import asyncio
import json
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from reos.connectors.attom.client import Attom
from reos.connectors.attom.mapping import attom_map, property_facts, undeclared
from reos.connectors.attom.settings import (
    ASSESSMENT,
    AVM,
    BASIC_PROFILE,
    DATASETS,
    DETAIL_OWNER,
    EXPANDED_PROFILE,
    SALES_HISTORY,
)
from reos.connectors.contract import Capability, LookupRequest

HERE = Path(__file__).parent
PUBLISHED = Path(__file__).resolve().parents[6] / "shared/contracts/samples/attom"
BIRCH = LookupRequest(UUID(int=7), county_fips="08031", apn="0219204018000")
PLACE = {
    "address_line": "4 BIRCH CT",
    "city": "DENVER",
    "state": "CO",
    "zip5": "80212",
}
POINT = {"latitude": 39.7789, "longitude": -105.0477}
HOUSE = {
    "property_type": "single_family",
    "living_sqft": 934,
    "beds": 2,
    "baths": 1.0,
    "floors": 1.0,
    "year_built": 1900,
}
OWNER = {"owner_name": "DOE JANE Q", "owner_occupied": False, "mailing_address": "9 FIR ST, DENVER, CO 80205"}
ROLL = {"assessed_land": 22_910, "assessed_improvements": 14_230, "assessed_value": 37_140, "roll_year": 2022}
SALE = {"last_sale_date": date(2018, 5, 10), "last_sale_price": 415_000}
VALUE = {"estimated_value": 520_500, "estimated_value_low": 489_300, "estimated_value_high": 551_700}
CASES = [
    (DETAIL_OWNER, "detail_owner", PLACE | POINT | HOUSE | {"lot_sqft": 4690} | OWNER),
    (ASSESSMENT, "assessment", PLACE | POINT | HOUSE | {"lot_sqft": 4690} | ROLL),
    (SALES_HISTORY, "sales_history", PLACE | POINT | HOUSE | SALE),
    (SALES_HISTORY, "basic_history", PLACE | POINT | {"last_sale_date": date(2019, 1, 30)}),
    (AVM, "valuation", PLACE | VALUE),
]


def record(name):
    return json.loads((HERE / f"{name}.200.json").read_text())["property"][0]


@pytest.mark.parametrize(("dataset", "case", "facts"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_record_gives_the_facts_of_its_dataset(dataset, case, facts):
    body = record(case)
    assert property_facts(dataset, body).known() == facts
    assert undeclared(body) == frozenset()
    assert facts.keys() <= dataset.spec.fills


@pytest.mark.parametrize(("dataset", "case", "facts"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_it_is_asked_for_at_its_resource_and_priced_by_its_dataset(wire, fixture, dataset, case, facts):
    wire.answers = [fixture(f"{case}.200")]
    egress = wire.egress()
    client = Attom(egress, "https://attom.test", "the-key", egress._clock, dataset)
    result = asyncio.run(client.lookup([BIRCH]))
    assert wire.requests[0].url.path == dataset.path
    (found,), (call,) = result.records, result.calls
    assert (found.facts.known(), found.error) == (facts, None)
    assert (call.dataset, call.cost, call.records) == (dataset.spec.dataset, 80_000, 1)
    assert client.facts(found.body, {}) == found.facts


def test_every_dataset_has_its_source_its_table_and_facts_that_the_map_knows():
    assert {source: each.spec.dataset for source, each in DATASETS.items()} == {
        "attom": "expanded_profile",
        "attom_basic_profile": "basic_profile",
        "attom_detail_owner": "detail_owner",
        "attom_assessment": "assessment",
        "attom_sales_history": "sales_history",
        "attom_avm": "avm",
    }
    for each in DATASETS.values():
        assert each.spec.raw_table == f"attom_{each.spec.dataset}"
        assert each.spec.fills <= attom_map().facts.keys()
        assert each.spec.price(date(2026, 11, 24)) == 80_000
        assert each.spec.capabilities == {Capability.APN, Capability.ADDRESS, Capability.BULK}
    assert EXPANDED_PROFILE.spec.fills == BASIC_PROFILE.spec.fills


HUGO = {"address_line": "15556 EMPRESS AVE N UNIT 1", "city": "HUGO", "state": "MN", "zip5": "55038"}
PUBLISHED_FACTS = [
    (
        BASIC_PROFILE,
        "basicprofile_62_maple_st",
        {
            "address_line": "62 MAPLE ST",
            "city": "CANISTEO",
            "state": "NY",
            "zip5": "14823",
            "latitude": 42.264214,
            "longitude": -77.608617,
            "property_type": "duplex",
            "owner_name": "MASKED LIVING TRUST",
            "owner_occupied": True,
            "mailing_address": "62 MAPLE ST, CANISTEO, NY 14823-1364",
            "living_sqft": 2048,
            "lot_sqft": 8712,
            "beds": 4,
            "baths": 2.0,
            "floors": 2.0,
            "year_built": 1880,
            "assessed_land": 8000,
            "assessed_improvements": 52_000,
            "assessed_value": 60_000,
            "roll_year": 2021,
            "last_sale_date": date(2021, 4, 14),
        },
    ),
    (
        EXPANDED_PROFILE,
        "expandedprofile_hugo_mn_mixed_case_keys",
        {
            **HUGO,
            "latitude": 45.175471,
            "longitude": -93.01928,
            "owner_name": "MASKED ONE",
            "owner_occupied": True,
            "mailing_address": "15556 EMPRESS AVE N UNIT 1, HUGO, MN 55038-4622",
            "assessed_land": 76_400,
            "assessed_improvements": 167_900,
            "assessed_value": 244_300,
            "roll_year": 2023,
            "last_sale_date": date(2016, 9, 9),
            "last_sale_price": 174_000,
        },
    ),
    (
        AVM,
        "attomavm_detail_hugo_mn",
        HUGO | {"estimated_value": 275_603, "estimated_value_low": 272_846, "estimated_value_high": 278_359},
    ),
    (
        SALES_HISTORY,
        "saleshistory_detail_record",
        {"last_sale_date": date(2020, 4, 27), "last_sale_price": 1_299_000, "last_sale_estimated": True},
    ),
]


def test_published_answers_give_these_facts():
    known = [(dataset, record(case), facts) for dataset, case, facts in CASES]
    for dataset, name, facts in PUBLISHED_FACTS if PUBLISHED.exists() else ():
        answer = json.loads((PUBLISHED / f"{name}.json").read_text())
        known.append((dataset, answer["property"][0] if "property" in answer else answer, facts))
    for dataset, body, facts in known:
        assert property_facts(dataset, body).known() == facts
        assert undeclared(body) == frozenset()
