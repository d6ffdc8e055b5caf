"""What to ask the Census geocoder about a batch, and its answers on their way to `raw.geocode_point`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from reos.connectors.census_geocoder.client import question_hash
from reos.connectors.contract import ConnectorSpec, LookupRequest, LookupResult
from reos.db.connection import Connection

# A property is located when a loaded point, or the point that it came with, may be used.
_PLANS = """
select s.property_id, s.county_fips, s.address_line, s.city, s.state, s.zip5, c.request_hash, c.fetched_at,
       c.latitude is not null as has_point,
       coalesce(o.latitude is not null and not o.flagged, false)
         or (s.latitude is not null
             and not coalesce(l.flagged and (l.latitude, l.longitude) = (s.latitude, s.longitude), false)) as is_located
  from geocode_subject s
  left join lateral (select g.* from raw.geocode_point g
                      where g.tenant_id = %(tenant_id)s and g.property_id = s.property_id and g.source = 'census'
                        and g.logical_date <= %(day)s order by g.logical_date desc limit 1) as c on true
  left join lateral (select g.* from raw.geocode_point g
                      where g.tenant_id = %(tenant_id)s and g.property_id = s.property_id and g.source = 'openaddresses'
                        and g.logical_date <= %(day)s order by g.logical_date desc limit 1) as o on true
  left join lateral (select g.* from raw.geocode_point g
                      where g.tenant_id = %(tenant_id)s and g.property_id = s.property_id and g.source = 'lead'
                        and g.logical_date <= %(day)s order by g.logical_date desc limit 1) as l on true
 order by s.property_id
"""
_COPY = """
copy geocode_found (property_id, source, latitude, longitude, quality, reason, state, zip5, request_hash, http_status,
                    licence, body, fetched_at) from stdin
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """A property of the batch: what would be asked, and what the newest answer at hand is worth."""

    request: LookupRequest
    is_located: bool
    has_point: bool
    request_hash: bytes | None
    fetched_at: datetime | None

    def is_fresh(self, spec: ConnectorSpec, now: datetime) -> bool:
        """Tell whether the answer at hand is young enough; "no match" ages sooner than a point does."""
        max_age = spec.max_age if self.has_point else spec.not_found_max_age
        return self.fetched_at is not None and now - self.fetched_at < max_age


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a point with the body it came in, or the reason why there is none."""

    property_id: UUID
    latitude: float | None = None
    longitude: float | None = None
    reason: str | None = None
    state: str | None = None
    zip5: str | None = None
    request_hash: bytes | None = None
    http_status: int | None = None
    body: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, result: LookupResult, requests: Mapping[UUID, LookupRequest]) -> list[Self]:
        """Return the answers in `result`; those that failed are not among them."""
        found = []
        for record in result.records:
            facts = record.facts
            point = (facts.latitude, facts.longitude) if facts else (None, None)
            reason = None if point[0] is not None else "The Census geocoder finds several places for this address."
            place = (facts.state, facts.zip5) if facts else (None, None)
            status = (record.request_hash, record.http_status)
            found.append(cls(record.property_id, *point, reason, *place, *status, record.body))
        for property_id in result.not_found:
            request = requests[property_id]
            reason = "The Census geocoder knows no such address."
            body = {"question": request.one_line, "match": "No_Match"}
            hashed = question_hash(request)
            found.append(cls(property_id, reason=reason, request_hash=hashed, http_status=200, body=body))
        return found


def load_plans(conn: Connection, params: Mapping[str, Any]) -> list[Plan]:
    """Return a plan for each property of the open batch; `params` has tenant_id and day."""
    return [_plan(row) for row in conn.execute(_PLANS, params).fetchall()]


def add_answers(conn: Connection, answers: Iterable[Answer], at: datetime, licence: str = "public") -> None:
    """Add `answers` to `geocode_found` of the open batch."""
    with conn.cursor() as cursor, cursor.copy(_COPY) as copy:
        for each in answers:
            quality = "interpolated" if each.latitude is not None else None
            copy.write_row(
                (
                    *(each.property_id, "census", each.latitude, each.longitude, quality, each.reason, each.state),
                    *(each.zip5, each.request_hash, each.http_status, licence, json.dumps(each.body or {}), at),
                )
            )


def _plan(row: Mapping[str, Any]) -> Plan:
    names = ("property_id", "county_fips", "address_line", "city", "state", "zip5")
    request = LookupRequest(**{name: row[name] for name in names})
    return Plan(request, row["is_located"], row["has_point"], row["request_hash"], row["fetched_at"])
