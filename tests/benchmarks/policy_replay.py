"""Stored decisions decided again under their own rules: all of them must come out the same.

`REOS_BENCH_DECISIONS` sets how many are stored; the questions are those of the decision tables, over and over, each
asked by another principal.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle, islice

from identity_import import server, url
from measures import Measure
from policy_rules import TABLES

from reos import db
from reos.core.clock import FixedClock
from reos.db.connection import Connection
from reos.policy import audit, replay
from reos.policy.decision_table import HERE, Case, read_tables
from reos.policy.kernel import Decision, current_rules, decide

DECISIONS = int(os.environ.get("REOS_BENCH_DECISIONS", "10000"))
BATCH = 500
CLOCK = FixedClock(datetime(2026, 11, 24, 12, tzinfo=UTC))


def asked(case: Case, number: int) -> Decision:
    """Decide a case as the `number`th person, or as its service."""
    who = case.principal if case.principal.role is None else replace(case.principal, id=f"user-{number}")
    resource = replace(case.resource, id=f"{case.action}-{number}")
    return decide(who, case.action, resource, case.context)


def store(conn: Connection) -> None:
    """Record the decisions, batch by batch."""
    questions = islice(cycle(read_tables(TABLES)), DECISIONS)
    decisions = [asked(case, number) for number, case in enumerate(questions)]
    for start in range(0, len(decisions), BATCH):
        with db.tenant_transaction(conn, HERE):
            audit.record_all(conn, decisions[start : start + BATCH], clock=CLOCK)


def measures() -> Iterator[Measure]:
    """Yield how many decisions come out the same again, and how fast they are stored and replayed."""
    with server() as place:
        with db.connect(url(place, "reos_owner")) as owner, db.tenant_transaction(owner, HERE):
            owner.execute("insert into app.tenant (tenant_id, slug, name) values (%s, 'replay', 'Replay')", (HERE,))
        with db.connect(url(place, "reos_pipeline")) as conn:
            began = time.monotonic()
            store(conn)
            stored_in = time.monotonic() - began
            with db.transaction(conn):
                stored = replay.last(conn, DECISIONS)
                kept = replay.kept_rules(conn, {one.version for one in stored})
    began = time.monotonic()
    results = replay.replay(stored, kept)
    seconds = time.monotonic() - began
    again = replay.diff(stored, current_rules())
    yield Measure("policy: decisions stored and replayed", len(results), f"= {DECISIONS}")
    yield Measure("policy: replayed equal in %", 100 * sum(result.same for result in results) / len(results), "= 100")
    yield Measure("policy: verdicts changed by the rules in force", sum(result.changed for result in again), "= 0")
    yield Measure("policy: decisions decided and stored/s", len(results) / stored_in)
    yield Measure("policy: decisions replayed/s", len(results) / seconds)
