"""What enriching a staged file would cost: the plan's own answer for each group of properties."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reos.connectors.contract import LookupRequest
from reos.connectors.registry import SPECS
from reos.core.clock import FixedClock
from reos.pipeline.enrich_state import REQUIRED_FACTS
from reos.pipeline.import_estimate import estimate

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))


class Source:
    """A source that can be asked about properties with an APN only."""

    def __init__(self, provider: str) -> None:
        self.spec = SPECS[provider]

    def refusal(self, request: LookupRequest) -> str | None:
        return None if request.apn else "no_apn"


def group(properties: int, facts: tuple[str, ...] = (), **known: str) -> dict[str, Any]:
    fields = ("county_fips", "apn", "address_line", "city", "state", "zip5")
    return {"properties": properties, "facts": list(facts), **{name: known.get(name) for name in fields}}


def cost(provider: str, *groups: dict[str, Any]) -> tuple[int, int]:
    lines = {line.provider: line for line in estimate(groups, {provider: Source(provider)}, CLOCK)}  # type: ignore[dict-item]
    return lines[provider].properties, lines[provider].cost_microusd


def test_a_paid_source_is_asked_where_a_required_fact_is_missing():
    complete = group(5, REQUIRED_FACTS, apn="1", county_fips="53033")
    lacking = group(7, REQUIRED_FACTS[1:], apn="2", county_fips="53033")
    assert cost("attom", complete, lacking) == (7, 7 * 80_000)


def test_a_property_that_a_source_refuses_costs_nothing():
    assert cost("attom", group(3, address_line="12 MAIN ST"), group(2, apn="1")) == (2, 160_000)


def test_a_free_source_is_asked_about_all_and_costs_nothing():
    assert cost("county_assessor", group(5, REQUIRED_FACTS, apn="1"), group(2, apn="2")) == (7, 0)


@pytest.mark.parametrize("provider", SPECS)
def test_a_source_without_a_key_is_named_and_not_counted(provider: str):
    (line,) = [line for line in estimate([group(3, apn="1")], {}, CLOCK) if line.provider == provider]
    assert (line.properties, line.cost_microusd, line.note) == (0, 0, "not configured")
    assert line.unit_microusd == SPECS[provider].price(CLOCK.now().date())
