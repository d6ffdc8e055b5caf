"""The second step of an import: staged rows become properties, records and events, chunk by chunk.

A chunk is one transaction and a range of identities, parcels first and then addresses. When all are there, newcomers,
and what has got an address or came back, are compared with what is known, a range of blocks (house number and street) a
transaction; only then are they announced. The batch remembers the step and the last key of it that is committed, so
whoever comes next goes on there. A chunk keeps leads and other chunks of its tenant waiting for its own short time, so
that two sides never wait for one another.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from reos.core.clock import Clock
from reos.core.errors import ConflictError
from reos.core.ids import NewId, new_id
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import import_batch, import_discard, import_telling, lead_landing
from reos.pipeline.import_batch import Batch, Status
from reos.pipeline.import_faults import failing_clearly
from reos.pipeline.import_progress import Progress, Stopwatch, silent
from reos.pipeline.settle_matches import fill_blocks
from reos.property import bulk, candidates

CHUNK_ROWS = 2000
_TRIES = 4  # of a chunk that another writer of the same rows (a score, an enrichment) got in the way of

_BEGIN = """
update app.import_batch set status = 'publishing', step = coalesce(step, 'parcels'), step_key = coalesce(step_key, '')
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""
_NEXT_STEP = """
update app.import_batch set step = %(step)s, step_key = %(after)s
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""
_FINISH = """
update app.import_batch set status = 'done', step = null, step_key = null, finished_at = clock_timestamp()
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""
_IDENTITIES = """
select max(identity) as upto, count(*) as rows
  from (select identity from app.import_row
         where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s and identity > %(after)s and {within}
         order by identity, line limit %(limit)s) c
"""
_PARCELS = _IDENTITIES.format(within="identity < %(addresses)s")
_ADDRESSES = _IDENTITIES.format(within="true")
_BLOCKS = """
select max(address_block) as upto, count(*) as rows
  from ((select address_block from app.import_row
          where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s and address_block > %(after)s
          order by address_block limit %(limit)s)
        union all
        (select address_block from app.import_change
          where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s and address_block > %(after)s
          order by address_block limit %(limit)s)
        order by address_block limit %(limit)s) c
"""
# A property that a row created has the id that the row brought; of a row that created none, nothing has that id.
_NEWCOMERS = """
select candidate_id as property_id from app.import_row
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
   and address_block > %(after)s and address_block <= %(upto)s
union
select property_id from app.import_change
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
   and address_block > %(after)s and address_block <= %(upto)s
"""
# Parcels of the file that a source has named for a property which is known by its address.
_NAMED = """
select r.candidate_id as property_id from app.import_row r
 where r.tenant_id = %(tenant_id)s and r.batch_id = %(batch_id)s and r.apn_key is not null
   and exists (select from app.property_alias f
                where f.tenant_id = r.tenant_id and f.county_fips = r.county_fips and f.apn_key = r.apn_key)
"""
_ANALYSE = "analyze app.property"  # all columns: with some, the table looks analysed to whoever reads the others
_COMPARED = """
update app.import_batch set step_key = %(upto)s, merged = merged + %(merged)s, reviews = reviews + %(reviews)s
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
"""


def publish(
    conn: Connection,
    tenant_id: UUID,
    batch_id: UUID,
    *,
    clock: Clock,
    progress: Progress | None = None,
    new_id: NewId = new_id,
    watch: Stopwatch | None = None,
) -> Batch:
    """Publish a staged batch, or the rest of it, and return it as it is then.

    `conn` is an idle connection of reos_pipeline. A batch that is done is returned as it is. Raises `NotFoundError`,
    `ConflictError` when it is not staged or another process is at it, and `UnavailableError` when the database fails;
    the chunks that were committed until then are kept whole, and the next call goes on after them.
    """
    batch = import_batch.batch(conn, tenant_id, batch_id)
    with (
        failing_clearly(batch.file_name),
        import_batch.exclusively(conn, tenant_id, batch.file_sha256, batch.profile),
    ):
        batch = import_batch.batch(conn, tenant_id, batch_id)
        if batch.status is Status.DONE:
            return batch
        if batch.status not in {Status.STAGED, Status.PUBLISHING}:
            raise ConflictError(
                f"The import {batch_id} is {batch.status}; only one that is staged can be published.",
                remedy="Import the file again.",
            )
        _Publishing(conn, batch, tenant_id, clock, progress or silent, new_id, watch or Stopwatch()).run()
        return import_batch.batch(conn, tenant_id, batch_id)


