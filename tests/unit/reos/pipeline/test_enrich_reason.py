"""The plan in words that people read."""

import pytest

from reos.pipeline.enrich_gaps import Gap
from reos.pipeline.enrich_plan import Choice, Step
from reos.pipeline.enrich_reason import as_json, because, reason


def step(choice, code="asked", facts=(), price=0, label="Regrid"):
    return Step(label.lower(), label.lower(), label, choice, code, tuple(facts), price)


def gap(fact, age_days=None, *, required=True):
    return Gap(fact, required, age_days)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (step(Choice.ASK, facts=[gap("zoning")], price=20_000), "Regrid because zoning is missing, $0.02"),
        (
            step(Choice.ASK, facts=[gap("zoning"), gap("owner_name", 200)], price=20_000),
            "Regrid because zoning is missing and owner_name is 200 days old, $0.02",
        ),
        (
            step(Choice.ASK, facts=[gap("grade", required=False), gap("beds"), gap("zoning")], label="County"),
            "County because beds, zoning and grade are missing, free",
        ),
        (
            step(Choice.ASK, facts=[gap(name) for name in "abcdefg"], label="County"),
            "County because a, b, c, d and 3 more facts are missing, free",
        ),
        (
            step(Choice.ASK, facts=[gap(name) for name in "abcde"], label="County"),
            "County because a, b, c, d and e are missing, free",
        ),
        (
            step(Choice.PERHAPS, "fallback", [gap("beds")], 80_000, "ATTOM"),
            "ATTOM if others do not know beds, $0.08",
        ),
        (step(Choice.SKIP, "budget", label="ATTOM"), "ATTOM skipped: budget"),
        (step(Choice.SKIP, "day_cap", label="ATTOM"), "ATTOM skipped: budget, the day's cap is reached"),
        (step(Choice.SKIP, "no_apn_or_address"), "Regrid skipped: no apn or address"),
        (step(Choice.KEEP, "fresh"), "Regrid not asked again: its answer is fresh"),
    ],
)
def test_a_step_is_one_sentence(made, words):
    assert reason(made) == words


def test_a_reason_names_what_is_waited_for_and_the_rule_that_refuses():
    assert because("waits_for_county_assessor") == "it waits for county assessor, which is down and costs less"
    assert because("policy_prohibited-source") == "policy, rule prohibited-source"


def test_a_recorded_step_has_its_words_and_what_came_of_it():
    told = as_json(
        step(Choice.ASK, facts=[gap("zoning")], price=20_000), {"outcome": "answered", "cost_microusd": 20_000}
    )
    assert told == {
        "source": "regrid",
        "provider": "regrid",
        "choice": "ask",
        "code": "asked",
        "facts": ["zoning"],
        "price_microusd": 20_000,
        "reason": "Regrid because zoning is missing, $0.02",
        "outcome": "answered",
        "cost_microusd": 20_000,
    }
