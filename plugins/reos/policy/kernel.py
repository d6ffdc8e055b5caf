"""The policy kernel: one pure function that says yes or no, by which rule, and what would turn a no into a yes.

Rules are Cedar policies in `policies/*.cedar`, parsed once; deny is the default and a forbid beats any permit. The
caller stores the decision (`reos.policy.audit`) before acting on it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import cedarpy

from reos.core.errors import ConfigurationError

_POLICIES = Path(__file__).with_name("policies")


class Role(StrEnum):
    """What a person is in their tenant."""

    ADMIN = "Admin"
    ANALYST = "Analyst"
    UNDERWRITER = "Underwriter"
    OPS = "Ops"
    VIEWER = "Viewer"


class Action(StrEnum):
    """Everything that is decided; the part before the colon names the kind of resource."""

    PROPERTIES_READ = "properties:read"
    PROPERTIES_CREATE = "properties:create"
    PROPERTIES_UPDATE = "properties:update"
    PROPERTIES_DELETE = "properties:delete"
    TIMELINE_READ = "timeline:read"
    TIMELINE_COMMENT = "timeline:comment"
    MEMOS_READ = "memos:read"
    MEMOS_REQUEST = "memos:request"
    OUTREACH_READ = "outreach:read"
    OUTREACH_MANAGE = "outreach:manage"
    OUTREACH_APPROVE = "outreach:approve"
    USERS_MANAGE = "users:manage"
    SETTINGS_MANAGE = "settings:manage"
    POLICY_READ = "policy:read"
    SOURCES_FETCH = "sources:fetch"

    @property
    def kind(self) -> str:
        """The Cedar entity type of the resource that this action is about."""
        return _KIND_OF[self.partition(":")[0]]

    @property
    def reads_only(self) -> bool:
        """True when the action changes nothing."""
        return self.endswith(":read")


_KIND_OF: Mapping[str, str] = {
    "properties": "Property",
    "timeline": "Timeline",
    "memos": "Memo",
    "outreach": "Campaign",
    "users": "Tenant",
    "settings": "Tenant",
    "policy": "Tenant",
    "sources": "Source",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a user with a role (`user_id` is their UUID as text) or a service of the pipeline (`role` is None)."""

    id: str
    tenant_id: UUID
    role: Role | None = None

    @property
    def kind(self) -> str:
        """The Cedar entity type."""
        return "Service" if self.role is None else "User"


@dataclass(frozen=True, slots=True)
class Resource:
    """What it is about: `kind` is a Cedar entity type, `id` None means any of its kind (a list, a new one)."""

    kind: str
    tenant_id: UUID
    id: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """The answer with everything needed to store and to replay it.

    `policy_ids` are the rules that decided (none: the default deny), `reasons` their words in the same order.
    `remedy` says what would make a refused request allowed. `obligations` are conditions that an allowed caller must
    keep, from the permits' `@obligation`.
    """

    principal: Principal
    action: Action
    resource: Resource
    context: Mapping[str, Any]
    allow: bool
    policy_ids: tuple[str, ...]
    reasons: tuple[str, ...]
    obligations: tuple[str, ...]
    remedy: str | None
    policy_version: str

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """The question as plain JSON values."""
        return {
            "principal": {"kind": self.principal.kind, "id": self.principal.id, "role": self.principal.role}
            | {"tenant_id": str(self.principal.tenant_id)},
            "action": str(self.action),
            "resource": {"kind": self.resource.kind, "id": self.resource.id, **self.resource.attributes}
            | {"tenant_id": str(self.resource.tenant_id)},
            "context": dict(self.context),
        }

    @cached_property
    def inputs_hash(self) -> bytes:
        """SHA-256 of the question in canonical JSON (sorted keys, no spaces)."""
        return hashlib.sha256(json.dumps(self.inputs, sort_keys=True, separators=(",", ":")).encode()).digest()


