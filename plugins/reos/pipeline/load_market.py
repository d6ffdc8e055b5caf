"""Load market data that all tenants share: the policy's word, a row in the ledger, one transaction that publishes.

A load ends `done`; `refused`, when the policy or a check stopped it and a person must look; or `failed`, when the
provider broke off. Only `done` changes what is read. The ledger `app.reference_load` keeps the policy's decision, the
attribution and the version of what was read with each load.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from uuid import UUID

from reos.connectors.bulk import BulkSpec
from reos.connectors.errors import SchemaDriftError
from reos.core.clock import Clock
from reos.core.errors import ForbiddenError
from reos.core.ids import NewId
from reos.db import transaction
from reos.db.connection import Connection
from reos.pipeline.load_ending import LoadReport, ending
from reos.policy.kernel import Action, Decision, Principal, Resource, decide
from reos.reference import ledger
from reos.reference.ledger import Load, Outcome
from reos.reference.publish import LoadRefusedError

NOBODY = UUID(int=0)  # the tenant of what is decided for all of them
_MARKET = "market"
_NOTE = "update app.reference_load set version = %s, columns = %s, warnings = %s where load_id = %s"


class Written(NamedTuple):
    """What a load read and what it changed; what was as before is not written again."""

    rows: int
    added: int
    changed: int = 0
    removed: int = 0


@dataclass
class MarketLoad:
    """One load under way: `finish` or `leave` ends it well. Made by `market_load`, which ends it otherwise."""

    conn: Connection
    load: Load
    clock: Clock
    warnings: Sequence[str] = ()
    version: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    watermark: str | None = None
    began: float = field(default_factory=time.monotonic)
    read_s: float = 0.0
    report: LoadReport | None = None

    def note_read(self) -> None:
        """Say that everything is fetched, so that the report tells reading from writing."""
        self.read_s = time.monotonic() - self.began

    def finish(self, written: Written, *, message: str | None = None) -> None:
        """Close the load in the open transaction that wrote `written`."""
        self._note()
        ledger.end(self.conn, self.load, "done", self._outcome(written, message), self.clock)
        seconds = time.monotonic() - self.began
        self.report = LoadReport(
            load_id=self.load.load_id,
            source=self.load.source,
            mode=self.load.mode,
            rows=written.rows,
            added=written.added,
            changed=written.changed,
            removed=written.removed,
            unchanged=written.rows - written.added - written.changed,
            rejected=0,
            seconds=seconds,
            rows_per_second=written.rows / seconds if seconds else 0.0,
            watermark=self.watermark,
            warnings=tuple(self.warnings),
            stages={"read": self.read_s, "publish": seconds - self.read_s},
        )

    def leave(self, message: str) -> None:
        """Close a load that finds at its source what was loaded last; `version` and `watermark` are as they were."""
        self.note_read()
        with transaction(self.conn):
            self.finish(Written(0, 0), message=message)

    def stop(self, status: Literal["refused", "failed"], message: str) -> None:
        """Close the load without having changed anything that is read."""
        if self.conn.closed:
            return  # the ledger still says `running`; the next load of this source sets it right
        self.conn.rollback()
        self.watermark = None
        with transaction(self.conn):
            self._note()
            ledger.end(self.conn, self.load, status, self._outcome(Written(0, 0), message), self.clock)

    def _note(self) -> None:
        params = (self.version, json.dumps(self.columns), json.dumps(list(self.warnings)), self.load.load_id)
        self.conn.execute(_NOTE, params)

    def _outcome(self, written: Written, message: str | None) -> Outcome:
        return Outcome(**written._asdict(), warnings=self.warnings, message=message, watermark=self.watermark)


@contextmanager
def market_load(
    conn: Connection, spec: BulkSpec, name: str, *, also: Sequence[Decision] = (), clock: Clock, new_id: NewId
) -> Iterator[MarketLoad]:
    """Open the load `name` of `spec` for the time of the block; keep other loads of that name out.

    Raises `ForbiddenError` when the policy does not let the source be fetched, or refused one of `also`. Whatever the
    block raises ends up in the ledger: the policy's or a check's word, and drift, as `refused`, all else as `failed`.
    """
    decisions = [may_fetch(spec), *also]
    with ledger.exclusive(conn, name):
        told = {"decisions": list(map(_told, decisions)), "attribution": spec.attribution, "licence": spec.licence}
        opened = ledger.begin(
            *(conn, Load(new_id(), name, "full", None, progress=told)),
            kind=spec.source,
            columns={},
            warnings=(),
            clock=clock,
        )
        work = MarketLoad(conn, opened, clock)
        with ending(work, kind=spec.source, refusals=(LoadRefusedError, ForbiddenError, SchemaDriftError)):
            _permit(spec, decisions)
            yield work


def may_fetch(spec: BulkSpec) -> Decision:
    """Return whether the source may be fetched for all tenants."""
    source = Resource("Source", NOBODY, spec.source, {"licence": spec.licence})
    return decide(Principal(_MARKET, NOBODY), Action.SOURCES_FETCH, source, {})


def may_take(field: str, data_class: str, purpose: str) -> Decision:
    """Return whether a field of that class may be taken in for that purpose."""
    resource = Resource("DataField", NOBODY, field, {"data_class": data_class})
    return decide(Principal(_MARKET, NOBODY), Action.DATA_REFERENCE, resource, {"purpose": purpose})


def _permit(spec: BulkSpec, decisions: Sequence[Decision]) -> None:
    refused = next((decision for decision in decisions if not decision.allow), None)
    if refused:
        raise ForbiddenError(
            f"{spec.label} may not be loaded: {' '.join(refused.reasons)}", remedy=refused.remedy, rule=refused.rule
        )


def _told(decision: Decision) -> dict[str, Any]:
    return {
        "inputs": decision.inputs,
        "allow": decision.allow,
        "policy_ids": decision.policy_ids,
        "policy_version": decision.policy_version,
    }
