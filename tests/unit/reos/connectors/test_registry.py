import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr

from reos.connectors import registry
from reos.connectors.attom.settings import DATASETS
from reos.connectors.contract import FACT_NAMES, Capability
from reos.core.clock import FixedClock
from reos.core.errors import NotFoundError
from reos.core.settings import Settings

CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
ATTOM = tuple(DATASETS)


def configured(**settings):
    given = Settings(**settings)
    egress = registry.new_egress(given, CLOCK)
    found = registry.connectors(given, egress, CLOCK)
    asyncio.run(egress.aclose())
    return found


def test_every_source_declares_what_policy_and_planning_need():
    for source, spec in registry.SPECS.items():
        assert spec.source == source
        assert spec.capabilities
        assert spec.fills <= set(FACT_NAMES)
        assert spec.licence
        assert spec.max_age > timedelta(0) <= spec.not_found_max_age
        assert spec.price(date(2026, 11, 24)) >= 0
        assert spec.concurrency >= 1


def test_the_prices_are_those_of_the_book():
    prices = {source: spec.price(date(2026, 11, 24)) for source, spec in registry.SPECS.items()}
    paid = {source: price for source, price in prices.items() if price}
    assert paid == {"regrid": 20_000, **dict.fromkeys(ATTOM, 80_000)}


def test_every_source_lands_in_a_table_of_its_own():
    tables = [spec.raw_table for spec in registry.SPECS.values()]
    assert len(tables) == len(set(tables))


def test_a_source_is_found_by_name():
    assert Capability.ADDRESS in registry.spec_of("attom").capabilities
    with pytest.raises(NotFoundError, match="attom_sales_history, county_assessor"):
        registry.spec_of("yellow_pages")


def test_a_source_without_its_key_is_not_configured():
    assert not {"regrid", *ATTOM} & configured().keys()
    assert {*ATTOM} & configured(regrid_token=SecretStr("token")).keys() == set()
    assert {"regrid"} <= configured(regrid_token=SecretStr("token")).keys()
    assert {*ATTOM} <= configured(attom_api_key=SecretStr("key")).keys()


def test_each_connector_is_the_one_of_its_source():
    found = configured(attom_api_key=SecretStr("key"), regrid_token=SecretStr("token"))
    assert [connector.spec.source for connector in found.values()] == list(found)


@pytest.mark.parametrize("source", ["regrid", *ATTOM])
def test_a_key_never_shows(source):
    hidden = SecretStr("key-that-hides")
    found = configured(attom_api_key=hidden, regrid_token=hidden)
    assert "key-that-hides" not in repr(vars(found[source])["_policy"])
