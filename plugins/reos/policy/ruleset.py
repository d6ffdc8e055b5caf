"""A set of Cedar policies with its schema: read, checked, named by a version, and evaluated.

A set is a mapping of file names to texts; a rule's group is the name of its file. The version is a hash of the texts,
so a stored decision can be replayed under exactly the rules that made it, and under others for comparison.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cedarpy

from reos.core.errors import ConfigurationError
from reos.policy.questions import Principal, Resource

SCHEMA = "reos.cedarschema"

_REMEDY = "Correct the policy files; docs/policy.md says how a rule is written."
_WORDS = ("reason", "remedy", "needs", "obligation", "law", "since")


@dataclass(frozen=True)
class Rule:
    """One policy's words. `needs` is what a permit demands, `law` what a rule rests on, `since` the day it holds from.

    All but `id`, `group`, `effect` and `reason` may be empty.
    """

    id: str
    group: str
    effect: str
    reason: str
    remedy: str
    needs: str
    obligation: str
    law: str
    since: str


@dataclass(frozen=True)
class _Slice:
    """The rules whose action scope admits one action: no other rule can matter to it."""

    policies: cedarpy.PolicySet
    ids: tuple[str, ...]


@dataclass(frozen=True)
class RuleSet:
    """Parsed and checked policies; `documents` holds each in Cedar's JSON form, by rule id."""

    files: Mapping[str, str]
    version: str
    rules: Mapping[str, Rule]
    documents: Mapping[str, Mapping[str, Any]] = field(repr=False)
    schema: cedarpy.Schema = field(repr=False)
    _slices: dict[str, _Slice] = field(default_factory=dict, repr=False)

    def evaluate(
        self, principal: Principal, action: str, resource: Resource, context: Mapping[str, Any]
    ) -> tuple[bool, tuple[str, ...]]:
        """Return the verdict and the ids of the rules that decided, none for the default deny.

        Raises `ConfigurationError` for a question that does not fit the schema.
        """
        who = {"type": principal.kind, "id": principal.id}
        what = {"type": resource.kind, "id": resource.id or "any"}
        roles = [{"type": "Role", "id": principal.role}] if principal.role else []
        entities = json.dumps(
            [
                {"uid": who, "attrs": {"tenant": str(principal.tenant_id)}, "parents": roles},
                {"uid": what, "attrs": {**resource.attributes, "tenant": str(resource.tenant_id)}, "parents": []},
            ]
        )
        request = {"principal": who, "action": {"type": "Action", "id": action}, "resource": what}
        request["context"] = json.dumps(dict(context))  # type: ignore[assignment]
        found = self._slices.get(action) or self._slice(action, request, entities)
        return self._ask(found.policies, request, entities)

    def permits_of(self, action: str) -> list[Rule]:
        """Return the permits that may apply to an action, once a question about it has been evaluated."""
        found = self._slices.get(action)
        return [self.rules[rule] for rule in found.ids if self.rules[rule].effect == "permit"] if found else []

    def without(self, rule_id: str) -> "RuleSet":
        """Return the set with one rule removed, for the check that each rule matters."""
        documents = {name: document for name, document in self.documents.items() if name != rule_id}
        rules = {name: rule for name, rule in self.rules.items() if name != rule_id}
        return RuleSet(self.files, f"{self.version}-{rule_id}", rules, documents, self.schema)

    def _slice(self, action: str, request: Mapping[str, Any], entities: str) -> _Slice:
        """Ask Cedar which action scopes admit this request's action, and keep the rules that have them."""
        scopes = {rule: {**_ANY, "action": document["action"]} for rule, document in self.documents.items()}
        _, ids = self._ask(_parsed(scopes), request, entities)
        found = _Slice(_parsed({rule: self.documents[rule] for rule in ids}), ids)
        self._slices[action] = found
        return found

    def _ask(
        self, policies: cedarpy.PolicySet, request: Mapping[str, Any], entities: str
    ) -> tuple[bool, tuple[str, ...]]:
        answer = cedarpy.is_authorized(dict(request), policies, entities, self.schema)
        if answer.diagnostics.errors:
            action, kind = request["action"]["id"], request["resource"]["type"]
            raise ConfigurationError(f"Policy question {action} on {kind}: {answer.diagnostics.errors[0]}")
        return answer.allowed, tuple(sorted(answer.diagnostics.reasons))


_ANY = {"effect": "permit", "principal": {"op": "All"}, "resource": {"op": "All"}, "conditions": []}


def read_rules(folder: Path) -> RuleSet:
    """Read the `*.cedar` files and the schema of a folder; `ConfigurationError` says what is wrong with which rule."""
    try:
        texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.cedar"))}
        return load_rules({**texts, SCHEMA: (folder / SCHEMA).read_text(encoding="utf-8")})
    except OSError as error:
        raise ConfigurationError(
            f"{folder} holds no policy set: {error}.", remedy=f"It needs *.cedar files and {SCHEMA}."
        ) from error


def load_rules(files: Mapping[str, str]) -> RuleSet:
    """Parse and check a policy set, texts by file name.

    Raises `ConfigurationError` for a rule that does not fit the schema, lacks its own @id, its @reason or, when it
    forbids, its @remedy.
    """
    schema = files[SCHEMA]
    policies = {name: text for name, text in files.items() if name != SCHEMA}
    checked = cedarpy.validate_policies("\n".join(policies.values()), schema)
    if not checked:
        told = "; ".join(map(str, checked.errors))
        raise ConfigurationError(f"The policies do not fit their schema: {told}", remedy=_REMEDY)
    rules: dict[str, Rule] = {}
    documents: dict[str, Mapping[str, Any]] = {}
    for name, text in policies.items():
        for document in json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values():
            rule = _rule(document, Path(name).stem)
            if rule.id in rules:
                raise ConfigurationError(f"Two policies have the @id {rule.id}; each needs its own @id.")
            rules[rule.id], documents[rule.id] = rule, document
    version = hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()[:16]
    return RuleSet(dict(files), version, rules, documents, cedarpy.Schema.from_str(schema))


def _rule(document: Mapping[str, Any], group: str) -> Rule:
    words = {name: text or "" for name, text in document.get("annotations", {}).items()}
    rule = Rule(words.get("id", ""), group, document["effect"], *(words.get(word, "") for word in _WORDS))
    if not (rule.id and rule.reason and (rule.effect == "permit" or rule.remedy)):
        raise ConfigurationError(
            f"Policy {rule.id or '(nameless)'} in {group} needs its own @id, a @reason and, to forbid, a @remedy.",
            remedy=_REMEDY,
        )
    return rule


def _parsed(documents: Mapping[str, Mapping[str, Any]]) -> cedarpy.PolicySet:
    return cedarpy.PolicySet.from_json_str(
        json.dumps({"staticPolicies": documents, "templates": {}, "templateLinks": []})
    )
