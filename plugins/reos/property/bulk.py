"""Find or insert many properties at once: the rules of `pipeline.discover` for one lead, as set-based SQL for a file.

Rows are copied into temporary tables that die with the transaction. `lead_row` holds the rows as read; `lead_parcel`
one row for each identity that they name, with the property that it is and what became of it (`outcome`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg import sql

from reos.db.connection import Connection
from reos.property.identity import COLUMNS, PropertyIdentity

_IMPORT_LOCK = 2  # first half of the advisory key that lets one import of a tenant run at a time

_IDENTITY = sql.SQL("""
    county_fips char(5), apn text, apn_key text, apn_hash bytea, address_raw text, address_line text, unit text,
    city text, state char(2), zip5 char(5), zip4 char(4), address_key text, latitude double precision,
    longitude double precision
""")
_CREATE_ROWS = sql.SQL("""
create temporary table lead_row (
    line integer, identity text, candidate_id uuid, event_id uuid, record_key text, body jsonb, body_sha256 bytea,
    reason text, row_data jsonb, {}
) on commit drop
""").format(_IDENTITY)
_NAMES = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
_COPY = sql.SQL("""
copy lead_row (line, identity, candidate_id, event_id, record_key, body, body_sha256, reason, row_data, {}) from stdin
""").format(_NAMES)

# An identity's address is that of its first row that has a usable one.
_CREATE_PARCELS = sql.SQL("""
create temporary table lead_parcel on commit drop as
select distinct on (identity) identity, min(line) over (partition by identity) as line, candidate_id, event_id, {},
       null::uuid as property_id, null::text as outcome
  from lead_row where reason is null
 order by identity, (address_key is null), line
""").format(_NAMES)
_MATCH_PARCEL = """
update lead_parcel l set property_id = p.property_id, outcome = 'known'
  from app.property p
 where l.property_id is null and l.apn_key is not null
   and p.tenant_id = %(tenant_id)s and p.county_fips = l.county_fips and p.apn_key = l.apn_key
"""
# A property known by its address alone takes the number of the only parcel at that address, in file and database.
_ATTACH = """
with single as (
    select min(identity) as identity from lead_parcel
     where apn_key is not null and address_key is not null
     group by address_key having count(*) = 1
), attached as (
    update app.property p
       set county_fips = l.county_fips, apn = l.apn, apn_key = l.apn_key, apn_hash = l.apn_hash
      from lead_parcel l join single using (identity)
     where l.property_id is null and p.tenant_id = %(tenant_id)s and p.address_key = l.address_key and p.apn_key is null
       and not exists (select from app.property o
                        where o.tenant_id = %(tenant_id)s and o.address_key = l.address_key and o.apn_key is not null)
    returning p.property_id, l.identity
)
update lead_parcel l set property_id = a.property_id, outcome = 'updated' from attached a where a.identity = l.identity
"""
_MATCH_ADDRESS = """
with found as (
    select l.identity, count(*) as places, count(*) filter (where p.apn_key is null) as alone,
           (array_agg(p.property_id order by p.apn_key is not null, p.property_id))[1] as property_id
      from lead_parcel l join app.property p on p.tenant_id = %(tenant_id)s and p.address_key = l.address_key
     where l.property_id is null and l.apn_key is null
     group by l.identity
)
update lead_parcel l
   set property_id = case when f.places = 1 or f.alone = 1 then f.property_id end,
       outcome = case when f.places = 1 or f.alone = 1 then 'known' else 'shared' end
  from found f where f.identity = l.identity
"""
_INSERT = sql.SQL("""
with added as (
    insert into app.property (tenant_id, property_id, source, created_at, updated_at, {names})
    select %(tenant_id)s, candidate_id, %(source)s, %(at)s, %(at)s, {names}
      from lead_parcel where property_id is null and outcome is null and (apn_key is not null) = %(parcels)s
     order by candidate_id
    on conflict do nothing returning property_id
)
update lead_parcel l set property_id = a.property_id, outcome = 'created'
  from added a where a.property_id = l.candidate_id
""").format(names=_NAMES)
_FILL = """
with filled as (
    update app.property p
       set address_raw = coalesce(p.address_raw, l.address_raw),
           address_line = coalesce(p.address_line, l.address_line),
           unit = case when p.address_line is null then l.unit else p.unit end, city = coalesce(p.city, l.city),
           state = coalesce(p.state, l.state), zip5 = coalesce(p.zip5, l.zip5), zip4 = coalesce(p.zip4, l.zip4),
           address_key = coalesce(p.address_key, l.address_key), latitude = coalesce(p.latitude, l.latitude),
           longitude = coalesce(p.longitude, l.longitude)
      from lead_parcel l
     where l.outcome in ('known', 'updated') and p.tenant_id = %(tenant_id)s and p.property_id = l.property_id
       and ((p.address_line is null and l.address_line is not null)
            or (p.latitude is null and l.latitude is not null))
    returning p.property_id
)
update lead_parcel l set outcome = 'updated' from filled f where f.property_id = l.property_id
"""
_REFUSE_SHARED = """
update lead_row r set reason = 'Several parcels share this address; give the APN.'
  from lead_parcel l where l.outcome = 'shared' and l.identity = r.identity
"""


class StagedRow(NamedTuple):
    """A row for `Staging.write`: good with an identity, or refused with a `reason` and its cells as JSON."""

    line: int
    candidate_id: UUID
    event_id: UUID
    identity: PropertyIdentity | None = None
    record_key: str | None = None
    body: str | None = None
    body_sha256: bytes | None = None
    reason: str | None = None
    row_data: str | None = None


class Staging:
    """Writes rows to `lead_row` as they come."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy

    def write(self, row: StagedRow) -> None:
        """Add one row."""
        identity = row.identity
        self._copy.write_row(
            (
                str(row.line),
                identity.key if identity else None,
                str(row.candidate_id),
                str(row.event_id),
                row.record_key,
                row.body,
                row.body_sha256,
                row.reason,
                row.row_data,
                *(identity or _NO_IDENTITY),
            )
        )


_NO_IDENTITY = (None,) * len(COLUMNS)


@contextmanager
def staging(conn: Connection, tenant_id: UUID) -> Iterator[Staging]:
    """Open the staging table in the caller's transaction, alone for this tenant until it ends."""
    conn.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_IMPORT_LOCK, str(tenant_id)))
    conn.execute("set local work_mem = '64MB'")
    conn.execute(_CREATE_ROWS)
    with conn.cursor() as cursor, cursor.copy(_COPY) as copy:
        yield Staging(copy)
    conn.execute("analyze lead_row (line, identity, address_key, reason)")


def resolve(conn: Connection, params: Mapping[str, Any]) -> None:
    """Find or insert the property of every identity in `lead_row`; leaves `lead_parcel`.

    `params` has tenant_id, source and at. What another transaction inserts meanwhile is found by matching again. Rows
    whose address several parcels share get a reason: an address alone does not say which.
    """
    conn.execute(_CREATE_PARCELS)
    conn.execute("analyze lead_parcel")
    conn.execute(_MATCH_PARCEL, params)
    conn.execute(_ATTACH, params)
    conn.execute(_INSERT, {**params, "parcels": True})
    conn.execute(_MATCH_PARCEL, params)
    conn.execute(_MATCH_ADDRESS, params)
    conn.execute(_INSERT, {**params, "parcels": False})
    conn.execute(_MATCH_ADDRESS, params)
    conn.execute(_FILL, params)
    conn.execute(_REFUSE_SHARED)