def decide(principal: Principal, action: Action, resource: Resource, context: Mapping[str, Any]) -> Decision:
    """Decide one question. Pure: no clock, no I/O. `ConfigurationError` when the question does not fit the schema."""
    rules = _rules()
    allow, policy_ids = rules.evaluate(principal, action, resource, context)
    annotated = [rules.annotations[policy_id] for policy_id in policy_ids]
    return Decision(
        principal=principal,
        action=action,
        resource=resource,
        context=context,
        allow=allow,
        policy_ids=policy_ids,
        reasons=tuple(a["reason"] for a in annotated) or (_no_permit(principal, action),),
        obligations=tuple(a["obligation"] for a in annotated if allow and "obligation" in a),
        remedy=None if allow else _remedy(annotated, action),
        policy_version=rules.version,
    )


def roles_allowed(action: Action) -> list[Role]:
    """The roles that may do `action` in their own tenant: one row of the permission table."""
    here = UUID(int=0)
    resource = Resource(action.kind, here)
    if action is Action.SOURCES_FETCH:
        return []
    return [role for role in Role if _rules().evaluate(Principal("any", here, role), action, resource, {})[0]]


@lru_cache(maxsize=len(Role))
def permissions_of(role: Role) -> tuple[Action, ...]:
    """Every action that `role` may take in its own tenant: one column of the permission table."""
    return tuple(action for action in Action if role in roles_allowed(action))


def _no_permit(principal: Principal, action: Action) -> str:
    who = f"the role {principal.role}" if principal.role else f"the service {principal.id}"
    return f"Default deny: no rule permits {who} the action {action}."


def _remedy(forbids: list[Mapping[str, str]], action: Action) -> str:
    if forbids:
        return " ".join(a["remedy"] for a in forbids)
    roles = roles_allowed(action)
    return (
        f"Allowed for {', '.join(roles)}." if roles else "No role is allowed this; a service of the pipeline does it."
    )


@dataclass(frozen=True)
class _Rules:
    """The parsed policies, the words of each by its @id, and the version of the whole set."""

    policies: cedarpy.PolicySet
    schema: cedarpy.Schema
    annotations: Mapping[str, Mapping[str, str]]
    version: str

    def evaluate(
        self, principal: Principal, action: Action, resource: Resource, context: Mapping[str, Any]
    ) -> tuple[bool, tuple[str, ...]]:
        who = {"type": principal.kind, "id": principal.id}
        what = {"type": resource.kind, "id": resource.id or "any"}
        roles = [{"type": "Role", "id": principal.role}] if principal.role else []
        entities: list[dict[str, Any]] = [
            {"uid": who, "attrs": {"tenant": str(principal.tenant_id)}, "parents": roles},
            {"uid": what, "attrs": {**resource.attributes, "tenant": str(resource.tenant_id)}, "parents": []},
        ]
        request = {"principal": who, "action": {"type": "Action", "id": action}, "resource": what, "context": context}
        answer = cedarpy.is_authorized(request, self.policies, entities, self.schema)
        if answer.diagnostics.errors:
            raise ConfigurationError(f"Policy question {action} on {resource.kind}: {answer.diagnostics.errors[0]}")
        named = answer.diagnostics.id_annotations_by_reason
        return answer.allowed, tuple(sorted(named[reason] for reason in answer.diagnostics.reasons))


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    files = [*sorted(_POLICIES.glob("*.cedar")), _POLICIES / "reos.cedarschema"]
    texts = [path.read_text() for path in files]
    return load_rules("\n".join(texts[:-1]), texts[-1])


def load_rules(policies: str, schema: str) -> _Rules:
    """Parse and check a policy set; `ConfigurationError` names the rule that is wrong, unnamed or without a reason."""
    checked = cedarpy.validate_policies(policies, schema)
    if not checked:
        raise ConfigurationError(f"The policies do not fit their schema: {'; '.join(map(str, checked.errors))}")
    parsed = cedarpy.PolicySet.from_str(policies)
    annotations: dict[str, Mapping[str, str]] = {}
    for policy in parsed.to_pst().static_policies.values():
        words = dict(policy.annotations)
        name = words.get("id", "")
        complete = name and words.get("reason") and (policy.effect == "permit" or words.get("remedy"))
        if not complete or name in annotations:
            raise ConfigurationError(
                f"Policy {name or policy.id!r} needs its own @id, a @reason and, when it forbids, a @remedy."
            )
        annotations[name] = words
    version = hashlib.sha256(f"{policies}\0{schema}".encode()).hexdigest()[:16]
    return _Rules(parsed, cedarpy.Schema.from_str(schema), annotations, version)