@dataclass
class _Publishing:
    conn: Connection
    batch: Batch
    tenant_id: UUID
    clock: Clock
    progress: Progress
    new_id: NewId
    watch: Stopwatch
    params: dict[str, Any] = field(default_factory=dict)
    analyse_at: int = 1

    def run(self) -> None:
        """Do all steps from the one at which the batch stands."""
        batch = self.batch
        self.params = {
            "tenant_id": self.tenant_id,
            "batch_id": batch.batch_id,
            "source": batch.source,
            "profile": batch.profile,
            "licence": batch.details["licence"],
            "logical_date": batch.logical_date,
            "user_id": batch.user_id,
            "addresses": bulk.ADDRESSES,
            "limit": CHUNK_ROWS,
        }
        with self._transaction() as conn:
            conn.execute(_BEGIN, self.params)
        self._steps(batch.step or "parcels", batch.step_key or "")
        with self.watch.stage("clear"):
            import_discard.clear(self.conn, self.tenant_id, batch.batch_id)
        with self._transaction() as conn:
            conn.execute(_FINISH, self.params)

    def _steps(self, step: str, after: str) -> None:
        stages: dict[str, tuple[str, str, Callable[[str], tuple[str, int] | None]]] = {
            "parcels": ("", "publish", lambda key: self._leads(_PARCELS, key)),
            "addresses": (bulk.ADDRESSES, "publish", lambda key: self._leads(_ADDRESSES, key)),
            "compare": ("", "compare", self._compare),
            "tell": ("", "tell", self._tell),
        }
        names = list(stages)
        total = self.batch.rows - self.batch.rejected
        done = dict.fromkeys(("publish", "compare", "tell"), 0)
        for name in names[names.index(step) :]:
            first, stage, chunk = stages[name]
            after = after if name == step else first
            self._enter(name, after)
            self.progress(stage, done[stage], total)
            while reached := self._patiently(chunk, after):
                after = reached[0]
                done[stage] = min(done[stage] + reached[1], total)
                if stage == "publish" and done[stage] >= self.analyse_at:
                    self._analyse()
                self.progress(stage, done[stage], total)

    def _enter(self, step: str, after: str) -> None:
        if step == "compare":
            self._analyse()
            fill_blocks(self.conn, self.tenant_id)
        with self._transaction() as conn:
            conn.execute(_NEXT_STEP, {**self.params, "step": step, "after": after})
            if step == "compare":
                candidates.reserve(conn, self.tenant_id)
                self._settle(conn, _NAMED, {**self.params, "upto": after})

    def _analyse(self) -> None:
        """Let the planner know how properties have grown: not often, for it reads a sample of 30,000 rows."""
        self.analyse_at = max(4 * self.analyse_at, 4 * CHUNK_ROWS)
        with self._transaction() as conn, self.watch.stage("match"):
            conn.execute(_ANALYSE)

    def _transaction(self) -> Any:  # noqa: ANN401 - a context manager of the connection
        return tenant_transaction(self.conn, self.tenant_id)

    def _patiently(self, chunk: Callable[[str], tuple[str, int] | None], after: str) -> tuple[str, int] | None:
        for _ in range(_TRIES - 1):
            try:
                return chunk(after)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                continue
        return chunk(after)

    def _leads(self, bounds: str, after: str) -> tuple[str, int] | None:
        """Publish the next chunk of identities; return its last one and its number of rows, None after the last."""
        with self._transaction() as conn:
            bulk.prepare(conn)
            candidates.reserve(conn, self.tenant_id)
            values = {**self.params, "after": after, "at": self.clock.now()}
            span = self._span(conn, bounds, values)
            if span is None:
                return None
            values["upto"] = span[0]
            with self.watch.stage("match"):
                bulk.resolve(conn, values)
            with self.watch.stage("store"):
                lead_landing.land(conn, values)
        return span

    def _compare(self, after: str) -> tuple[str, int] | None:
        """Compare what is new in the next blocks with what is known; a block is never split."""
        with self._transaction() as conn, self.watch.stage("compare"):
            candidates.reserve(conn, self.tenant_id)
            values = {**self.params, "after": after}
            span = self._span(conn, _BLOCKS, values)
            if span is not None:
                self._settle(conn, _NEWCOMERS, {**values, "upto": span[0]})
        return span

    def _settle(self, conn: Connection, newcomers: str, values: dict[str, Any]) -> None:
        ids = [row["property_id"] for row in conn.execute(newcomers, values)]
        settled = candidates.settle(conn, self.tenant_id, ids, clock=self.clock, new_id=self.new_id)
        conn.execute(_COMPARED, {**values, "merged": settled.merged, "reviews": settled.reviews})

    def _tell(self, after: str) -> tuple[str, int] | None:
        """Announce the next properties, in the order in which they were staged."""
        with self._transaction() as conn, self.watch.stage("tell"):
            values = {**self.params, "after": after}
            span = self._span(conn, import_telling.SPAN, values)
            if span is not None:
                import_telling.tell(conn, {**values, "upto": span[0]}, span[1], self.new_id)
        return span

    @staticmethod
    def _span(conn: Connection, bounds: str, values: dict[str, Any]) -> tuple[str, int] | None:
        bulk.plan_afresh(conn)
        row = conn.execute(bounds, values).fetchone()
        return (row["upto"], row["rows"]) if row and row["upto"] is not None else None
