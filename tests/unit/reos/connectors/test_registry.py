import asyncio
from datetime import UTC, date, datetime

import pytest
from pydantic import SecretStr

from reos.connectors import registry
from reos.connectors.contract import Capability
from reos.core.clock import FixedClock
from reos.core.errors import NotFoundError
from reos.core.settings import Settings

CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))


def configured(**settings):
    given = Settings(**settings)
    egress = registry.new_egress(given, CLOCK)
    found = registry.connectors(given, egress, CLOCK)
    asyncio.run(egress.aclose())
    return found


def test_every_source_declares_what_policy_and_planning_need():
    for provider, spec in registry.SPECS.items():
        assert spec.provider == provider
        assert spec.capabilities
        assert spec.licence
        assert spec.max_age > spec.not_found_max_age
        assert spec.price(date(2026, 11, 24)) >= 0
        assert spec.concurrency >= 1


def test_the_prices_are_those_of_the_book():
    prices = {provider: spec.price(date(2026, 11, 24)) for provider, spec in registry.SPECS.items()}
    assert prices == {"county_assessor": 0, "attom": 80_000}


def test_a_source_is_found_by_name():
    assert Capability.ADDRESS in registry.spec_of("attom").capabilities
    with pytest.raises(NotFoundError, match="attom, county_assessor"):
        registry.spec_of("zillow")


def test_a_source_without_its_key_is_not_configured():
    assert list(configured()) == ["county_assessor"]
    assert list(configured(attom_api_key=SecretStr("key"))) == ["county_assessor", "attom"]


def test_a_key_never_shows():
    found = configured(attom_api_key=SecretStr("key-that-hides"))
    assert "key-that-hides" not in repr(vars(found["attom"])["_policy"])
