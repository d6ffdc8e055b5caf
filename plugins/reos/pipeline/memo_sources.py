"""Licences at use: a memo leaves out what comes from a source whose terms refuse memos, or end before today."""

from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from reos.core.clock import Clock
from reos.db.connection import Connection
from reos.memos.record import FieldRow, PropertyRow, Record
from reos.policy import permits
from reos.policy.questions import Principal

_PURPOSE, _SERVICE = "memo", "memos"
_SHOWN = frozenset(field.name for field in fields(PropertyRow))


def admitted(conn: Connection, tenant_id: UUID, record: Record, clock: Clock) -> Record:
    """Return `record` without what its refused sources said, in the open transaction.

    Each source is decided once, by the age of the oldest value it gives, and the decision is recorded.
    """
    who = Principal(_SERVICE, tenant_id)
    refused = {
        source
        for source, age in _oldest(record, clock.now()).items()
        if not permits.use(conn, tenant_id, source, _PURPOSE, age_days=age, principal=who, clock=clock).allow
    }
    return _without(record, refused) if refused else record


def _oldest(record: Record, now: datetime) -> dict[str, int | None]:
    """Return the sources in the record, by name, each with the age in days of its oldest value, None if unknown."""
    told: dict[str, list[datetime | None]] = {}
    for row in record.fields:
        if row.source:
            told.setdefault(row.source, []).append(row.fetched_at)
        for said in row.candidates:
            at = said.get("fetched_at")
            told.setdefault(said["source"], []).append(datetime.fromisoformat(at) if at else None)
    return {source: _age(times, now) for source, times in sorted(told.items())}


def _age(times: list[datetime | None], now: datetime) -> int | None:
    known = [at for at in times if at is not None]
    return (now - min(known)).days if len(known) == len(times) else None


def _without(record: Record, refused: set[str]) -> Record:
    gone = {row.field: None for row in record.fields if row.source in refused and row.field in _SHOWN}
    kept = tuple(_field_without(row, refused) for row in record.fields if row.source not in refused)
    return replace(record, property=replace(record.property, **gone), fields=kept)


def _field_without(row: FieldRow, refused: set[str]) -> FieldRow:
    return replace(row, candidates=tuple(said for said in row.candidates if said["source"] not in refused))
