"""Gates: run a checkpoint's suites on what waits, hold rows back, record the run, and say whether to go on.

A suite with nothing to look at is not run, so an idle pass costs one query and no import of Great Expectations.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg import sql

from reos.core.clock import Clock
from reos.core.errors import ReosError
from reos.core.ids import NewId, new_id
from reos.core.logging import get_logger
from reos.core.settings import Settings
from reos.db.connection import Connection, connect, transaction
from reos.quality.quarantine import hold
from reos.quality.run import Outcome, run_suites
from reos.quality.suite import Checkpoint, OnFail, Suite, load_checkpoint

_log = get_logger(__name__)


class GateBlockedError(ReosError):
    """A rule that guards everything is broken: nothing goes further until somebody has looked."""

    status = 503
    code = "quality_gate_blocked"


@dataclass(frozen=True)
class Finding:
    """One broken rule: which, what it does, how many rows, what was seen, and why the rule exists."""

    suite: str
    rule: str
    on_fail: OnFail
    failing: int
    observed: str
    why: str


@dataclass(frozen=True)
class GateResult:
    """What the gate found over all suites of a checkpoint; `quarantined` counts rows that were not held before."""

    rows: int = 0
    quarantined: int = 0
    findings: tuple[Finding, ...] = ()
    data_docs: Path | None = None
    seconds: float = 0.0

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that stop the run."""
        return tuple(finding for finding in self.findings if finding.on_fail is OnFail.BLOCK)

    def raise_if_blocked(self) -> None:
        """Raise `GateBlockedError` naming each blocking rule."""
        if self.blocking:
            told = "; ".join(f"{each.suite}: {each.rule} saw {each.observed} ({each.why})" for each in self.blocking)
            raise GateBlockedError(
                f"A quality gate stopped the run, and nothing was published. {told}",
                remedy=f"Look at {self.data_docs}/index.html and app.quality_run; mend the source or the rule, "
                "then run again.",
            )


def run_checkpoint(settings: Settings, name: str, *, batch_id: str, clock: Clock, new_id: NewId = new_id) -> GateResult:
    """Run checkpoint `name` of `settings.expectations_dir` on what waits now, as `reos_quality`.

    Failing rows of a `quarantine` rule are in `app.quarantine` when it returns, and each suite's run in
    `app.quality_run`. A blocked result is returned, not raised: call `raise_if_blocked()`.
    """
    checkpoint = load_checkpoint(settings.expectations_dir, name)
    url = settings.required("db_quality_url")
    docs = settings.state_dir / "data-docs"
    began = time.monotonic()
    with connect(url, application_name="reos-quality") as conn:
        results = _Gate(conn, url, checkpoint, docs, batch_id, clock, new_id).run()
    return GateResult(
        rows=sum(result.rows for result in results),
        quarantined=sum(result.quarantined for result in results),
        findings=tuple(finding for result in results for finding in result.findings),
        data_docs=docs,
        seconds=time.monotonic() - began,
    )


@dataclass(frozen=True)
class _Gate:
    conn: Connection
    url: str
    checkpoint: Checkpoint
    docs: Path
    batch_id: str
    clock: Clock
    new_id: NewId

    def run(self) -> list[GateResult]:
        """Return a result for each suite whose relation has rows."""
        with transaction(self.conn):
            counted = [(suite, _count(self.conn, suite)) for suite in self.checkpoint.suites]
        waiting = [(suite, rows) for suite, rows in counted if rows]
        if not waiting:
            return []
        started_at, began = self.clock.now(), time.monotonic()
        found = run_suites(self.url, self.checkpoint, [suite for suite, _ in waiting], self.batch_id, self.docs)
        asked = time.monotonic() - began
        told = zip(waiting, found, strict=True)
        return [self._act(suite, rows, outcomes, started_at, asked) for (suite, rows), outcomes in told]

    def _act(
        self, suite: Suite, rows: int, outcomes: Sequence[Outcome], started_at: datetime, seconds: float
    ) -> GateResult:
        findings = tuple(_finding(suite, outcome, rows) for outcome in outcomes if not outcome.success)
        with transaction(self.conn):
            held = sum(self._hold(suite, outcome) for outcome in outcomes if not outcome.success)
            result = GateResult(rows, held, findings, self.docs, seconds)
            self._record(suite, result, started_at, len(outcomes))
        for finding in findings:
            _log.warning("quality.rule_broken", suite=suite.name, rule=finding.rule, on_fail=finding.on_fail.value)
        return result

    def _hold(self, suite: Suite, outcome: Outcome) -> int:
        if outcome.rule.on_fail is not OnFail.QUARANTINE or not outcome.failing_query:
            return 0
        return hold(self.conn, suite, outcome.rule, outcome.failing_query, self.batch_id)

    def _record(self, suite: Suite, result: GateResult, started_at: datetime, rules: int) -> None:
        self.conn.execute(
            """
            insert into app.quality_run (run_id, suite, batch_id, success, blocked, statistics, started_at, seconds)
            values (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                *(self.new_id(), suite.name, self.batch_id, not result.findings, bool(result.blocking)),
                *(_statistics(result, rules), started_at, result.seconds),
            ),
        )


def _finding(suite: Suite, outcome: Outcome, rows: int) -> Finding:
    rule = outcome.rule
    on_fail = OnFail.WARN if rule.on_fail is OnFail.BLOCK and rows < rule.from_rows else rule.on_fail
    return Finding(suite.name, rule.name, on_fail, outcome.failing, outcome.observed, rule.why)


def _count(conn: Connection, suite: Suite) -> int:
    query = sql.SQL("select count(*) as rows from {}").format(sql.Identifier(suite.schema, suite.table))
    row = conn.execute(query).fetchone()
    return int(row["rows"]) if row else 0


def _statistics(result: GateResult, rules: int) -> str:
    broken = [
        {"rule": each.rule, "on_fail": each.on_fail.value, "failing": each.failing, "observed": each.observed}
        for each in result.findings
    ]
    return json.dumps({"rows": result.rows, "rules": rules, "quarantined": result.quarantined, "broken": broken})
