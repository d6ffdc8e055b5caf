from itertools import product
from uuid import UUID, uuid4

import pytest

from reos.core.errors import ConfigurationError
from reos.policy import kernel
from reos.policy.kernel import Action, Principal, Resource, Role, decide, permissions_of, roles_allowed
from reos.policy.ruleset import SCHEMA, load_rules

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
PEOPLE = [action for action in Action if action.by_role]

# The permission table, written out: what each role may do in its own tenant.
MATRIX = {
    Role.ADMIN: set(PEOPLE),
    Role.ANALYST: {
        *("properties:read", "properties:create", "properties:update", "properties:delete"),
        *("timeline:read", "timeline:comment", "memos:read", "memos:request"),
    },
    Role.UNDERWRITER: {"properties:read", "timeline:read", "timeline:comment", "memos:read"},
    Role.OPS: {
        *("properties:read", "properties:update", "memos:read"),
        *("outreach:read", "outreach:manage", "outreach:approve"),
    },
    Role.VIEWER: {"properties:read", "timeline:read", "memos:read"},
}


def ask(role: Role, action: Action, tenant: UUID = HERE) -> kernel.Decision:
    return decide(Principal("u", HERE, role), action, Resource(action.kind, tenant, "r"), {})


def test_roles_decide_what_people_do_and_facts_the_rest() -> None:
    assert {action for action in Action if not action.by_role} == {
        *("sources:fetch", "sources:use", "budget:spend", "data:reference", "people:use", "messages:send"),
    }


@pytest.mark.parametrize(("role", "action"), list(product(Role, PEOPLE)))
def test_each_role_may_do_exactly_what_the_table_says(role: Role, action: Action) -> None:
    assert ask(role, action).allow is (action in MATRIX[role])


@pytest.mark.parametrize(("role", "action"), list(product(Role, PEOPLE)))
def test_nobody_may_do_anything_in_another_tenant(role: Role, action: Action) -> None:
    decision = ask(role, action, ELSEWHERE)
    assert not decision.allow
    assert decision.policy_ids == ("tenant-isolation",)


def test_a_forbid_beats_the_admins_permit_and_says_which_rule_refused() -> None:
    decision = ask(Role.ADMIN, Action.PROPERTIES_READ, ELSEWHERE)
    assert decision.policy_ids == ("tenant-isolation",)
    assert decision.reasons == ("The resource belongs to another tenant.",)
    assert decision.remedy == "Sign in to the tenant that owns it."
    assert decision.rule == "tenant-isolation"


def test_the_default_deny_names_itself_and_the_roles_that_may() -> None:
    decision = ask(Role.VIEWER, Action.PROPERTIES_CREATE)
    assert (decision.policy_ids, decision.rule) == ((), "default-deny")
    assert decision.reasons == ("Default deny: no rule permits the role Viewer the action properties:create.",)
    assert decision.remedy == "Allowed for Admin, Analyst."


def test_a_permit_names_its_rule_and_needs_no_remedy() -> None:
    decision = ask(Role.ANALYST, Action.MEMOS_REQUEST)
    assert (decision.policy_ids, decision.remedy, decision.obligations) == (("analyst-memos",), None, ())
    assert decision.reasons == ("An Analyst reads memos and may request one.",)


def fetch(licence: str, service: str = "enrichment") -> kernel.Decision:
    source = Resource("Source", HERE, "zillow", {"licence": licence})
    return decide(Principal(service, HERE), Action.SOURCES_FETCH, source, {})


def test_a_source_whose_terms_forbid_collection_is_refused_with_the_way_out() -> None:
    decision = fetch("prohibited")
    assert (decision.allow, decision.policy_ids) == (False, ("prohibited-source",))
    assert decision.remedy == "Use its published research files or its licensed interface instead."


def test_the_default_deny_of_facts_says_what_would_be_needed() -> None:
    assert not fetch("found on a forum").allow
    decision = fetch("public", service="intern")
    assert decision.reasons == ("Default deny: no rule permits the service intern the action sources:fetch.",)
    assert decision.remedy == (
        "Allowed when a service of the pipeline asks a source that is public, open, licensed or restricted."
    )


def test_an_obligation_of_a_permit_reaches_the_caller() -> None:
    source = Resource("Source", HERE, "zillow_bridge", {"licence": "restricted", "admits": ["display"]})
    decision = decide(Principal("u", HERE, Role.VIEWER), Action.SOURCES_USE, source, {"purpose": "display"})
    assert (decision.allow, decision.obligations) == (True, ("show-attribution",))


def test_a_question_that_does_not_fit_the_schema_is_an_error_and_no_answer() -> None:
    with pytest.raises(ConfigurationError, match=r"properties:read on Memo"):
        decide(Principal("u", HERE, Role.ADMIN), Action.PROPERTIES_READ, Resource("Memo", HERE), {})
    with pytest.raises(ConfigurationError, match=r"budget:spend on Budget"):
        decide(Principal("enrichment", HERE), Action.BUDGET_SPEND, Resource("Budget", HERE), {"amount": 1})


def test_the_inputs_hash_depends_on_every_part_of_the_question() -> None:
    base = ask(Role.VIEWER, Action.PROPERTIES_READ)
    others = [
        ask(Role.ADMIN, Action.PROPERTIES_READ),
        ask(Role.VIEWER, Action.PROPERTIES_CREATE),
        ask(Role.VIEWER, Action.PROPERTIES_READ, ELSEWHERE),
        decide(Principal("v", HERE, Role.VIEWER), Action.PROPERTIES_READ, Resource("Property", HERE, "r"), {}),
        decide(Principal("u", HERE, Role.VIEWER), Action.PROPERTIES_READ, Resource("Property", HERE), {}),
    ]
    assert len({base.inputs_hash, *(other.inputs_hash for other in others)}) == 6
    assert ask(Role.VIEWER, Action.PROPERTIES_READ).inputs_hash == base.inputs_hash
    assert ask(Role.VIEWER, Action.PROPERTIES_READ).policy_version == base.policy_version


def test_other_rules_may_be_asked_and_are_named_in_the_decision() -> None:
    schema = """
        entity Role; entity User in [Role] { tenant: String }; entity Memo { tenant: String };
        action "memos:read" appliesTo { principal: [User], resource: [Memo] };
    """
    rules = load_rules({"x.cedar": '@id("a") @reason("b") permit (principal, action, resource);', SCHEMA: schema})
    resource = Resource("Memo", ELSEWHERE, str(uuid4()))
    decision = decide(Principal("u", HERE, Role.VIEWER), Action.MEMOS_READ, resource, {}, rules)
    assert (decision.allow, decision.policy_ids, decision.policy_version) == (True, ("a",), rules.version)
    refused = load_rules({"x.cedar": "", SCHEMA: schema})
    resource = Resource("Memo", HERE)
    assert decide(Principal("u", HERE, Role.VIEWER), Action.MEMOS_READ, resource, {}, refused).allow is False


def test_permissions_and_roles_are_two_views_of_one_table() -> None:
    for role, action in product(Role, Action):
        assert (action in permissions_of(role)) is (role in roles_allowed(action))


def test_reading_is_told_from_changing() -> None:
    assert [action for action in Action if action.reads_only] == [
        *(Action.PROPERTIES_READ, Action.TIMELINE_READ, Action.MEMOS_READ, Action.OUTREACH_READ, Action.POLICY_READ),
    ]
