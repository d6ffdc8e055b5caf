"""Tables of expected decisions: what each rule must say, as data that tests, benchmarks and editors of rules run.

A table is a YAML file with defaults (`action`, `as`, `resource`) and `cases`; a case takes a context from `contexts` by
name (`from`), changes facts in it (`with`, dotted names reach into records) and leaves facts out (`without`).
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from reos.core.errors import ConfigurationError
from reos.policy.questions import Action, Principal, Resource, Role
from reos.policy.ruleset import RuleSet

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class Case:
    """One question, the verdict it must get, and the rules that must decide (none: the default deny)."""

    name: str
    principal: Principal
    action: Action
    resource: Resource
    context: Mapping[str, Any]
    allow: bool
    rules: tuple[str, ...]

    def verdict(self, rules: RuleSet) -> tuple[bool, tuple[str, ...]]:
        """Decide it under `rules`."""
        return rules.evaluate(self.principal, self.action, self.resource, self.context)

    def holds(self, rules: RuleSet) -> bool:
        """Tell whether `rules` give what the case expects."""
        return self.verdict(rules) == (self.allow, self.rules)


def read_tables(folder: Path) -> list[Case]:
    """Read all tables of a folder, in the order of their names."""
    return [case for path in sorted(folder.glob("*.yml")) for case in read_table(path)]


def read_table(path: Path) -> list[Case]:
    """Read one table; `ConfigurationError` names the case that is not of the documented form."""
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    cases = []
    for number, entry in enumerate(table["cases"], start=1):
        try:
            cases.append(_case(f"{path.stem} {number}", {**table.get("defaults", {}), **entry}, table))
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(f"Case {number} of {path.name} is malformed: {entry!r} ({error!r}).") from error
    return cases


@dataclass(frozen=True)
class Mutant:
    """A rule set with one rule removed: whether a case noticed, and whether it did by another yes or no."""

    rule: str
    noticed: bool
    reversed: bool


def mutants(cases: Sequence[Case], rules: RuleSet) -> list[Mutant]:
    """Remove each rule in turn and tell whether the cases notice."""
    return [_mutant(rule, cases, rules.without(rule)) for rule in rules.rules]


def rules_tested(cases: Iterable[Case]) -> set[str]:
    """Return the rules that decide at least one case alone."""
    return {case.rules[0] for case in cases if len(case.rules) == 1}


def _mutant(rule: str, cases: Sequence[Case], rules: RuleSet) -> Mutant:
    touched = [case for case in cases if rule in case.rules]
    found = [case.verdict(rules) for case in touched]
    pairs = list(zip(touched, found, strict=True))
    noticed = any(verdict != (case.allow, case.rules) for case, verdict in pairs)
    return Mutant(rule, noticed, any(verdict[0] != case.allow for case, verdict in pairs))


def _case(name: str, entry: Mapping[str, Any], table: Mapping[str, Any]) -> Case:
    who, tenant = str(entry["as"]), ELSEWHERE if entry.get("elsewhere") else HERE
    role = Role(who) if who in set(Role) else None
    principal = Principal("u" if role else who, HERE, role)
    action = Action(entry["action"])
    context = copy.deepcopy(table["contexts"][entry["from"]]) if "from" in entry else {}
    for dotted, value in entry.get("with", {}).items():
        *path, last = dotted.split(".")
        inner = context
        for step in path:
            inner = inner[step]
        inner[last] = value
    context = {fact: value for fact, value in context.items() if fact not in entry.get("without", ())}
    rules = tuple(sorted(entry.get("rules", ())))
    resource = Resource(action.kind, tenant, "r", entry.get("resource", {}))
    return Case(name, principal, action, resource, context, entry["verdict"] == "permit", rules)
