"""What is known of a batch of properties before enrichment asks anybody.

Identity, points, landed answers, earlier refusals and what was announced last, read in a few set-based statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from reos.connectors.contract import Connector, ConnectorSpec, LookupRequest, PropertyFacts, Record
from reos.connectors.errors import ConnectorError, ErrorKind
from reos.connectors.stated import stated_parcel
from reos.core.money import MicroUsd
from reos.db.connection import Connection
from reos.events import EventType, Subject
from reos.pipeline.enrich_facts import wanted_facts
from reos.pipeline.enrich_points import Point, load_points

# An absorbed property is not asked about: its survivor is, also by the parcel number of what it absorbed.
_PROPERTIES = """
select p.property_id, coalesce(p.county_fips, m.county_fips) as county_fips,
       coalesce(p.apn_key, p.apn, m.apn_key, m.apn) as apn, p.address_line, p.city, p.state, p.zip5, p.stage
  from app.property p
  left join lateral (select x.county_fips, x.apn_key, x.apn from app.property x
                      where x.tenant_id = p.tenant_id and x.merged_into = p.property_id and x.apn_key is not null
                      order by x.created_at, x.property_id limit 1) m on p.apn_key is null
 where p.tenant_id = %s and p.property_id = any (%s) and p.deleted_at is null and p.merged_into is null
 order by p.property_id
"""
_MEMBERS = """
select property_id, merged_into from app.property
 where tenant_id = %s and merged_into = any (%s) and deleted_at is null
"""
_STANDING = """
select property_id from app.property
 where tenant_id = %s and property_id = any (%s) and deleted_at is null and merged_into is null
"""
_LATEST = sql.SQL("""
select distinct on (property_id) property_id, body, body_sha256, fetched_at, cost_microusd{extra}
  from {table} where tenant_id = %s and property_id = any (%s)
 order by property_id, logical_date desc
""")
_IMPORTED = """
select r.property_id, fact.key as fact, max(r.fetched_at) as told_at
  from raw.import_record r cross join lateral jsonb_each(r.body) as fact
 where r.tenant_id = %s and r.property_id = any (%s) and fact.key = any (%s) and fact.value <> 'null'
 group by r.property_id, fact.key
"""
_NOT_FOUND = """
select distinct on (property_id) property_id, outcome from app.provider_call
 where tenant_id = %s and provider = %s and dataset = %s and property_id = any (%s) and called_at > %s
 order by property_id, called_at desc
"""
_EVENTS = """
select distinct on (property_id, event_type)
       property_id, event_type, seq, event_id, correlation_id, payload, metadata
  from app.event_log
 where tenant_id = %s and property_id = any (%s) and subject = any (%s)
 order by property_id, event_type, seq desc
"""
_SUBJECTS = [Subject.DISCOVERY_INTAKE.value, Subject.ENRICHMENT_FEATURES.value]


@dataclass
class Landed:
    """The newest answer of one source: its facts, or the error that keeps them from being read.

    `parcel` is the county FIPS code and number of the parcel that it names, as written there.
    """

    body_sha256: str
    fetched_at: datetime
    cost: MicroUsd
    facts: PropertyFacts | None
    error: ConnectorError | None = None
    parcel: tuple[str, str] | None = None

    def point(self) -> Point | None:
        """Return the place that the record gives."""
        if self.facts is None or self.facts.latitude is None or self.facts.longitude is None:
            return None
        return Point(self.facts.latitude, self.facts.longitude, exact=True)

    @classmethod
    def of(cls, record: Record, source: str) -> "Landed":
        """Return the state that landing `record` of `source` leads to."""
        parcel = stated_parcel(source, record.body)
        return cls(record.body_sha256.hex(), record.fetched_at, record.cost, record.facts, record.error, parcel)


@dataclass(frozen=True)
class Told:
    """An event about the property that is in the log."""

    seq: int
    event_id: UUID
    correlation_id: UUID
    payload: Mapping[str, Any]


@dataclass
class PropertyState:
    """One property: how to ask for it, what is known, what was told, and what this run found out.

    `imported` has the day each fact came in a file; `not_found` the sources that lately knew no such property. Of this
    run are `asked`, `failed`, `refused` (why a source may not be asked, by its name) and `skipped`, and whether the
    property is `gone` since (merged, deleted).
    """

    request: LookupRequest
    stage: str
    imported: dict[str, datetime] = field(default_factory=dict)
    point: Point | None = None
    landed: dict[str, Landed] = field(default_factory=dict)
    not_found: set[str] = field(default_factory=set)
    told: dict[str, Told] = field(default_factory=dict)
    before: dict[str, Landed] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    failed: dict[str, ConnectorError] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    gone: bool = False

    @property
    def property_id(self) -> UUID:
        """The property's id."""
        return self.request.property_id

    def usable(self) -> dict[str, Landed]:
        """Return the sources whose newest answer can be read."""
        return {source: landed for source, landed in self.landed.items() if landed.facts is not None}

    def is_land(self) -> bool:
        """Tell whether some source says that there is no building to miss facts of."""
        return any(landed.facts and landed.facts.property_type == "vacant_land" for landed in self.landed.values())

    def missing(self) -> list[str]:
        """Return the required facts that neither an import nor a source has."""
        told = (landed.facts.known() for landed in self.usable().values() if landed.facts)
        known, land = {*self.imported, *(name for facts in told for name in facts)}, self.is_land()
        wanted = [fact for fact in wanted_facts().values() if fact.required and not (land and fact.of_buildings)]
        return [fact.name for fact in wanted if fact.name not in known]

    def locate(self) -> None:
        """Ask from now on by the best point that is known: exact ones, then a source's own, then interpolated ones."""
        points = [self.point] if self.point else []
        points += [point for landed in self.usable().values() if (point := landed.point())]
        best = next((point for point in points if point.exact), points[0] if points else None)
        if best:
            self.request = replace(self.request, latitude=best.latitude, longitude=best.longitude)

    def take_over(self, earlier: "PropertyState") -> None:
        """Take over what this run found out before the state was read again."""
        self.asked |= earlier.asked
        self.not_found |= earlier.not_found
        self.failed |= earlier.failed
        self.refused |= earlier.refused

    def last_told(self, *kinds: EventType) -> Told | None:
        """Return the newest of the events of `kinds`."""
        return max((self.told[kind] for kind in kinds if kind in self.told), key=lambda told: told.seq, default=None)


