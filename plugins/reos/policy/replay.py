"""Stored decisions decided again: under their own rules they must come out the same, under edited ones they may change.

Pure but for reading: nothing is recorded. A decision whose rules were not kept (it is older than `app.policy_version`)
cannot be replayed, and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reos.core.errors import ConfigurationError, NotFoundError
from reos.db.connection import Connection
from reos.policy.kernel import inputs_hash
from reos.policy.questions import Principal, Resource, Role
from reos.policy.ruleset import RuleSet, load_rules

_COLUMNS = """
d.tenant_id, d.decision_id, d.principal, d.action, d.resource, d.context, d.allow, d.policy_ids, d.reasons,
d.policy_version, d.inputs_hash, d.decided_at
"""
_LAST = f"""
select {_COLUMNS} from app.tenant t cross join lateral (
  select * from app.policy_decision d where d.tenant_id = t.tenant_id order by d.decided_at desc limit %(last)s) d
 order by d.decided_at desc, d.decision_id desc limit %(last)s
"""  # noqa: S608 (constants)
_CHOSEN = f"select {_COLUMNS} from app.policy_decision d where d.decision_id = any (%s) order by d.decided_at"  # noqa: S608
_VERSIONS = "select version, files from app.policy_version where version = any (%s)"

Verdict = tuple[bool, tuple[str, ...]]


@dataclass(frozen=True)
class Stored:
    """A decision as it was recorded."""

    decision_id: UUID
    tenant_id: UUID
    row: Mapping[str, Any]

    @property
    def verdict(self) -> Verdict:
        """What was decided, and by which rules."""
        return self.row["allow"], tuple(self.row["policy_ids"])

    @property
    def version(self) -> str:
        """The version of the rules that decided."""
        return str(self.row["policy_version"])

    @property
    def intact(self) -> bool:
        """True when the question is the one whose hash was recorded."""
        asked = {name: self.row[name] for name in ("principal", "action", "resource", "context")}
        return inputs_hash(asked) == bytes(self.row["inputs_hash"])

    def decide(self, rules: RuleSet) -> Verdict:
        """Decide the same question under `rules`; `ConfigurationError` when it does not fit their schema."""
        who, what = dict(self.row["principal"]), dict(self.row["resource"])
        role = Role(who["role"]) if who["role"] else None
        principal = Principal(who["id"], UUID(who["tenant_id"]), role)
        tenant, kind, key = UUID(what.pop("tenant_id")), what.pop("kind"), what.pop("id")
        resource = Resource(kind, tenant, key, what)
        return rules.evaluate(principal, self.row["action"], resource, self.row["context"])


@dataclass(frozen=True)
class Replayed:
    """A stored decision beside today's verdict; `now` is None when there is none, and `problem` says why."""

    stored: Stored
    now: Verdict | None
    problem: str = ""

    @property
    def same(self) -> bool:
        """True when verdict and rules are those that were recorded, for the question that was recorded."""
        return self.now == self.stored.verdict and self.stored.intact

    @property
    def changed(self) -> bool:
        """True when the verdict itself is another one."""
        return self.now is None or self.now[0] != self.stored.verdict[0]


def last(conn: Connection, count: int) -> list[Stored]:
    """Read the newest `count` decisions of all tenants that the transaction sees, newest first."""
    return [_stored(row) for row in conn.execute(_LAST, {"last": count})]


def chosen(conn: Connection, ids: Sequence[UUID]) -> list[Stored]:
    """Read decisions by id, oldest first; `NotFoundError` names those that there are not."""
    found = [_stored(row) for row in conn.execute(_CHOSEN, (list(ids),))]
    missing = set(ids) - {one.decision_id for one in found}
    if missing:
        raise NotFoundError(f"There is no decision {', '.join(sorted(map(str, missing)))}.")
    return found


def kept_rules(conn: Connection, versions: Iterable[str]) -> dict[str, RuleSet]:
    """Return the rules of each version whose texts were kept."""
    return {row["version"]: load_rules(row["files"]) for row in conn.execute(_VERSIONS, (sorted(set(versions)),))}


def replay(decisions: Iterable[Stored], rules: Mapping[str, RuleSet]) -> list[Replayed]:
    """Decide each again under its own version of the rules."""
    return [_again(one, rules.get(one.version)) for one in decisions]


def diff(decisions: Iterable[Stored], edited: RuleSet) -> list[Replayed]:
    """Decide each again under `edited` rules."""
    return [_again(one, edited) for one in decisions]


def _again(stored: Stored, rules: RuleSet | None) -> Replayed:
    if rules is None:
        return Replayed(stored, None, f"The rules of version {stored.version} were not kept.")
    try:
        return Replayed(stored, stored.decide(rules))
    except ConfigurationError as error:
        return Replayed(stored, None, error.detail)


def _stored(row: Mapping[str, Any]) -> Stored:
    return Stored(row["decision_id"], row["tenant_id"], row)
