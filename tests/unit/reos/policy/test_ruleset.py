"""Rule sets as files: what is loaded, what is not, and what their version stands for."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from reos.core.errors import ConfigurationError
from reos.policy.kernel import POLICIES, current_rules
from reos.policy.questions import Principal, Resource, Role
from reos.policy.ruleset import SCHEMA, load_rules, read_rules

HERE = UUID(int=1)
SMALL = 'entity User { tenant: String }; action "go" appliesTo { principal: [User], resource: [User] };'
PERMIT = '@id("a") @reason("why") permit (principal, action, resource);'
LAWFUL = ("outreach", "data-use")


def small(policies: str, schema: str = SMALL) -> dict[str, str]:
    return {"x.cedar": policies, SCHEMA: schema}


@pytest.mark.parametrize(
    ("policies", "told"),
    [
        ('@reason("why") permit (principal, action, resource);', "nameless"),
        ('@id("a") permit (principal, action, resource);', "Policy a in x needs its own @id"),
        ('@id("a") @reason permit (principal, action, resource);', "Policy a in x needs its own @id"),
        ('@id("a") @reason("why") forbid (principal, action, resource);', "a @remedy"),
        (PERMIT * 2, "Two policies have the @id a"),
        ('@id("a") @reason("b") permit (principal, action == Action::"fly", resource);', "do not fit their schema"),
        ("permit (principal", "do not fit their schema"),
    ],
    ids=["no id", "no reason", "empty reason", "no way out", "one id twice", "unknown action", "no Cedar"],
)
def test_a_rule_that_cannot_be_explained_is_not_loaded(policies: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        load_rules(small(policies))


def test_a_folder_without_rules_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no policy set"):
        read_rules(tmp_path)


def test_rules_of_one_id_in_two_files_are_not_loaded() -> None:
    with pytest.raises(ConfigurationError, match="Two policies have the @id a"):
        load_rules({"x.cedar": PERMIT, "y.cedar": PERMIT, SCHEMA: SMALL})


def test_the_version_stands_for_every_character_of_every_file() -> None:
    texts = [small(PERMIT), small(PERMIT + " "), small(PERMIT, SMALL + "\n"), {"y.cedar": PERMIT, SCHEMA: SMALL}]
    assert len({load_rules(files).version for files in texts}) == 4
    assert load_rules(small(PERMIT)).version == load_rules(small(PERMIT)).version


def test_a_set_rebuilt_from_its_texts_is_the_same_set() -> None:
    again = load_rules(dict(reversed(current_rules().files.items())))
    assert (again.version, again.rules) == (current_rules().version, current_rules().rules)


def test_the_shipped_rules_are_grouped_by_their_file() -> None:
    groups = {rule.group for rule in current_rules().rules.values()}
    assert groups == {"rbac", "budget", "licence", "outreach", "data-use"}
    assert groups == {path.stem for path in POLICIES.glob("*.cedar")}


def test_the_words_of_the_shipped_rules_are_whole() -> None:
    for rule in current_rules().rules.values():
        assert rule.reason.endswith("."), rule.id
        assert rule.effect == "permit" or rule.remedy.endswith("."), rule.id
        assert rule.effect == "forbid" or rule.group == "rbac" or rule.needs, rule.id
        assert rule.group not in LAWFUL or (rule.law and date.fromisoformat(rule.since)), rule.id


def test_only_rules_that_may_matter_are_asked_and_permits_are_known_by_action() -> None:
    rules = load_rules(current_rules().files)
    assert rules.permits_of("budget:spend") == []
    context = {"amount": 1, "has_budget": True}
    assert rules.evaluate(Principal("enrichment", HERE), "budget:spend", Resource("Budget", HERE), context)[0]
    assert [rule.id for rule in rules.permits_of("budget:spend")] == ["spend-within-budget"]
    rules.evaluate(Principal("u", HERE, Role.VIEWER), "memos:read", Resource("Memo", HERE), {})
    names = {rule.id for rule in rules.permits_of("memos:read")}
    assert names == {"admin-everything", "analyst-memos", "underwriter-memos", "ops-memos", "viewer-memos"}


def test_a_set_without_a_rule_is_another_set() -> None:
    less = current_rules().without("tenant-isolation")
    assert set(current_rules().rules) - set(less.rules) == {"tenant-isolation"}
    assert less.version != current_rules().version
