from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from reos.connectors.attom.settings import SPEC as ATTOM
from reos.connectors.contract import LookupRequest, PropertyFacts
from reos.connectors.county_assessor.settings import SPEC as COUNTY
from reos.connectors.errors import ProviderUnavailableError, SchemaDriftError
from reos.core.money import MicroUsd
from reos.pipeline.enrich_plan import Terms, to_ask
from reos.pipeline.enrich_state import Landed, PropertyState

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FULL = PropertyFacts(living_sqft=1000, beds=2, year_built=1950, owner_name="X")


class Source:
    """A connector that is only asked whether it would answer."""

    def __init__(self, spec, refusal=None):
        self.spec = spec
        self._refusal = refusal

    def refusal(self, _request):
        return self._refusal


def state(**more):
    return PropertyState(LookupRequest(UUID(int=1)), "discovered", **more)


def landed(days_ago, facts=FULL, error=None):
    return Landed("aa", NOW - timedelta(days=days_ago), MicroUsd(0), facts, error)


def plan(one, spec=COUNTY, *, paid=False, force=False, refusal=None):
    """Return (asked, reason for not asking)."""
    asked = to_ask([one], Source(spec, refusal), Terms(NOW, paid=paid, force=force))
    return bool(asked), one.skipped.get(spec.provider)


def test_a_free_source_is_asked_about_what_is_not_there():
    assert plan(state()) == (True, None)


@pytest.mark.parametrize(("days", "asked"), [(0, False), (29, False), (30, True), (400, True)])
def test_a_free_source_is_asked_again_when_its_answer_is_stale(days, asked):
    assert plan(state(landed={"county_assessor": landed(days)})) == (asked, None)


def test_a_source_that_cannot_be_asked_says_why():
    assert plan(state(), refusal="no_apn") == (False, "no_apn")


def test_an_unreadable_answer_keeps_a_paid_source_from_being_paid_again_for_a_day():
    drift = SchemaDriftError.of_record("odd", provider="attom")
    fresh = state(landed={"attom": landed(0.5, None, drift)})
    assert plan(fresh, ATTOM, paid=True) == (False, None)
    assert fresh.failed == {"attom": drift}
    assert plan(state(landed={"attom": landed(1, None, drift)}), ATTOM, paid=True) == (True, None)


def test_an_unreadable_answer_of_a_free_source_is_asked_for_again_at_once():
    drift = SchemaDriftError.of_record("odd", provider="county_assessor")
    assert plan(state(landed={"county_assessor": landed(0, None, drift)})) == (True, None)


def test_a_paid_source_is_asked_only_when_a_required_fact_is_missing():
    assert plan(state(landed={"county_assessor": landed(0)}), ATTOM, paid=True) == (False, "nothing_missing")
    gap = PropertyFacts(living_sqft=1000, beds=2, year_built=1950)
    assert plan(state(landed={"county_assessor": landed(0, gap)}), ATTOM, paid=True) == (True, None)


def test_an_import_counts_as_knowing():
    gap = PropertyFacts(living_sqft=1000, owner_name="X")
    known = state(landed={"county_assessor": landed(0, gap)}, imported=frozenset({"beds", "year_built"}))
    assert plan(known, ATTOM, paid=True) == (False, "nothing_missing")


def test_bare_land_has_no_building_facts_to_miss():
    land = PropertyFacts(property_type="vacant_land", owner_name="X")
    assert plan(state(landed={"county_assessor": landed(0, land)}), ATTOM, paid=True) == (False, "nothing_missing")
    unowned = PropertyFacts(property_type="vacant_land")
    assert plan(state(landed={"county_assessor": landed(0, unowned)}), ATTOM, paid=True) == (True, None)


def test_what_the_paid_source_once_said_does_not_keep_it_from_being_refreshed():
    old = state(landed={"attom": landed(91)})
    assert plan(old, ATTOM, paid=True) == (True, None)
    assert old.missing() == []


def test_a_paid_source_waits_for_a_free_one_that_is_down():
    down = ProviderUnavailableError("down", provider="county_assessor")
    assert plan(state(failed={"county_assessor": down}), ATTOM, paid=True) == (False, "waits_for_county_assessor")


def test_a_paid_source_stands_in_for_one_that_needs_a_person():
    drift = SchemaDriftError("gone", provider="county_assessor")
    assert plan(state(failed={"county_assessor": drift}), ATTOM, paid=True) == (True, None)


def test_an_earlier_not_found_is_remembered():
    assert plan(state(not_found={"attom"}), ATTOM, paid=True) == (False, "not_found")


def test_force_asks_regardless_of_all_that():
    down = ProviderUnavailableError("down", provider="county_assessor")
    known = {"landed": {"attom": landed(0)}, "not_found": {"attom"}, "failed": {"county_assessor": down}}
    assert plan(state(**known), ATTOM, paid=True, force=True) == (True, None)
    assert plan(state(), ATTOM, paid=True, force=True, refusal="no_apn_or_address") == (False, "no_apn_or_address")
