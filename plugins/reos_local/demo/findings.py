"""What the demo has to show at its end, read from the database as a tenant's user would see it."""

from dataclasses import dataclass
from typing import Any

from reos.db import connect, tenant_transaction
from reos.db.connection import Connection
from reos.db.seed import tenant_id_of

_BEST = """
select s.property_id, s.score, s.confidence, s.estimated_value,
       coalesce(d.address_line, 'parcel ' || d.apn, s.property_id::text) as name, d.city, d.zip5, m.storage_key
  from marts.fct_property_score s
  join marts.dim_property d on d.tenant_id = s.tenant_id and d.property_id = s.property_id
  left join lateral (select storage_key from app.memo m
                      where m.tenant_id = s.tenant_id and m.property_id = s.property_id
                      order by created_at desc limit 1) m on true
 order by s.score desc, s.confidence desc, d.apn
 limit %s
"""
_REASONS = """
select r.component, r.label, r.input_value, c.unit, r.points, r.max_points, r.missing
  from marts.property_score_reason r join marts.reason_code c on c.code = r.reason_code
 where r.property_id = %s
 order by r.points desc, r.max_points desc, r.component
"""
_REJECTED = "select coalesce(sum(rejected), 0) as n from app.import_batch"


@dataclass(frozen=True)
class Reason:
    """One component of a score."""

    label: str
    input_value: float | None
    unit: str
    points: int
    max_points: int
    missing: bool


@dataclass(frozen=True)
class Best:
    """A property with a high score; its reasons' points add up to it."""

    name: str
    place: str
    score: int
    confidence: float
    estimated_value: int | None
    memo: str | None
    reasons: tuple[Reason, ...]


class Reader:
    """Reads over one connection of `reos_app`, a tenant at a time."""

    def __init__(self, app_url: str) -> None:
        self._conn: Connection = connect(app_url, application_name="reos demo")

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    def best(self, slug: str, count: int) -> list[Best]:
        """Return the tenant's `count` best properties with their reasons."""
        with tenant_transaction(self._conn, tenant_id_of(slug)):
            rows = self._conn.execute(_BEST, (count,)).fetchall()
            return [self._with_reasons(row) for row in rows]

    def rejected(self, slug: str) -> int:
        """Return how many rows of the tenant's files were refused."""
        with tenant_transaction(self._conn, tenant_id_of(slug)):
            row = self._conn.execute(_REJECTED).fetchone()
        return int(row["n"]) if row else 0

    def _with_reasons(self, row: dict[str, Any]) -> Best:
        reasons = self._conn.execute(_REASONS, (row["property_id"],)).fetchall()
        return Best(
            name=row["name"],
            place=" ".join(part for part in (row["city"], row["zip5"]) if part),
            score=row["score"],
            confidence=float(row["confidence"]),
            estimated_value=row["estimated_value"],
            memo=row["storage_key"],
            reasons=tuple(_reason(row) for row in reasons),
        )


def _reason(row: dict[str, Any]) -> Reason:
    value = None if row["input_value"] is None else float(row["input_value"])
    return Reason(row["label"], value, row["unit"], row["points"], row["max_points"], row["missing"])
