"""What holds of every plan, whatever the sources, their prices, what is known and how much money there is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from reos.connectors.attom.settings import SPEC
from reos.connectors.contract import LookupRequest, PropertyFacts
from reos.connectors.errors import ProviderUnavailableError, SchemaDriftError
from reos.core.money import MicroUsd
from reos.pipeline.enrich_facts import wanted_facts
from reos.pipeline.enrich_gaps import Limits
from reos.pipeline.enrich_offers import plan_all
from reos.pipeline.enrich_plan import Choice, Offer, plan
from reos.pipeline.enrich_state import Landed, PropertyState

NOW = datetime(2026, 11, 24, tzinfo=UTC)
VALUES = {
    "living_sqft": 900,
    "beds": 2,
    "year_built": 1950,
    "owner_name": "X",
    "zoning": "R",
    "grade": 7,
    "roll_year": 2026,
}
FACTS = st.frozensets(st.sampled_from(sorted(VALUES)))
SOURCES = ["county", "fema", "regrid", "attom", "attom_two", "other"]
ERRORS = [ProviderUnavailableError("down", provider="x"), SchemaDriftError("gone", provider="x")]


def offer_of(name, price, fills):
    provider = name.partition("_")[0]
    spec = replace(SPEC, source=name, provider=provider, label=name, fills=fills, max_age=timedelta(days=90))
    return Offer(spec, price, lambda _request: None)


@st.composite
def offers(draw):
    return [offer_of(name, draw(st.sampled_from([0, 20_000, 80_000])), draw(FACTS)) for name in SOURCES]


@st.composite
def states(draw, number=0):
    state = PropertyState(LookupRequest(UUID(int=number)), "discovered")
    for name in draw(st.lists(st.sampled_from(SOURCES), unique=True)):
        days, facts = draw(st.integers(0, 900)), draw(FACTS)
        told = PropertyFacts(**{fact: VALUES[fact] for fact in facts})
        state.landed[name] = Landed("aa", NOW - timedelta(days=days), MicroUsd(0), told)
    state.not_found = draw(st.sets(st.sampled_from(SOURCES), max_size=2))
    down = draw(st.sets(st.sampled_from(SOURCES), max_size=2))
    state.failed = {name: draw(st.sampled_from(ERRORS)) for name in sorted(down)}
    return state


PURSES = st.dictionaries(st.sampled_from(["county", "fema", "regrid", "attom", "other"]), st.integers(0, 300_000))
LIMITS = Limits(NOW, wanted_facts(), dict.fromkeys(SOURCES, timedelta(days=90)))


def freshest(state, fact):
    """Return the age of the newest value of `fact`, None when nobody has told it."""
    ages = [NOW - each.fetched_at for each in state.landed.values() if getattr(each.facts, fact) is not None]
    return min(ages, default=None)


@given(states(), offers(), PURSES)
def test_nobody_is_asked_who_fills_nothing_that_is_missing_or_old(state, offered, purse):
    for step in plan(state, offered, LIMITS, purse).asks:
        fills = next(each.spec.fills for each in offered if each.spec.source == step.source)
        assert step.facts
        for gap in step.facts:
            age = freshest(state, gap.fact)
            assert gap.fact in fills
            assert age is None or age >= min(wanted_facts()[gap.fact].max_age, timedelta(days=90))


@given(states(), offers(), PURSES)
def test_a_fresh_fact_is_never_bought(state, offered, purse):
    for step in plan(state, offered, LIMITS, purse).asks:
        if step.price:
            ages = {gap.fact: freshest(state, gap.fact) for gap in step.facts}
            assert step.facts
            assert all(age is None or age >= wanted_facts()[fact].max_age for fact, age in ages.items())
            assert all(gap.required for gap in step.facts)


@given(states(), offers(), PURSES)
def test_a_fresh_answer_is_never_asked_for_again(state, offered, purse):
    young = {name for name, each in state.landed.items() if NOW - each.fetched_at < timedelta(days=90)}
    assert not young & {step.source for step in plan(state, offered, LIMITS, purse).asks}
    assert not state.failed.keys() & {step.source for step in plan(state, offered, LIMITS, purse).asks}


@settings(max_examples=50)
@given(st.lists(states(), min_size=1, max_size=5), offers(), PURSES)
def test_all_plans_together_stay_within_the_budgets(found, offered, purse):
    numbered = {UUID(int=number): state for number, state in enumerate(found)}
    spent = {}
    for made in plan_all(numbered, offered, LIMITS, purse).values():
        for step in made.asks:
            spent[step.provider] = spent.get(step.provider, 0) + step.price
    assert all(amount <= purse.get(provider, 0) for provider, amount in spent.items() if amount)


@given(states(), offers(), PURSES, st.randoms())
def test_the_same_question_has_the_same_plan(state, offered, purse, random):
    shuffled = list(offered)
    random.shuffle(shuffled)
    one, other = plan(state, offered, LIMITS, purse), plan(state, shuffled, LIMITS, purse)
    assert set(one.steps) == set(other.steps)
    assert one.gaps == other.gaps


@given(states(), offers(), PURSES)
def test_the_cost_at_most_is_never_less_than_the_cost_and_stays_within_the_budgets(state, offered, purse):
    made = plan(state, offered, LIMITS, purse)
    assert made.cost <= made.cost_at_most <= sum(purse.values())


@given(states(), offers())
def test_every_source_is_in_the_plan_once(state, offered):
    steps = plan(state, offered, LIMITS).steps
    assert sorted(step.source for step in steps) == sorted(SOURCES)
    assert all(step.facts for step in steps if step.choice in {Choice.ASK, Choice.PERHAPS})
