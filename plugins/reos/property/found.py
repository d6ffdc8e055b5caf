"""What sources state of a property whose leads do not: the address of a parcel, the parcel number of an address.

Kept apart from what leads said (`app.property_alias`, a row a source, its newest answer), and used where they are
silent: a later lead that names the property the other way finds it, and two properties that turn out to be one are
merged or asked about. An answer is believed only where it fits what is known: the address of another parcel number is
not learned, nor the parcel number of an address that is not certainly the property's own. Addresses of one property
that contradict one another have no key: by them homes are compared, and nothing is found for certain.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from reos.address import Address, ParcelKey, block_key, cluster_agrees, parcel_key, parse
from reos.address.compare import Verdict, compare_read
from reos.address.counties import county_state
from reos.core.clock import Clock
from reos.core.errors import InvalidInputError
from reos.core.ids import NewId
from reos.db.connection import Connection
from reos.property.candidates import Settled, settle
from reos.property.identity import stored_address
from reos.property.merging import reserve


class FoundIdentity(NamedTuple):
    """What one source's newest answer about a property says of where and which it is; a blank says nothing.

    `county_fips` and `apn` are of the parcel that the answer names, not of the one that was asked about.
    """

    property_id: UUID
    source: str
    address_line: str = ""
    city: str = ""
    state: str = ""
    zip5: str = ""
    county_fips: str = ""
    apn: str = ""


class Alias(NamedTuple):
    """A row of `app.property_alias` without its tenant and its time."""

    property_id: UUID
    source: str
    county_fips: str | None = None
    apn: str | None = None
    apn_key: str | None = None
    address_line: str | None = None
    unit: str | None = None
    city: str | None = None
    state: str | None = None
    zip5: str | None = None
    address_key: str | None = None
    address_block: str | None = None


_SEPARATOR = re.compile("[^0-9A-Z]")
_NAMES = ", ".join(Alias._fields)
_HALF_KNOWN = """
select property_id, county_fips, apn_key, address_line, unit, city, coalesce(state, '') as state, zip5, address_key
  from app.property
 where tenant_id = %s and property_id = any (%s) and deleted_at is null and (address_key is null or apn_key is null)
"""
_LEARNED = f"select {_NAMES} from app.property_alias where tenant_id = %s and property_id = any (%s)"  # noqa: S608
_LEARN = f"""
insert into app.property_alias (tenant_id, found_at, {_NAMES})
select %(tenant_id)s, %(at)s, {_NAMES} from jsonb_to_recordset(%(aliases)s) as a (
       property_id uuid, source text, county_fips text, apn text, apn_key text, address_line text, unit text, city text,
       state text, zip5 text, address_key text, address_block text)
on conflict (tenant_id, property_id, source) do update
   set found_at = excluded.found_at, county_fips = excluded.county_fips, apn = excluded.apn,
       apn_key = excluded.apn_key, address_line = excluded.address_line, unit = excluded.unit, city = excluded.city,
       state = excluded.state, zip5 = excluded.zip5, address_key = excluded.address_key,
       address_block = excluded.address_block
"""  # noqa: S608 - constants


def learn_identity(
    conn: Connection, tenant_id: UUID, found: Iterable[FoundIdentity], *, clock: Clock, new_id: NewId
) -> Settled:
    """Keep what sources say of properties, and compare anew those of which something new was learned.

    The first and last act of a transaction of its own: with news it reserves the tenant's matching, and tells merges as
    events. Without news, and for answers that say nothing of use, it reads and does no more.
    """
    said = [each for each in found if each.address_line.strip() or each.apn.strip()]
    if not _news(conn, tenant_id, said):
        return Settled()
    reserve(conn, tenant_id)
    news = _news(conn, tenant_id, said)
    document = [{**alias._asdict(), "property_id": str(alias.property_id)} for alias in news]
    conn.execute(_LEARN, {"tenant_id": tenant_id, "at": clock.now(), "aliases": Jsonb(document)})
    learned = list(dict.fromkeys(alias.property_id for alias in news))
    return settle(conn, tenant_id, learned, clock=clock, new_id=new_id)


def _news(conn: Connection, tenant_id: UUID, said: Sequence[FoundIdentity]) -> list[Alias]:
    """Return what is to be kept of `said` and is not kept yet; of two answers of one source the last counts."""
    ids = list({each.property_id for each in said})
    if not ids:
        return []
    known = {row["property_id"]: row for row in conn.execute(_HALF_KNOWN, (tenant_id, ids))}
    learned = [Alias(**row) for row in conn.execute(_LEARNED, (tenant_id, ids)) if row["property_id"] in known]
    read = [_read(each, known[each.property_id]) for each in said if each.property_id in known]
    aliases: dict[UUID, dict[str, Alias]] = defaultdict(dict)
    for alias in (*learned, *filter(None, read)):
        aliases[alias.property_id][alias.source] = alias
    kept = set(learned)
    return [alias for of_one in aliases.values() for alias in _weighed(of_one.values()) if alias not in kept]


def _weighed(aliases: Collection[Alias]) -> list[Alias]:
    """Give all addresses that sources state of one property their keys, or none of them if they do not agree."""
    placed = {alias: stored_address(alias._asdict()) for alias in aliases if alias.address_block}
    agree = cluster_agrees([address.components for address in placed.values()])
    keys = {alias: address.address_key if agree else None for alias, address in placed.items()}
    return [alias._replace(address_key=keys.get(alias)) for alias in aliases]


def _read(found: FoundIdentity, known: Mapping[str, Any]) -> Alias | None:
    """Return what the answer adds to a property that lacks an address or a parcel number; None if nothing for sure."""
    parcel = _parcel(found)
    address = parse(found.address_line, city=found.city, state=found.state or known["state"], zip_code=found.zip5)
    if known["address_key"] is None:
        fits = address.is_valid and address.components.state == known["state"] and _is_of(parcel, known)
        return _placed(found, address) if fits else None
    if parcel is None or county_state(parcel.county_fips) != known["state"]:
        return None
    return _numbered(found, parcel) if compare_read(stored_address(known), address).verdict is Verdict.SAME else None


def _placed(found: FoundIdentity, address: Address) -> Alias:
    parts = address.components
    return Alias(
        found.property_id,
        found.source,
        address_line=address.line,
        unit=address.unit or None,
        city=parts.city or None,
        state=parts.state or None,
        zip5=parts.zip5 or None,
        address_key=address.address_key,
        address_block=block_key(parts),
    )


def _numbered(found: FoundIdentity, parcel: ParcelKey) -> Alias:
    return Alias(
        found.property_id,
        found.source,
        county_fips=parcel.county_fips,
        apn=parcel.raw.strip(),
        apn_key=parcel.canonical,
    )


def _parcel(found: FoundIdentity) -> ParcelKey | None:
    """Return the parcel that the answer names, None where it names none that can be read."""
    if not (found.apn.strip() and found.county_fips):
        return None
    try:
        return parcel_key(found.county_fips, found.apn)
    except InvalidInputError:
        return None


def _is_of(parcel: ParcelKey | None, known: Mapping[str, Any]) -> bool:
    """Tell whether an answer is about the property's own parcel, as far as it says; each source has its separators."""
    if parcel is None:
        return True
    own = known["county_fips"], _SEPARATOR.sub("", known["apn_key"])
    return (parcel.county_fips, _SEPARATOR.sub("", parcel.canonical)) == own
