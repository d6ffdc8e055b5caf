"""Every rule against its table, and the proof that the tables notice the loss of any single rule."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from reos.core.errors import ConfigurationError
from reos.policy.decision_table import HERE, Case, mutants, read_table, read_tables, rules_tested
from reos.policy.kernel import current_rules, decide
from reos.policy.questions import Resource
from reos.policy.replay import Stored
from reos.policy.ruleset import load_rules

TABLES = Path(__file__).with_name("tables")
CASES = read_tables(TABLES)
MESSAGES = [case for case in CASES if case.name.startswith("outreach")][:5]  # one a channel, every fact good
# A person may call by hand without consent; what a text says matters to texts.
NEEDLESS = {"call": {"consent", "first_text", "opt_out_words"}, "voicemail": {"first_text", "opt_out_words"}}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_each_case_gets_its_verdict_from_its_rules(case: Case) -> None:
    assert case.verdict(current_rules()) == (case.allow, case.rules)


def test_every_rule_decides_some_case_alone() -> None:
    assert set(current_rules().rules) - rules_tested(CASES) == set()


def test_every_rule_is_missed_when_it_is_gone() -> None:
    found = mutants(CASES, current_rules())
    assert [mutant.rule for mutant in found if not mutant.noticed] == []
    # a source that is prohibited is refused twice over: by its rule, and since no rule permits it
    assert [mutant.rule for mutant in found if not mutant.reversed] == ["prohibited-source"]


def test_a_case_notices_a_rule_that_says_something_else() -> None:
    files = dict(current_rules().files)
    files["budget.cedar"] = files["budget.cedar"].replace("> context.day_left", ">= context.day_left")
    edited = load_rules(files)
    assert [case.name for case in CASES if not case.holds(edited)] == ["budget 1", "budget 3", "budget 6"]


@pytest.mark.parametrize(
    "case",
    [
        "{as: outreach, action: 'messages:send', from: nothing, verdict: permit}",
        "{as: outreach, verdict: permit}",
        "{as: outreach, action: 'messages:fly', verdict: permit}",
        "{action: 'memos:read', as: Admin, with: {a.b: 1}, verdict: permit}",
    ],
)
def test_a_malformed_case_is_told_by_its_number(tmp_path: Path, case: str) -> None:
    path = tmp_path / "t.yml"
    path.write_text(f"contexts: {{}}\ncases:\n  - {case}\n")
    with pytest.raises(ConfigurationError, match=r"Case 1 of t\.yml"):
        read_table(path)


@pytest.mark.parametrize("case", MESSAGES, ids=[case.resource.attributes["channel"] for case in MESSAGES])
def test_a_message_that_may_go_out_may_not_once_a_fact_is_unknown(case: Case) -> None:
    for fact in case.context.keys() - NEEDLESS.get(case.resource.attributes["channel"], set()) - {"day"}:
        context = {name: value for name, value in case.context.items() if name != fact}
        less = Case(case.name, case.principal, case.action, case.resource, context, allow=False, rules=())
        assert not less.verdict(current_rules())[0], fact


def test_every_question_survives_being_stored() -> None:
    for case in CASES:
        decision = decide(case.principal, case.action, case.resource, case.context)
        row = {**json.loads(json.dumps(decision.inputs)), "allow": decision.allow, "policy_ids": decision.policy_ids}
        stored = Stored(UUID(int=9), HERE, {**row, "inputs_hash": decision.inputs_hash})
        assert stored.decide(current_rules()) == stored.verdict == (case.allow, case.rules), case.name
        assert stored.intact, case.name


@pytest.mark.parametrize("name", ["kind", "id", "tenant", "tenant_id"])
def test_an_attribute_that_would_hide_what_is_stored_beside_it_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Resource("Message", HERE, "m", {name: "x"})
