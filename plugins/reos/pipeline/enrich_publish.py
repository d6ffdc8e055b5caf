"""What enrichment says about a property, and when it stays silent.

`property.enriched` is told when the facts on hand differ from those told last (compared by the hashes of the sources'
answers), `property.enrichment_failed` when a source could not be asked and nothing new is there; neither is repeated.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from reos.core.ids import NewId
from reos.core.money import MicroUsd
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.pipeline.enrich_state import Landed, PropertyState

_FORWARD = """
update app.property set stage = 'enriched'
 where tenant_id = %s and property_id = any (%s) and stage = 'discovered'
"""


def event_for(tenant_id: UUID, state: PropertyState, new_id: NewId) -> NewEvent | None:
    """Return the event that the property's state calls for, or None when all of it has been told."""
    told = state.last_told(EventType.PROPERTY_ENRICHED)
    known = dict(told.payload.get("body_sha256", {})) if told else {}
    now = {source: landed.body_sha256 for source, landed in sorted(state.usable().items())}
    if now != known or (told is None and not state.failed):
        changed = [source for source, sha in now.items() if known.get(source) != sha]
        return _event(EventType.PROPERTY_ENRICHED, tenant_id, state, _enriched(state, now, known, changed), new_id)
    last = state.last_told(EventType.PROPERTY_ENRICHED, EventType.PROPERTY_ENRICHMENT_FAILED)
    if _reasons(last.payload if last else {}) == _reasons(_failures(state)):
        return None
    if state.failed:
        return _event(EventType.PROPERTY_ENRICHMENT_FAILED, tenant_id, state, _failed(state), new_id)
    recovered = _enriched(state, now, known, [])
    return _event(EventType.PROPERTY_ENRICHED, tenant_id, state, recovered, new_id)


def events_for(tenant_id: UUID, states: Iterable[PropertyState], new_id: NewId) -> list[NewEvent]:
    """Return the events that the states call for."""
    return [event for state in states if (event := event_for(tenant_id, state, new_id))]


def publish(conn: Connection, tenant_id: UUID, events: Sequence[NewEvent]) -> None:
    """Move what is enriched forward and write the events, as the last statements of the open transaction."""
    enriched = [event.property_id for event in events if event.event_type is EventType.PROPERTY_ENRICHED]
    if enriched:
        conn.execute(_FORWARD, (tenant_id, enriched))
    append(conn, events)


def _event(kind: EventType, tenant_id: UUID, state: PropertyState, payload: dict[str, Any], new_id: NewId) -> NewEvent:
    """Build the event as a consequence of the property's newest intake event, whose journey it continues."""
    cause = state.last_told(EventType.PROPERTY_DISCOVERED, EventType.PROPERTY_UPDATED)
    return NewEvent(
        event_type=kind,
        tenant_id=tenant_id,
        property_id=state.property_id,
        payload=payload,
        correlation_id=cause.correlation_id if cause else new_id(),
        causation_id=cause.event_id if cause else None,
        source="enrichment",
    )


def _enriched(
    state: PropertyState, now: dict[str, str], known: dict[str, str], changed: Sequence[str]
) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "sources": list(now),
        "fields_changed": sum(_changes(state, source, known) for source in changed),
        "cost_microusd": MicroUsd(sum(state.landed[source].cost for source in changed)),
        "body_sha256": now,
        "missing": state.missing(),
    }
    skipped = [{"source": source, "reason": why} for source, why in sorted(state.skipped.items())]
    return {**payload, **({"skipped": skipped} if skipped else {}), **_failures(state)}


def _failed(state: PropertyState) -> dict[str, Any]:
    reason = ", ".join(f"{source}: {error.kind}" for source, error in sorted(state.failed.items()))
    return {"reason": reason, **_failures(state)}


def _failures(state: PropertyState) -> dict[str, Any]:
    failures = [
        {"source": source, "reason": error.kind.value, "detail": str(error)}
        for source, error in sorted(state.failed.items())
    ]
    return {"failed": failures} if failures else {}


def _reasons(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(failure["source"], failure["reason"]) for failure in payload.get("failed", ())]


def _changes(state: PropertyState, source: str, known: dict[str, str]) -> int:
    """Count the facts of `source` that differ from those told last (all of them when its answer is new to us)."""
    after = _facts(state.landed[source])
    earlier = state.before.get(source)
    before = _facts(earlier) if earlier and earlier.body_sha256 == known.get(source) else {}
    return sum(after.get(name) != before.get(name) for name in after.keys() | before.keys())


def _facts(landed: Landed) -> dict[str, object]:
    return landed.facts.known() if landed.facts else {}
