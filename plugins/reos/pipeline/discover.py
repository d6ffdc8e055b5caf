"""Discovery: a lead comes in, is normalised and keyed, stored once, and told as an event, all in one transaction.

The same lead again finds its property and tells nothing. A lead with a parcel number for a property that was known by
its address alone gives it that number; two different parcel numbers are never merged. What is new is compared with what
is known nearby: certainly the same home is merged, what may be the same is queued for a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from reos.core.clock import Clock
from reos.core.errors import InvalidInputError
from reos.core.ids import NewId, new_id
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.property import repository
from reos.property.candidates import Settled, settle
from reos.property.identity import Claim, PropertyIdentity, identify


class Outcome(StrEnum):
    """What became of a lead."""

    CREATED = "created"
    KNOWN = "known"
    UPDATED = "updated"
    MERGED = "merged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Lead:
    """A property that somebody names: by `apn` with `county_fips`, or by `address` (one line, or line and fields).

    `attributes` may hold `latitude` and `longitude` (degrees); all of it travels in the event. `source`: who named it.
    """

    apn: str | None = None
    county_fips: str | None = None
    address: str | None = None
    unit: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: str = "api"

    def claim(self) -> Claim:
        """Return what the lead says about where the property is."""
        return Claim(
            apn=self.apn or "",
            county_fips=self.county_fips or "",
            address=self.address or "",
            unit=self.unit or "",
            city=self.city or "",
            state=self.state or "",
            zip_code=self.zip_code or "",
            latitude=self.attributes.get("latitude"),
            longitude=self.attributes.get("longitude"),
        )


@dataclass(frozen=True)
class Discovered:
    """The property of a lead. `property_id` is None exactly when the lead was refused, for `reason`.

    A lead that was `merged` has a record of its own, `absorbed_id`, and `property_id` is the survivor. `may_be` lists
    known properties that may be the same home: those pairs wait in the review queue.
    """

    property_id: UUID | None
    created: bool
    outcome: Outcome
    reason: str
    absorbed_id: UUID | None = None
    may_be: tuple[UUID, ...] = ()


def discover(
    conn: Connection,
    tenant_id: UUID,
    leads: Sequence[Lead],
    *,
    clock: Clock,
    correlation_id: UUID,
    user_id: UUID | None = None,
    new_id: NewId = new_id,
) -> list[Discovered]:
    """Store and publish `leads` in one transaction of their own; one result a lead, in order. `conn` is idle."""
    with tenant_transaction(conn, tenant_id):
        return record(
            conn, tenant_id, leads, clock=clock, correlation_id=correlation_id, user_id=user_id, new_id=new_id
        )


def record(
    conn: Connection,
    tenant_id: UUID,
    leads: Sequence[Lead],
    *,
    clock: Clock,
    correlation_id: UUID,
    user_id: UUID | None = None,
    new_id: NewId = new_id,
) -> list[Discovered]:
    """Do the same inside the caller's transaction of this tenant, which should write nothing after it.

    An invalid lead is refused in its result and does not stop the others; anything else raises and rolls all back.
    """
    intake = _Intake(conn, tenant_id, correlation_id, user_id, clock, new_id)
    read = [_read(lead) for lead in leads]
    repository.lock_leads(conn, tenant_id, [found for found in read if isinstance(found, PropertyIdentity)])
    results = [
        intake.take(lead, found) if isinstance(found, PropertyIdentity) else _refused(found)
        for lead, found in zip(leads, read, strict=True)
    ]
    append(conn, intake.events, new_id=new_id)
    if not intake.placed:
        return results
    settled = settle(conn, tenant_id, intake.placed, clock=clock, new_id=new_id, correlation_id=correlation_id)
    return [_settled(result, settled) for result in results]


def _read(lead: Lead) -> PropertyIdentity | InvalidInputError:
    try:
        return identify(lead.claim())
    except InvalidInputError as error:
        return error


def _settled(result: Discovered, settled: Settled) -> Discovered:
    """Complete a result with what became of its new property."""
    if result.property_id is None:
        return result
    survivor = settled.standing(result.property_id)
    if survivor != result.property_id:
        reason = "It is a home that is known under another writing; merged."
        return replace(
            result,
            property_id=survivor,
            created=False,
            outcome=Outcome.MERGED,
            reason=reason,
            absorbed_id=result.property_id,
        )
    asked = tuple(settled.asked.get(result.property_id, ()))
    if not asked:
        return result
    reason = f"{result.reason} It may be the same home as {len(asked)} known before: a person has to decide."
    return replace(result, reason=reason, may_be=asked)


def _refused(error: InvalidInputError) -> Discovered:
    return Discovered(None, created=False, outcome=Outcome.REFUSED, reason=str(error))


@dataclass
class _Intake:
    """Takes leads one by one; collects the events to tell at the end, and the properties that are to be compared."""

    conn: Connection
    tenant_id: UUID
    correlation_id: UUID
    user_id: UUID | None
    clock: Clock
    new_id: NewId
    events: list[NewEvent] = field(default_factory=list)
    placed: list[UUID] = field(default_factory=list)

    def take(self, lead: Lead, identity: PropertyIdentity) -> Discovered:
        found = repository.find_parcel(self.conn, self.tenant_id, identity) if identity.apn_key else None
        if found is not None:
            return self._known(lead, identity, found, "The parcel is known.")
        neighbours = self._at_address(identity)
        alone = [row for row in neighbours if row["apn_key"] is None]
        if identity.apn_key:
            chosen = alone if len(neighbours) == len(alone) == 1 else self._named(identity)
            return self._attach(lead, identity, chosen[0]) if len(chosen) == 1 else self._new(lead, identity)
        if alone or len(neighbours) == 1:
            return self._known(lead, identity, (alone or neighbours)[0], "The address is known.")
        return self._shared(identity, neighbours) if neighbours else self._new(lead, identity)

    def _named(self, identity: PropertyIdentity) -> list[repository.Row]:
        """Return the properties that a source calls this parcel, known by address; none if the lead says otherwise."""
        found = repository.find_named(self.conn, self.tenant_id, identity)
        fits = all(row["apn_key"] is None and identity.address_key in {None, row["address_key"]} for row in found)
        return found if fits else []

    def _at_address(self, identity: PropertyIdentity) -> list[repository.Row]:
        if identity.address_key is None:
            return []
        return repository.find_at_address(self.conn, self.tenant_id, identity.address_key)

    def _new(self, lead: Lead, identity: PropertyIdentity) -> Discovered:
        property_id = self.new_id()
        repository.insert(self.conn, self.tenant_id, property_id, identity, lead.source, self.clock.now())
        self.placed.append(property_id)
        self._tell(EventType.PROPERTY_DISCOVERED, property_id, lead, identity)
        return Discovered(property_id, created=True, outcome=Outcome.CREATED, reason="The property is new.")

    def _attach(self, lead: Lead, identity: PropertyIdentity, found: repository.Row) -> Discovered:
        property_id: UUID = found["property_id"]
        repository.attach_parcel(self.conn, self.tenant_id, property_id, identity)
        self._tell(EventType.PROPERTY_UPDATED, property_id, lead, identity, changed=["apn"])
        reason = "The property was known by its address; it now has its parcel number."
        return Discovered(property_id, created=False, outcome=Outcome.UPDATED, reason=reason)

    def _known(self, lead: Lead, identity: PropertyIdentity, found: repository.Row, reason: str) -> Discovered:
        property_id: UUID = found["property_id"]
        changed = ["address"] if repository.fill_gaps(self.conn, self.tenant_id, found, identity) else []
        if found["address_line"] is None and identity.address_line is not None:
            self.placed.append(property_id)
        if found["deleted_at"] is not None:
            repository.restore(self.conn, self.tenant_id, property_id)
            changed.append("deleted_at")
            self.placed.append(property_id)
        if not changed:
            return Discovered(property_id, created=False, outcome=Outcome.KNOWN, reason=reason)
        self._tell(EventType.PROPERTY_UPDATED, property_id, lead, identity, changed=changed)
        return Discovered(property_id, created=False, outcome=Outcome.UPDATED, reason=reason)

    def _shared(self, identity: PropertyIdentity, neighbours: list[repository.Row]) -> Discovered:
        apns = ", ".join(str(row["apn"]) for row in neighbours[:5])
        reason = f"{len(neighbours)} parcels share the address {identity.address_line}. Give the APN: {apns}."
        return Discovered(None, created=False, outcome=Outcome.REFUSED, reason=reason)

    def _tell(
        self,
        event_type: EventType,
        property_id: UUID,
        lead: Lead,
        identity: PropertyIdentity,
        changed: Sequence[str] = (),
    ) -> None:
        payload = {
            "apn": identity.apn,
            "address": full_address(identity),
            "state": identity.state,
            "county_fips": identity.county_fips,
            **({"changed": list(changed)} if changed else {}),
            **({"attributes": dict(lead.attributes)} if lead.attributes else {}),
        }
        self.events.append(
            NewEvent(
                event_type,
                self.tenant_id,
                property_id,
                payload,
                self.correlation_id,
                source=lead.source,
                user_id=self.user_id,
            )
        )


def full_address(identity: PropertyIdentity) -> str | None:
    """Return the address in one line, or None when the property is known by its parcel number alone."""
    if identity.address_line is None:
        return None
    zip_code = f"{identity.zip5}-{identity.zip4}" if identity.zip4 else identity.zip5
    delivery = " ".join(filter(None, (identity.address_line, identity.unit)))
    region = " ".join(filter(None, (identity.state, zip_code)))
    return ", ".join(filter(None, (delivery, identity.city, region)))
