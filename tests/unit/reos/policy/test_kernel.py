from itertools import product
from uuid import UUID, uuid4

import pytest

from reos.core.errors import ConfigurationError
from reos.policy import kernel
from reos.policy.kernel import Action, Principal, Resource, Role, decide, load_rules, permissions_of, roles_allowed

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
PEOPLE = [action for action in Action if action is not Action.SOURCES_FETCH]

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


def test_the_default_deny_names_itself_and_the_roles_that_may() -> None:
    decision = ask(Role.VIEWER, Action.PROPERTIES_CREATE)
    assert decision.policy_ids == ()
    assert decision.reasons == ("Default deny: no rule permits the role Viewer the action properties:create.",)
    assert decision.remedy == "Allowed for Admin, Analyst."


def test_a_permit_names_its_rule_and_needs_no_remedy() -> None:
    decision = ask(Role.ANALYST, Action.MEMOS_REQUEST)
    assert (decision.policy_ids, decision.remedy, decision.obligations) == (("analyst-memos",), None, ())
    assert decision.reasons == ("An Analyst reads memos and may request one.",)


def fetch(licence: str, service: str = "enrichment") -> kernel.Decision:
    source = Resource("Source", HERE, "zillow", {"licence": licence})
    return decide(Principal(service, HERE), Action.SOURCES_FETCH, source, {})


@pytest.mark.parametrize("licence", ["public", "open", "licensed"])
def test_enrichment_may_use_sources_under_a_known_licence(licence: str) -> None:
    assert fetch(licence).policy_ids == ("enrichment-sources",)


def test_a_source_whose_terms_forbid_collection_is_refused_with_the_way_out() -> None:
    decision = fetch("prohibited")
    assert (decision.allow, decision.policy_ids) == (False, ("prohibited-source",))
    assert decision.remedy == "Use its published research files or its licensed interface instead."


def test_an_unknown_licence_and_an_unknown_service_fall_to_the_default_deny() -> None:
    assert not fetch("found on a forum").allow
    decision = fetch("public", service="intern")
    assert decision.reasons == ("Default deny: no rule permits the service intern the action sources:fetch.",)
    assert decision.remedy == "No role is allowed this; a service of the pipeline does it."


def test_a_question_that_does_not_fit_the_schema_is_an_error_and_no_answer() -> None:
    with pytest.raises(ConfigurationError, match=r"properties:read on Memo"):
        decide(Principal("u", HERE, Role.ADMIN), Action.PROPERTIES_READ, Resource("Memo", HERE), {})


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


def test_permissions_and_roles_are_two_views_of_one_table() -> None:
    for role, action in product(Role, Action):
        assert (action in permissions_of(role)) is (role in roles_allowed(action))


def test_reading_is_told_from_changing() -> None:
    assert [action for action in Action if action.reads_only] == [
        *(Action.PROPERTIES_READ, Action.TIMELINE_READ, Action.MEMOS_READ, Action.OUTREACH_READ, Action.POLICY_READ),
    ]


SCHEMA = 'entity User { tenant: String }; action "go" appliesTo { principal: [User], resource: [User] };'


@pytest.mark.parametrize(
    "policies",
    [
        '@reason("why") permit (principal, action, resource);',
        '@id("a") permit (principal, action, resource);',
        '@id("a") @reason("why") forbid (principal, action, resource);',
        '@id("a") @reason("why") permit (principal, action, resource);' * 2,
    ],
    ids=["no id", "no reason", "forbids without a way out", "one id twice"],
)
def test_a_rule_that_cannot_be_explained_is_not_loaded(policies: str) -> None:
    with pytest.raises(ConfigurationError, match="needs its own @id"):
        load_rules(policies, SCHEMA)


def test_a_rule_that_does_not_fit_the_schema_is_not_loaded() -> None:
    with pytest.raises(ConfigurationError, match="do not fit their schema"):
        load_rules('@id("a") @reason("b") permit (principal, action == Action::"fly", resource);', SCHEMA)


def test_an_obligation_of_a_permit_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = """
        entity Role; entity User in [Role] { tenant: String }; entity Memo { tenant: String };
        action "memos:read" appliesTo { principal: [User], resource: [Memo] };
    """
    permit = '@id("a") @reason("b") @obligation("watermark") permit (principal, action, resource);'
    monkeypatch.setattr(kernel, "_rules", lambda: load_rules(permit, schema))
    resource = Resource("Memo", HERE, str(uuid4()))
    assert decide(Principal("u", HERE, Role.VIEWER), Action.MEMOS_READ, resource, {}).obligations == ("watermark",)
