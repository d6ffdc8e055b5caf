"""The policy kernel: one pure function that says yes or no, by which rule, and what would turn a no into a yes.

Rules are Cedar policies in `policies/*.cedar`, parsed once; deny is the default and a forbid beats any permit. The
caller stores the decision (`reos.policy.audit`) before acting on it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from reos.policy.questions import Action, Principal, Resource, Role
from reos.policy.ruleset import Rule, RuleSet, read_rules

__all__ = ["Action", "Decision", "Principal", "Resource", "Role", "decide"]

POLICIES = Path(__file__).with_name("policies")


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

    @property
    def rule(self) -> str:
        """The first rule that decided, or `default-deny`."""
        return self.policy_ids[0] if self.policy_ids else "default-deny"

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
        return inputs_hash(self.inputs)


def inputs_hash(inputs: Mapping[str, Any]) -> bytes:
    """Return SHA-256 of a question as JSON values, in canonical JSON."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).digest()


def decide(
    principal: Principal,
    action: Action,
    resource: Resource,
    context: Mapping[str, Any],
    rules: RuleSet | None = None,
) -> Decision:
    """Decide one question, under the rules in force unless others are given. Pure: no clock, no I/O.

    Raises `ConfigurationError` when the question does not fit the schema.
    """
    rules = rules or current_rules()
    allow, policy_ids = rules.evaluate(principal, action, resource, context)
    decided = [rules.rules[policy_id] for policy_id in policy_ids]
    return Decision(
        principal=principal,
        action=action,
        resource=resource,
        context=context,
        allow=allow,
        policy_ids=policy_ids,
        reasons=tuple(rule.reason for rule in decided) or (_no_permit(principal, action),),
        obligations=tuple(rule.obligation for rule in decided if allow and rule.obligation),
        remedy=None if allow else _remedy(decided, action, rules),
        policy_version=rules.version,
    )


@lru_cache(maxsize=1)
def current_rules() -> RuleSet:
    """Return the rules in force, read on first use."""
    return read_rules(POLICIES)


def roles_allowed(action: Action) -> list[Role]:
    """The roles that may do `action` in their own tenant: one row of the permission table."""
    if not action.by_role:
        return []
    here = UUID(int=0)
    resource = Resource(action.kind, here)
    return [role for role in Role if current_rules().evaluate(Principal("any", here, role), action, resource, {})[0]]


@lru_cache(maxsize=len(Role))
def permissions_of(role: Role) -> tuple[Action, ...]:
    """Every action that `role` may take in its own tenant: one column of the permission table."""
    return tuple(action for action in Action if role in roles_allowed(action))


def _no_permit(principal: Principal, action: Action) -> str:
    who = f"the role {principal.role}" if principal.role else f"the service {principal.id}"
    return f"Default deny: no rule permits {who} the action {action}."


def _remedy(forbids: Sequence[Rule], action: Action, rules: RuleSet) -> str:
    if forbids:
        return " ".join(rule.remedy for rule in forbids)
    if action.by_role:
        return f"Allowed for {', '.join(roles_allowed(action))}."
    needs = [rule.needs for rule in rules.permits_of(action) if rule.needs]
    return f"Allowed when {'; or '.join(needs)}." if needs else "Nothing is allowed this."
