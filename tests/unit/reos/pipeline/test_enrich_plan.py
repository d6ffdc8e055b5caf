"""Whom to ask about a property, and why not: the rules one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from reos.connectors.attom.settings import SPEC as ATTOM
from reos.connectors.contract import LookupRequest, PropertyFacts
from reos.connectors.county_assessor.settings import SPEC as COUNTY
from reos.connectors.errors import ProviderAuthError, ProviderUnavailableError, SchemaDriftError
from reos.core.money import MicroUsd
from reos.pipeline.enrich_facts import wanted_facts
from reos.pipeline.enrich_gaps import Limits
from reos.pipeline.enrich_plan import Offer, plan
from reos.pipeline.enrich_state import Landed, PropertyState

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOUSE = {"living_sqft": 1000, "beds": 2, "year_built": 1950}
FULL = PropertyFacts(**HOUSE, owner_name="X", zoning="R-5")


def offer(source, price=0, fills=None, *, provider=None, refusal=None, barred=None, **spec):
    """Return what a source offers that fills `fills` (default: what the county or ATTOM fills)."""
    base = ATTOM if price else COUNTY
    fields = {"fills": frozenset(fills)} if fills is not None else {}
    named = replace(base, source=source, provider=provider or source, label=source.title(), **fields, **spec)
    return Offer(named, price, lambda _request: refusal, barred=barred)


def state(**more):
    return PropertyState(LookupRequest(UUID(int=1)), "discovered", **more)


def landed(days_ago=0, facts=FULL, error=None):
    return Landed("aa", NOW - timedelta(days=days_ago), MicroUsd(0), facts, error)


def limits(offers=(), *, force=False):
    return Limits(NOW, wanted_facts(), {each.spec.source: each.spec.max_age for each in offers}, force)


def planned(one, *offers, purse=None, force=False):
    """Return the plan as {source: (choice, code)}."""
    made = plan(one, offers, limits(offers, force=force), purse)
    return {step.source: (str(step.choice), step.code) for step in made.steps}


def asked(one, *offers, **more):
    """Return the sources that are asked now."""
    return [source for source, (choice, _) in planned(one, *offers, **more).items() if choice == "ask"]


COUNTY_OFFER = offer("county_assessor", fills=COUNTY.fills - {"zoning"})
REGRID_OFFER = offer("regrid", 20_000, {"owner_name", "year_built", "zoning", "lot_sqft"})
ATTOM_OFFER = offer("attom", 80_000, {*HOUSE, "owner_name", "baths", "assessed_value"})
ALL = (COUNTY_OFFER, REGRID_OFFER, ATTOM_OFFER)
DOWN = ProviderUnavailableError("down", provider="x")


def after_county(**facts):
    """Return a property whose county has just answered with these facts."""
    return state(landed={"county_assessor": landed(0, PropertyFacts(**facts))}, asked={"county_assessor"})


def test_a_free_source_is_asked_about_what_is_not_there():
    assert planned(state(), COUNTY_OFFER) == {"county_assessor": ("ask", "asked")}


@pytest.mark.parametrize(("days", "choice"), [(0, "keep"), (29, "keep"), (30, "ask"), (400, "ask")])
def test_a_free_source_is_asked_again_when_its_answer_is_old(days, choice):
    known = state(landed={"county_assessor": landed(days)})
    assert planned(known, COUNTY_OFFER)["county_assessor"][0] == choice


def test_a_source_that_cannot_be_asked_says_why():
    assert planned(state(), offer("county_assessor", refusal="no_apn")) == {"county_assessor": ("skip", "no_apn")}


def test_a_source_that_may_not_be_asked_says_why():
    barred = offer("county_assessor", barred="policy_prohibited-source")
    assert planned(state(), barred) == {"county_assessor": ("skip", "policy_prohibited-source")}


def test_nobody_is_asked_who_knows_nothing_of_what_is_missing():
    flood = offer("fema_nfhl", fills={"flood_zone"}, refusal="no_point")
    known = state(landed={"county_assessor": landed(0, replace(FULL, flood_zone="X"))})
    assert planned(known, COUNTY_OFFER, flood)["fema_nfhl"] == ("skip", "nothing_missing")


def test_what_a_free_source_may_fill_is_not_bought_yet_but_foreseen():
    made = planned(state(), *ALL)
    assert made["county_assessor"] == ("ask", "asked")
    assert made["regrid"] == ("ask", "asked"), "no county's map has zoning here"
    assert made["attom"] == ("perhaps", "fallback")


def test_the_cheapest_source_that_fills_the_gap_is_bought():
    assert asked(after_county(**HOUSE), *ALL) == ["regrid"]
    assert asked(after_county(**HOUSE, zoning="R-5"), *ALL) == ["regrid"], "the owner's name for two cents"


def test_gaps_that_no_single_source_fills_are_bought_from_two():
    assert asked(after_county(owner_name="X", year_built=1950), *ALL) == ["regrid", "attom"]


def test_nothing_is_bought_when_nothing_required_is_missing():
    made = planned(after_county(**HOUSE, owner_name="X", zoning="R-5"), *ALL)
    assert made == {
        "county_assessor": ("keep", "fresh"),
        "regrid": ("skip", "nothing_missing"),
        "attom": ("skip", "nothing_missing"),
    }


def test_an_import_counts_as_knowing_while_it_is_young():
    imported = dict.fromkeys((*HOUSE, "owner_name", "zoning"), landed(0).fetched_at)
    assert asked(state(imported=imported), REGRID_OFFER, ATTOM_OFFER) == []
    old = dict.fromkeys((*HOUSE, "owner_name", "zoning"), landed(200).fetched_at)
    assert asked(state(imported=old), REGRID_OFFER, ATTOM_OFFER) == ["regrid"], "owners change within half a year"


def test_bare_land_has_no_building_facts_to_miss():
    assert asked(after_county(property_type="vacant_land", owner_name="X", zoning="R"), *ALL) == []
    assert asked(after_county(property_type="vacant_land", zoning="R"), *ALL) == ["regrid"]


@pytest.mark.parametrize(("days", "bought"), [(0, False), (91, False), (179, False), (180, True)])
def test_a_bought_fact_is_bought_again_only_when_it_is_stale(days, bought):
    known = state(landed={"attom": landed(days, PropertyFacts(**HOUSE, owner_name="X"))})
    known.imported = {"zoning": landed(0).fetched_at}
    assert bool(asked(known, ATTOM_OFFER)) is bought


def test_the_next_source_stands_in_for_one_that_knows_nothing():
    unknown = after_county(**HOUSE)
    unknown.not_found.add("regrid")
    assert planned(unknown, *ALL)["regrid"] == ("skip", "not_found")
    assert asked(unknown, *ALL) == ["attom"]


def test_the_next_source_stands_in_for_one_that_answered_without_the_fact():
    silent = after_county(**HOUSE)
    silent.landed["regrid"] = landed(0, PropertyFacts(zoning="R-5"))
    assert asked(silent, *ALL) == ["attom"]


def test_another_dataset_of_a_provider_is_not_bought_for_what_it_has_just_not_told():
    basic = offer("attom_basic_profile", 80_000, {*HOUSE, "owner_name"}, provider="attom")
    unknown = after_county(owner_name="X", zoning="R-5")
    unknown.not_found.add("attom")
    assert planned(unknown, ATTOM_OFFER, basic)["attom_basic_profile"] == ("skip", "told_all")


def test_of_equal_offers_the_one_with_more_beside_it_is_bought():
    basic = offer("aa_basic", 80_000, HOUSE, provider="attom")
    made = planned(after_county(owner_name="X", zoning="R-5"), COUNTY_OFFER, basic, ATTOM_OFFER)
    assert (made["attom"][0], made["aa_basic"]) == ("ask", ("skip", "not_needed"))


def test_nobody_is_paid_because_a_free_source_is_merely_down():
    waiting = state(failed={"county_assessor": DOWN})
    assert planned(waiting, COUNTY_OFFER, ATTOM_OFFER)["attom"] == ("skip", "waits_for_county_assessor")
    assert asked(waiting, *ALL) == ["regrid"], "zoning, which the county does not have"


def test_a_dearer_source_waits_for_a_cheaper_paid_one_that_is_down_and_not_the_other_way_round():
    gap = after_county(**HOUSE, zoning="R-5")
    gap.failed["regrid"] = DOWN
    assert planned(gap, *ALL)["attom"] == ("skip", "waits_for_regrid")
    gap.failed = {"attom": DOWN}
    assert asked(gap, *ALL) == ["regrid"]


@pytest.mark.parametrize("kind", [SchemaDriftError, ProviderAuthError])
def test_a_paid_source_stands_in_for_one_that_needs_a_person(kind):
    broken = state(failed={"county_assessor": kind("no", provider="county_assessor")}, imported={})
    assert asked(broken, *ALL) == ["regrid", "attom"]


def test_what_the_purse_does_not_pay_is_left_out_and_said():
    made = planned(after_county(), *ALL, purse={"regrid": 20_000, "attom": 79_999})
    assert made["attom"] == ("skip", "budget")
    assert made["regrid"] == ("ask", "asked"), "what can be paid is bought all the same"


def test_an_earlier_refusal_of_this_run_is_respected():
    refused = after_county(**HOUSE)
    refused.refused["regrid"] = "day_cap"
    assert planned(refused, *ALL)["regrid"] == ("skip", "day_cap")
    assert asked(refused, *ALL) == ["attom"], "the owner's name"


def test_an_answer_that_cannot_be_read_is_not_asked_for_again_while_it_is_young():
    drift = SchemaDriftError.of_record("odd", provider="attom")
    unreadable = state(landed={"attom": landed(0, None, drift)}, failed={"attom": drift})
    assert asked(unreadable, ATTOM_OFFER) == []
    assert asked(state(landed={"attom": landed(1, None, drift)}), ATTOM_OFFER) == ["attom"]


def test_force_asks_as_if_nothing_had_been_asked_before():
    known = state(landed={"county_assessor": landed(0), "attom": landed(0)}, not_found={"regrid"})
    assert asked(known, COUNTY_OFFER, force=True) == ["county_assessor"]
    assert asked(known, *ALL, force=True)[0] == "county_assessor"
    known.asked = {"county_assessor"}
    assert asked(known, *ALL, force=True) == []


def test_the_cost_at_most_counts_what_may_follow():
    made = plan(after_county(**HOUSE), ALL, limits(ALL))
    assert (made.cost, made.cost_at_most) == (20_000, 100_000)
