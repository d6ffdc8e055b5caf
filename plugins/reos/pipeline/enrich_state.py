"""What is known of a batch of properties before enrichment asks anybody.

Identity, landed answers, earlier refusals and what was announced last, read in a few set-based statements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from reos.connectors.contract import Connector, ConnectorSpec, LookupRequest, PropertyFacts, Record
from reos.connectors.errors import ConnectorError, ErrorKind
from reos.core.money import MicroUsd
from reos.db.connection import Connection
from reos.events import EventType, Subject

# The facts that a score cannot do without; a paid source is asked only for a property that lacks one of them.
REQUIRED_FACTS = ("living_sqft", "beds", "year_built", "owner_name")
# Land without a building has no building facts to miss.
_REQUIRED_OF_LAND = ("owner_name",)

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
select r.property_id, array_agg(distinct fact.key) as facts
  from raw.import_record r cross join lateral jsonb_each(r.body) as fact
 where r.tenant_id = %s and r.property_id = any (%s) and fact.key = any (%s) and fact.value <> 'null'
 group by r.property_id
"""
_NOT_FOUND = """
select distinct on (property_id) property_id, outcome from app.provider_call
 where tenant_id = %s and provider = %s and property_id = any (%s) and called_at > %s
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
    """The newest answer of one source: its facts, or the error that keeps them from being read."""

    body_sha256: str
    fetched_at: datetime
    cost: MicroUsd
    facts: PropertyFacts | None
    error: ConnectorError | None = None

    @classmethod
    def of(cls, record: Record) -> "Landed":
        """Return the state that landing `record` leads to."""
        return cls(record.body_sha256.hex(), record.fetched_at, record.cost, record.facts, record.error)


@dataclass(frozen=True)
class Told:
    """An event about the property that is in the log."""

    seq: int
    event_id: UUID
    correlation_id: UUID
    payload: Mapping[str, Any]


@dataclass
class PropertyState:
    """One property: how to ask for it, what is known, what was told, and what this run found out."""

    request: LookupRequest
    stage: str
    imported: frozenset[str] = frozenset()
    landed: dict[str, Landed] = field(default_factory=dict)
    not_found: set[str] = field(default_factory=set)
    told: dict[str, Told] = field(default_factory=dict)
    before: dict[str, Landed] = field(default_factory=dict)
    failed: dict[str, ConnectorError] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def property_id(self) -> UUID:
        """The property's id."""
        return self.request.property_id

    def usable(self) -> dict[str, Landed]:
        """Return the sources whose newest answer can be read."""
        return {provider: landed for provider, landed in self.landed.items() if landed.facts is not None}

    def missing(self, *, without: str | None = None) -> list[str]:
        """Return the required facts that neither an import nor a source (other than `without`) has."""
        usable = self.usable().items()
        facts = [landed.facts for provider, landed in usable if landed.facts and provider != without]
        known = {*self.imported, *(name for each in facts for name in each.known())}
        is_land = any(each.property_type == "vacant_land" for each in facts)
        return [name for name in (_REQUIRED_OF_LAND if is_land else REQUIRED_FACTS) if name not in known]

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
    for row in conn.execute(_IMPORTED, (tenant_id, list(speakers), list(REQUIRED_FACTS))):
        _of(speakers, row).imported |= frozenset(row["facts"])
    for connector in connectors.values():
        _load_landed(conn, tenant_id, connector, speakers)
        _load_not_found(conn, tenant_id, ids, connector.spec, now, states)
    for row in conn.execute(_EVENTS, (tenant_id, ids, _SUBJECTS)):
        told = Told(row["seq"], row["event_id"], row["correlation_id"], row["payload"])
        _of(states, row).told[row["event_type"]] = told
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
        if spec.provider in state.landed and state.landed[spec.provider].fetched_at >= row["fetched_at"]:
            continue
        landed = Landed(row["body_sha256"].hex(), row["fetched_at"], MicroUsd(row["cost_microusd"]), None)
        try:
            landed.facts = connector.facts(row["body"], row)
        except ConnectorError as error:
            landed.error = error
        state.landed[spec.provider] = landed
        state.before[spec.provider] = landed


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
    for row in conn.execute(_NOT_FOUND, (tenant_id, spec.provider, ids, since)):
        if row["outcome"] == ErrorKind.NOT_FOUND:
            _of(states, row).not_found.add(spec.provider)


def _of(states: dict[UUID, PropertyState], row: Mapping[str, Any]) -> PropertyState:
    """Return the state of the row's property; a deleted property gets one that nobody looks at."""
    found = states.get(row["property_id"])
    return found or PropertyState(LookupRequest(row["property_id"]), "")


def _request(row: Mapping[str, Any]) -> LookupRequest:
    return LookupRequest(**{name: value for name, value in row.items() if name != "stage"})
