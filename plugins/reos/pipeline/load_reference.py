"""Load reference data: describe, check the columns, stage chunk by chunk, check the volume, merge in one transaction.

This is what files and pulls share. A load ends `done`; `refused`, when a check stopped it and a person must look; or
`failed`, when source or database broke off and the next run goes on or begins anew. Only `done` changes what is read.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from reos.core.clock import Clock
from reos.core.errors import UnavailableError
from reos.core.ids import NewId
from reos.core.logging import get_logger
from reos.db import transaction
from reos.db.connection import Connection
from reos.pipeline.geocode import queue_touched
from reos.pipeline.load_ending import LoadReport, ending
from reos.reference import ledger
from reos.reference.drift import find_drift
from reos.reference.ledger import Load, Mode, Outcome
from reos.reference.point import compile_reader
from reos.reference.publish import LoadRefusedError, Published, publish
from reos.reference.source import Source
from reos.reference.staging import Stage

log = get_logger(__name__)

REPEATED = "key: repeats an earlier row of the load"


@dataclass
class Loading:
    """One load under way: `stage` takes chunks, `finish` publishes. Made by `loading`, which also ends it."""

    conn: Connection
    source: Source
    load: Load
    stage: Stage
    clock: Clock
    warnings: tuple[str, ...]
    accept_drop: bool = False
    watermark: str | None = None
    began: float = field(default_factory=time.monotonic)
    taken: int = 0  # rows that an earlier, broken-off try has staged
    report: LoadReport | None = None

    def within_limits(self) -> None:
        """Raise when the load reads more, or takes longer, than the source is allowed."""
        limits = self.source.limits
        if self.load.progress["rows"] > limits.rows:
            raise LoadRefusedError(
                f"{self.source.name} has more than {limits.rows:,} rows.",
                remedy="Raise `limits.rows` in the source's YAML file if that is right.",
            )
        if time.monotonic() - self.began > limits.minutes * 60:
            raise UnavailableError(
                f"{self.source.name} was not read within {limits.minutes} minutes.",
                remedy="Run it again: it goes on where it stopped, unless the source has changed.",
            )

    def finish(self) -> None:
        """Publish what is staged, and close the load in the same transaction."""
        staged = time.monotonic()
        with transaction(self.conn):
            published = publish(self.conn, self.load, self.source.limits, accept_drop=self.accept_drop)
            self.stage.tally.add_many(REPEATED, published.repeated)
            ledger.end(self.conn, self.load, "done", self._outcome(published), self.clock)
            if published.added or published.changed or published.removed:
                queue_touched(self.conn, self.load.load_id)
        ended = time.monotonic()
        stages = {"read": staged - self.began, "publish": ended - staged}
        self.report = self._report(published, ended - self.began, stages)

    def stop(self, status: Literal["refused", "failed"], message: str) -> None:
        """Close the load without having changed anything that is read."""
        if self.conn.closed:
            return  # the ledger still says `running`, which the next run takes up
        self.conn.rollback()
        outcome = replace(self._outcome(Published(0, 0, 0, 0)), message=message, watermark=None)
        with transaction(self.conn):
            ledger.end(self.conn, self.load, status, outcome, self.clock)

    def _outcome(self, published: Published) -> Outcome:
        progress = self.load.progress
        return Outcome(
            rows=progress["rows"],
            added=published.added,
            changed=published.changed,
            removed=published.removed,
            rejected=progress["rejected"] + published.repeated,
            watermark=self.watermark,
            rejections=self.stage.tally.reasons,
            warnings=self.warnings,
        )

    def _report(self, published: Published, seconds: float, stages: dict[str, float]) -> LoadReport:
        outcome = self._outcome(published)
        kept = outcome.rows - outcome.rejected
        return LoadReport(
            load_id=self.load.load_id,
            source=self.load.source,
            mode=self.load.mode,
            rows=outcome.rows,
            added=outcome.added,
            changed=outcome.changed,
            removed=outcome.removed,
            unchanged=kept - outcome.added - outcome.changed,
            rejected=outcome.rejected,
            seconds=seconds,
            rows_per_second=(outcome.rows - self.taken) / seconds if seconds else 0.0,
            watermark=self.watermark,
            resumed=self.load.resumed,
            rejections={reason: entry["rows"] for reason, entry in self.stage.tally.reasons.items()},
            warnings=self.warnings,
            stages=stages,
        )


@contextmanager
def loading(
    conn: Connection,
    source: Source,
    columns: Mapping[str, str],
    *,
    mode: Mode,
    version: str | None,
    clock: Clock,
    new_id: NewId,
    accept_drop: bool = False,
) -> Iterator[Loading]:
    """Open a load of `source`, whose columns are `columns` today, for the time of the block; keep other loads out.

    Raises `LoadRefusedError` when the columns have drifted. Whatever the block raises ends up in the ledger: a check's
    word as `refused`, anything else as `failed`; the staged rows of a failed load wait for the next try.
    """
    with ledger.exclusive(conn, source.name):
        before = ledger.last_done(conn, source.name)
        drift = find_drift(source, columns, before["columns"] if before else None)
        opened = ledger.begin(
            conn,
            Load(new_id(), source.name, mode, version),
            kind=source.kind,
            columns=columns,
            warnings=drift.warnings,
            clock=clock,
        )
        stage = Stage(conn, opened, compile_reader(source), source.fields.columns)
        work = Loading(conn, source, opened, stage, clock, tuple(drift.warnings), accept_drop)
        work.taken = opened.progress["rows"]
        for warning in drift.warnings:
            log.warning("reference.drift", source=source.name, warning=warning)
        with ending(work, kind=source.kind, refusals=(LoadRefusedError,)):
            _refuse_drift(source, drift.refusal)
            yield work


def due_mode(conn: Connection, source: Source, clock: Clock) -> tuple[Mode, str | None]:
    """Return how `source` is to be pulled now, and since when: incremental until the last full pull has grown old."""
    full, last = ledger.last_done(conn, source.name, "full"), ledger.last_done(conn, source.name)
    if source.edited is None or full is None or last is None:
        return "full", None
    if clock.now() - full["started_at"] >= timedelta(days=source.full_every_days):
        return "full", None
    return incremental_since(source, last["watermark"])


def incremental_since(source: Source, watermark: str | None) -> tuple[Mode, str | None]:
    """Return the start of the window behind `watermark`, or a full pull when nothing was ever edited."""
    if watermark is None:
        return "full", None
    return "incremental", (datetime.fromisoformat(watermark) - source.overlap).isoformat()


def _refuse_drift(source: Source, refusal: str | None) -> None:
    if refusal is not None:
        raise LoadRefusedError(
            f"{source.name} has changed its columns: {refusal}. The data of the last good load stay in use.",
            remedy=f"Compare the source with its YAML file ({source.title}), correct the map, and load again.",
        )
