"""What enriching a staged file would cost: the plan's own answer for each group of properties."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reos.connectors.contract import LookupRequest
from reos.connectors.registry import SPECS
from reos.core.clock import FixedClock
from reos.pipeline.enrich_facts import required_facts
from reos.pipeline.import_estimate import SourceCost, estimate

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))


class Source:
    """A source that can be asked about properties with an APN only."""

    def __init__(self, source: str) -> None:
        self.spec = SPECS[source]

    def refusal(self, request: LookupRequest) -> str | None:
        return None if request.apn else "no_apn"


def group(properties: int, facts: tuple[str, ...] = (), **known: str) -> dict[str, Any]:
    fields = ("county_fips", "apn", "address_line", "city", "state", "zip5")
    return {"properties": properties, "facts": list(facts), **{name: known.get(name) for name in fields}}


def line_of(source: str, lines: list[SourceCost]) -> SourceCost:
    named = (SPECS[source].provider, SPECS[source].dataset)
    (found,) = [line for line in lines if (line.provider, line.dataset) == named]
    return found


def cost(source: str, *groups: dict[str, Any]) -> tuple[int, int]:
    line = line_of(source, estimate(groups, {source: Source(source)}, CLOCK))  # type: ignore[dict-item]
    return line.properties, line.cost_microusd


def test_a_paid_source_is_asked_where_a_required_fact_is_missing():
    complete = group(5, required_facts(), apn="1", county_fips="53033")
    lacking = group(7, required_facts()[1:], apn="2", county_fips="53033")
    assert cost("attom", complete, lacking) == (7, 7 * 80_000)


def test_a_property_that_a_source_refuses_costs_nothing():
    assert cost("attom", group(3, address_line="12 MAIN ST"), group(2, apn="1")) == (2, 160_000)


def test_a_free_source_is_asked_about_all_and_costs_nothing():
    assert cost("county_assessor", group(5, required_facts(), apn="1"), group(2, apn="2")) == (7, 0)


@pytest.mark.parametrize("source", SPECS)
def test_a_source_without_a_key_is_named_and_not_counted(source: str):
    line = line_of(source, estimate([group(3, apn="1")], {}, CLOCK))
    assert (line.properties, line.cost_microusd, line.note) == (0, 0, "not configured")
    assert line.unit_microusd == SPECS[source].price(CLOCK.now().date())
