"""The last step of an import: what became of its properties is told, once all of them have been compared.

So nobody who hears of a newcomer (enrichment above all) starts on one that is about to be merged. Told is what
`app.import_change` has noted: a property that was created under its own id, even if it has been merged meanwhile, and
one that was given something under the id of whoever stands for it.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import sql

from reos.core.ids import NewId
from reos.db.connection import Connection
from reos.events import PRODUCER_OF, SUBJECT_OF, EventType
from reos.events.envelope import SCHEMA_VERSION

# The next properties of which something was noted.
SPAN = """
select max(property_id::text) as upto, count(*) as rows
  from (select distinct property_id from app.import_change
         where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
           and property_id > coalesce(nullif(%(after)s, ''), '00000000-0000-0000-0000-000000000000')::uuid
         order by property_id limit %(limit)s) c
"""
_TELL = sql.SQL("""
with noted as (
    select property_id, bool_or(what = 'created') as created from app.import_change
     where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s and property_id <= %(upto)s::uuid
       and property_id > coalesce(nullif(%(after)s, ''), '00000000-0000-0000-0000-000000000000')::uuid
     group by property_id
), news as (
    select case when n.created then n.property_id else coalesce(p.merged_into, p.property_id) end as property_id,
           bool_or(n.created) as created
      from noted n join app.property p on p.tenant_id = %(tenant_id)s and p.property_id = n.property_id
     group by 1
), numbered as (
    select *, row_number() over (order by property_id) as number from news
), told as (
    insert into app.event_log (event_id, subject, producer, event_type, tenant_id, property_id, correlation_id,
                               payload, metadata, schema_version)
    select (%(event_ids)s::uuid[])[n.number], %(subject)s, %(producer)s,
           case when n.created then {discovered} else {updated} end, %(tenant_id)s, n.property_id, n.property_id,
           jsonb_build_object('property_id', n.property_id, 'apn', p.apn, 'state', p.state,
                              'county_fips', p.county_fips,
                              'address', case when p.address_line is not null then {address} end),
           jsonb_build_object('source', %(source)s::text, 'user_id', %(user_id)s::uuid), {version}
      from numbered n join app.property p on p.tenant_id = %(tenant_id)s and p.property_id = n.property_id
     order by n.number
    returning 1
)
update app.import_batch set step_key = %(upto)s, events = events + (select count(*) from told)
 where tenant_id = %(tenant_id)s and batch_id = %(batch_id)s
""").format(
    discovered=sql.Literal(EventType.PROPERTY_DISCOVERED.value),
    updated=sql.Literal(EventType.PROPERTY_UPDATED.value),
    version=sql.Literal(SCHEMA_VERSION),
    address=sql.SQL("""concat_ws(', ', concat_ws(' ', p.address_line, p.unit), p.city,
        nullif(concat_ws(' ', p.state, p.zip5 || coalesce('-' || p.zip4, '')), ''))"""),
)


def tell(conn: Connection, params: Mapping[str, Any], properties: int, new_id: NewId) -> None:
    """Tell of the batch's properties in (`after`, `upto`], so many of them, as the last act of a transaction."""
    subject = SUBJECT_OF[EventType.PROPERTY_DISCOVERED]
    told = {"subject": subject.value, "producer": PRODUCER_OF[subject]}
    conn.execute(_TELL, {**params, **told, "event_ids": [new_id() for _ in range(properties)]})
