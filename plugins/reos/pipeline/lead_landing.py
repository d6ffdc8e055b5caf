"""What a resolved file leaves behind: records in `raw`, the batch with its refused rows, and events, in that order.

Works on the temporary tables of `property.bulk`. Of rows about one sale (or one roll record) of a property the first
counts; an equal one is a duplicate, a different one a conflict, and both are reported. A record that is there already
is not touched; a newer file may replace what an older one said, never the other way round.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from reos.db.connection import Connection
from reos.events import PRODUCER_OF, SUBJECT_OF, EventType
from reos.events.envelope import SCHEMA_VERSION
from reos.pipeline.lead_row import ROLL

_RECORDS = """
create temporary table lead_record on commit drop as
select r.line, p.property_id, r.record_key, r.body_sha256,
       first_value(r.line) over same as first_line, first_value(r.body_sha256) over same as first_sha256
  from lead_row r join lead_parcel p using (identity)
 where r.reason is null
window same as (partition by p.property_id, r.record_key order by r.line)
"""
_REPEATED = """
update lead_row r
   set reason = case when d.body_sha256 = d.first_sha256 then 'duplicate: says the same as line '
                     else 'conflict: contradicts line ' end || d.first_line
  from lead_record d where d.line = r.line and d.line <> d.first_line
"""
_LAND = """
with landed as (
    insert into raw.import_record as stored
           (tenant_id, property_id, logical_date, fetched_at, licence, body, body_sha256, batch_id, line, profile,
            record_key)
    select %(tenant_id)s, d.property_id, %(logical_date)s, %(at)s, %(licence)s, r.body, r.body_sha256, %(batch_id)s,
           r.line, %(profile)s, r.record_key
      from lead_record d join lead_row r using (line)
     where d.line = d.first_line
     order by r.line
    on conflict (tenant_id, property_id, record_key) do update
       set logical_date = excluded.logical_date, fetched_at = excluded.fetched_at, licence = excluded.licence,
           body = excluded.body, body_sha256 = excluded.body_sha256, batch_id = excluded.batch_id, line = excluded.line,
           profile = excluded.profile
     where %(is_new)s and stored.body_sha256 is distinct from excluded.body_sha256
       and stored.logical_date <= excluded.logical_date
    returning property_id, (xmax = 0) as added
), changed as (
    update lead_parcel l set outcome = 'updated'
      from (select distinct property_id from landed) n
     where n.property_id = l.property_id and l.outcome = 'known'
)
select count(*) filter (where added) as added, count(*) filter (where not added) as changed from landed
"""
_BATCH = """
insert into app.import_batch
       (tenant_id, batch_id, profile, file_name, file_sha256, logical_date, rows, created, known, rejected, started_at,
        finished_at)
values (%(tenant_id)s, %(batch_id)s, %(profile)s, %(file_name)s, %(sha256)s, %(logical_date)s, %(rows)s, %(created)s,
        %(known)s, %(rejected)s, %(at)s, clock_timestamp())
"""
_KNOWN_BATCH = """
select batch_id from app.import_batch
 where tenant_id = %(tenant_id)s and file_sha256 = %(sha256)s and profile = %(profile)s
"""
_REJECTIONS = """
insert into app.import_rejection (tenant_id, batch_id, line, reason, row_data)
select %(tenant_id)s, %(batch_id)s, line, reason, coalesce(row_data, body) from lead_row where reason is not null
"""
_COUNTS = """
select (select count(*) from lead_row) as rows,
       (select count(*) from lead_row where reason is not null) as rejected,
       (select count(*) from lead_parcel where outcome = 'created') as created,
       (select count(distinct property_id) - count(*) filter (where outcome = 'created') from lead_parcel) as known,
       (select count(*) from lead_record where line = first_line and record_key <> %(roll)s) as sales
"""
_EVENTS = sql.SQL("""
insert into app.event_log (event_id, subject, producer, event_type, tenant_id, property_id, correlation_id, payload,
                           metadata, schema_version)
select l.event_id, %(subject)s, %(producer)s,
       case when l.outcome = 'created' then {discovered} else {updated} end,
       %(tenant_id)s, l.property_id, l.property_id,
       jsonb_build_object('property_id', l.property_id, 'apn', p.apn, 'state', p.state, 'county_fips', p.county_fips,
                          'address', case when p.address_line is not null then {address} end),
       jsonb_build_object('source', 'import:' || %(profile)s, 'user_id', null), {version}
  from (select distinct on (property_id) * from lead_parcel
         where outcome in ('created', 'updated') order by property_id, (outcome <> 'created'), line) l
  join app.property p on p.tenant_id = %(tenant_id)s and p.property_id = l.property_id
 order by l.line
""").format(
    discovered=sql.Literal(EventType.PROPERTY_DISCOVERED.value),
    updated=sql.Literal(EventType.PROPERTY_UPDATED.value),
    version=sql.Literal(SCHEMA_VERSION),
    address=sql.SQL("""concat_ws(', ', concat_ws(' ', p.address_line, p.unit), p.city,
        nullif(concat_ws(' ', p.state, p.zip5 || coalesce('-' || p.zip4, '')), ''))"""),
)


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not taken, by its line in the file, with the reason."""

    line: int
    reason: str


@dataclass(frozen=True)
class Landed:
    """What a file brought: rows and distinct properties of it, and what of that was new."""

    rows: int
    created: int
    known: int
    sales: int
    rejected: int
    records_added: int
    records_changed: int


def known_batch(conn: Connection, params: Mapping[str, Any]) -> Any | None:  # noqa: ANN401 - a UUID from a dict row
    """Return the id of the batch that brought this very file with this profile, if one did."""
    row = conn.execute(_KNOWN_BATCH, params).fetchone()
    return row["batch_id"] if row else None


def land(conn: Connection, params: Mapping[str, Any]) -> Landed:
    """Write batch, refused rows and records; `params` has batch_id and is_new besides what describes the import."""
    conn.execute(_RECORDS)
    conn.execute(_REPEATED)
    counts = conn.execute(_COUNTS, {"roll": ROLL}).fetchone() or {}
    if params["is_new"]:
        conn.execute(_BATCH, {**params, **counts})
        conn.execute(_REJECTIONS, params)
    landed = conn.execute(_LAND, params).fetchone() or {}
    return Landed(**counts, records_added=landed["added"], records_changed=landed["changed"])


def publish(conn: Connection, params: Mapping[str, Any]) -> int:
    """Tell what was discovered or updated in one statement, the transaction's last; return how many events."""
    subject = SUBJECT_OF[EventType.PROPERTY_DISCOVERED]
    values = {**params, "subject": subject.value, "producer": PRODUCER_OF[subject]}
    return conn.execute(_EVENTS, values).rowcount


def rejected_rows(conn: Connection, limit: int) -> Iterator[RejectedRow]:
    """Yield the first `limit` refused rows by line."""
    query = "select line, reason from lead_row where reason is not null order by line limit %s"
    for row in conn.execute(query, (limit,)):
        yield RejectedRow(row["line"], row["reason"])