def load_states(
    conn: Connection,
    tenant_id: UUID,
    property_ids: Sequence[UUID],
    connectors: Mapping[str, Connector],
    now: datetime,
) -> dict[UUID, PropertyState]:
    """Return the state of those of `property_ids` that stand for themselves, in the open transaction.

    What was landed or imported for a property that one has absorbed is known of it, so that nothing is bought twice.
    """
    ids = list(property_ids)
    rows = conn.execute(_PROPERTIES, (tenant_id, ids)).fetchall()
    states = {row["property_id"]: PropertyState(_request(row), row["stage"]) for row in rows}
    members = conn.execute(_MEMBERS, (tenant_id, list(states))).fetchall()
    speakers = states | {row["property_id"]: states[row["merged_into"]] for row in members}
    for row in conn.execute(_IMPORTED, (tenant_id, list(speakers), list(wanted_facts()))):
        _note_import(_of(speakers, row), row["fact"], row["told_at"])
    for property_id, point in load_points(conn, tenant_id, list(states)).items():
        states[property_id].point = point
    for connector in connectors.values():
        _load_landed(conn, tenant_id, connector, speakers)
        _load_not_found(conn, tenant_id, ids, connector.spec, now, states)
    for row in conn.execute(_EVENTS, (tenant_id, ids, _SUBJECTS)):
        told = Told(row["seq"], row["event_id"], row["correlation_id"], row["payload"])
        _of(states, row).told[row["event_type"]] = told
    for state in states.values():
        state.locate()
    return states


def standing_among(conn: Connection, tenant_id: UUID, property_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of the properties are neither deleted nor merged into another."""
    return {row["property_id"] for row in conn.execute(_STANDING, (tenant_id, list(property_ids)))}


def _load_landed(conn: Connection, tenant_id: UUID, connector: Connector, states: dict[UUID, PropertyState]) -> None:
    spec = connector.spec
    extra = sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(name)) for name in spec.extra_columns)
    query = _LATEST.format(extra=extra, table=sql.Identifier("raw", spec.raw_table))
    for row in conn.execute(query, (tenant_id, list(states))):
        state = _of(states, row)
        if spec.source in state.landed and state.landed[spec.source].fetched_at >= row["fetched_at"]:
            continue
        landed = Landed(row["body_sha256"].hex(), row["fetched_at"], MicroUsd(row["cost_microusd"]), None)
        try:
            landed.facts = connector.facts(row["body"], row)
            landed.parcel = stated_parcel(spec.source, row["body"])
        except ConnectorError as error:
            landed.error = error
        state.landed[spec.source] = landed
        state.before[spec.source] = landed


def _load_not_found(
    conn: Connection,
    tenant_id: UUID,
    ids: list[UUID],
    spec: ConnectorSpec,
    now: datetime,
    states: dict[UUID, PropertyState],
) -> None:
    if not spec.not_found_max_age:
        return
    since = now - spec.not_found_max_age
    for row in conn.execute(_NOT_FOUND, (tenant_id, spec.provider, spec.dataset, ids, since)):
        if row["outcome"] == ErrorKind.NOT_FOUND:
            _of(states, row).not_found.add(spec.source)


def _note_import(state: PropertyState, fact: str, told_at: datetime) -> None:
    state.imported[fact] = max(told_at, state.imported.get(fact, told_at))


def _of(states: dict[UUID, PropertyState], row: Mapping[str, Any]) -> PropertyState:
    """Return the state of the row's property; a deleted property gets one that nobody looks at."""
    found = states.get(row["property_id"])
    return found or PropertyState(LookupRequest(row["property_id"]), "")


def _request(row: Mapping[str, Any]) -> LookupRequest:
    return LookupRequest(**{name: value for name, value in row.items() if name != "stage"})
