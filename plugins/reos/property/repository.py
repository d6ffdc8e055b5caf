"""Find or insert one property in the caller's open transaction. Bulk imports do the same in sets, in `bulk.py`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from reos.core.errors import ConflictError
from reos.db.connection import Connection
from reos.property.bulk_sql import at_address
from reos.property.identity import COLUMNS, PropertyIdentity
from reos.property.merging import join_in

Row = dict[str, Any]

_LEAD_LOCKS = 1  # first half of the advisory keys that serialise leads with the same identity
# An absorbed property answers for its survivor, whose parcel number may be that of one it has absorbed.
_STANDING = """
select p.property_id, p.county_fips, coalesce(p.apn, m.apn) as apn, coalesce(p.apn_key, m.apn_key) as apn_key,
       p.address_line, p.address_key, p.latitude, p.longitude, p.deleted_at
  from app.property p
  left join lateral (select x.apn, x.apn_key from app.property x
                      where x.tenant_id = p.tenant_id and x.merged_into = p.property_id and x.apn_key is not null
                      order by x.property_id limit 1) m on true
 where p.tenant_id = %(tenant_id)s
   and p.property_id in (select coalesce(o.merged_into, o.property_id) from {})
 order by p.property_id for update of p
"""
_BY_APN = _STANDING.format("""app.property o
       where o.tenant_id = %(tenant_id)s and o.county_fips = %(county_fips)s and o.apn_key = %(apn_key)s""")
_BY_ADDRESS = _STANDING.format(at_address("%(address_key)s", "%(tenant_id)s"))
# What sources say does not count where they name several parcels for one property.
_BY_SOURCE = _STANDING.format("""app.property_alias f
       join app.property o on o.tenant_id = f.tenant_id and o.property_id = f.property_id and o.apn_key is null
      where f.tenant_id = %(tenant_id)s and f.county_fips = %(county_fips)s and f.apn_key = %(apn_key)s
        and not exists (select from app.property_alias x
                         where x.tenant_id = f.tenant_id and x.property_id = f.property_id and x.apn_key is not null
                           and (x.county_fips, x.apn_key) is distinct from (f.county_fips, f.apn_key))""")
_INSERT = sql.SQL(
    "insert into app.property (tenant_id, property_id, source, created_at, updated_at, {columns}) "
    "values (%(tenant_id)s, %(property_id)s, %(source)s, %(at)s, %(at)s, {values}) "
    "on conflict do nothing returning property_id"
).format(
    columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
    values=sql.SQL(", ").join(map(sql.Placeholder, COLUMNS)),
)
_ATTACH = """
update app.property
   set county_fips = %(county_fips)s, apn = %(apn)s, apn_key = %(apn_key)s, apn_hash = %(apn_hash)s
 where tenant_id = %(tenant_id)s and property_id = %(property_id)s and apn_key is null
"""
_FILL = """
update app.property
   set address_raw = coalesce(address_raw, %(address_raw)s), address_line = coalesce(address_line, %(address_line)s),
       unit = case when address_line is null then %(unit)s else unit end, city = coalesce(city, %(city)s),
       state = coalesce(state, %(state)s), zip5 = coalesce(zip5, %(zip5)s), zip4 = coalesce(zip4, %(zip4)s),
       address_key = coalesce(address_key, %(address_key)s),
       address_block = coalesce(address_block, %(address_block)s), latitude = coalesce(latitude, %(latitude)s),
       longitude = coalesce(longitude, %(longitude)s)
 where tenant_id = %(tenant_id)s and property_id = %(property_id)s
"""


def lock_leads(conn: Connection, tenant_id: UUID, identities: list[PropertyIdentity]) -> None:
    """Serialise leads that could name the same property until the transaction ends; sorted, so nobody deadlocks.

    Imports and merges by hand, which may touch any property, wait for them to end, and they for those.
    """
    join_in(conn, tenant_id)
    keys = {identity.key for identity in identities}
    keys |= {f"address:{identity.address_key}" for identity in identities if identity.address_key}
    keys |= {f"block:{identity.address_block}" for identity in identities if identity.address_block}
    for key in sorted(keys):
        conn.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_LEAD_LOCKS, f"{tenant_id}/{key}"))


def find_parcel(conn: Connection, tenant_id: UUID, identity: PropertyIdentity) -> Row | None:
    """Return the property with the identity's county and parcel number, or the survivor that it was merged into."""
    return conn.execute(_BY_APN, {"tenant_id": tenant_id, **identity.columns()}).fetchone()


def find_at_address(conn: Connection, tenant_id: UUID, address_key: str) -> list[Row]:
    """Return all properties at an address: parcels that share it, and the one known by it alone.

    One that was merged is represented by its survivor; a parcel without an address is where sources say it is.
    """
    return conn.execute(_BY_ADDRESS, {"tenant_id": tenant_id, "address_key": address_key}).fetchall()


def find_named(conn: Connection, tenant_id: UUID, identity: PropertyIdentity) -> list[Row]:
    """Return the properties known by their address of which sources, and no lead, say that they are this parcel."""
    return conn.execute(_BY_SOURCE, {"tenant_id": tenant_id, **identity.columns()}).fetchall()


def insert(
    conn: Connection, tenant_id: UUID, property_id: UUID, identity: PropertyIdentity, source: str, at: datetime
) -> None:
    """Insert a property; the caller has looked for it under `lock_leads`.

    Raises `ConflictError` when an import, which takes no lead locks, has just brought the same one.
    """
    values = {"tenant_id": tenant_id, "property_id": property_id, "source": source, "at": at, **identity.columns()}
    if conn.execute(_INSERT, values).fetchone() is None:
        raise ConflictError(f"Property {identity.key} has just been imported.", remedy="Send the lead again.")


def attach_parcel(conn: Connection, tenant_id: UUID, property_id: UUID, identity: PropertyIdentity) -> None:
    """Give a property that was known by its address alone its parcel number."""
    conn.execute(_ATTACH, {"tenant_id": tenant_id, "property_id": property_id, **identity.columns()})


def fill_gaps(conn: Connection, tenant_id: UUID, found: Row, identity: PropertyIdentity) -> bool:
    """Add address and coordinates where the property has none; nothing known is replaced. True when it added some."""
    adds_address = found["address_line"] is None and identity.address_line is not None
    adds_point = found["latitude"] is None and identity.latitude is not None
    if adds_address or adds_point:
        conn.execute(_FILL, {"tenant_id": tenant_id, "property_id": found["property_id"], **identity.columns()})
    return adds_address or adds_point


def restore(conn: Connection, tenant_id: UUID, property_id: UUID) -> None:
    """Bring a deleted property back."""
    conn.execute(
        "update app.property set deleted_at = null where tenant_id = %s and property_id = %s", (tenant_id, property_id)
    )
