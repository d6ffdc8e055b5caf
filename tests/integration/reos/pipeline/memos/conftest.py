"""A built warehouse with scored properties put straight into the marts, and a quick layout engine."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from reos.core.clock import FixedClock
from reos.core.ids import new_id
from reos.db import tenant_transaction, transaction
from reos.events import EventType, NewEvent, append
from reos.memos.renderer import Document, MemoRenderError
from reos.pipeline.render_memos import MemoReport, RenderedMemo, render_memo, render_pending

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MAX_POINTS = (25, 15, 15, 10, 10, 10, 15)
_SCORE = """
insert into marts.fct_property_score
  (tenant_id, property_id, score_version, score, confidence, model_version, weights_version, inputs_hash, as_of,
   market_date, estimated_value, comparable_area, comparable_count, price_per_sqft, recent_price, owed, missing_inputs,
   component_codes, component_points, component_max_points, component_values, component_lows, component_highs,
   reason_codes)
values
  (%(tenant)s, %(property)s, %(version)s, %(score)s, 0.9, 'score-1', 1, %(hash)s, '2026-11-24', '2026-11-01', 900000,
   'zip', 43, 500.00, 700000, 300000, '{}', '{1,2,3,4,5,6,7}', %(points)s, %(max_points)s,
   '{0.2,0.5,4,30,1800,0.05,0.9}', '{-0.1,0,1,100,600,-0.05,0.4}', '{0.3,0.6,5,0,3000,0.15,1}',
   '{12,22,32,42,52,62,72}')
on conflict (tenant_id, property_id) do update
   set score_version = excluded.score_version, score = excluded.score, inputs_hash = excluded.inputs_hash,
       component_points = excluded.component_points
"""
_PROPERTY = """
insert into marts.dim_property
  (tenant_id, property_id, county_fips, apn, apn_src, address_line, address_line_src, city, state, zip5, living_sqft,
   living_sqft_src, resolved_hash)
values (%(tenant)s, %(property)s, '53033', %(apn)s, 1, '12 MAPLE LN', 3, 'KENT', 'WA', '98032', 1800, 2, 'x')
"""


def points_for(score: int) -> list[int]:
    """Spread a score over the components, the first ones full."""
    points = []
    for most in MAX_POINTS:
        points.append(min(most, score))
        score -= points[-1]
    return points


Database = Any  # the fixtures' own class: conftest modules cannot be imported


@dataclass
class QuickEngine:
    """Stands in for the layout process: its document is a digest of the page; notes what it was asked for."""

    refuse: str | None = None
    pages: list[str] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def render(self, html: str, identifier: bytes, max_pages: int) -> Document:
        self.before()
        self.pages.append(html)
        if self.refuse and self.refuse in html:
            raise MemoRenderError("The memo cannot be laid out: on purpose")
        return Document(b"%PDF-" + hashlib.sha256(html.encode() + identifier).hexdigest().encode(), max_pages)


@dataclass
class Desk:
    """What a run of memos needs, and builders of what it finds."""

    database: Database
    tenants: tuple[UUID, UUID]
    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    engine: QuickEngine = field(default_factory=QuickEngine)

    def __post_init__(self) -> None:
        self.conn = self.database.connect("pipeline")
        self.owner = self.database.connect("owner")
        self.dbt = self.database.connect("dbt", autocommit=True)
        self.settings = self.database.settings(state_dir=self.folder)

    def run(self, *, limit: int = 50) -> MemoReport:
        return render_pending(self.conn, settings=self.settings, clock=self.clock, engine=self.engine, limit=limit)

    def request(self, tenant: UUID, property_id: UUID, role: str = "app") -> RenderedMemo:
        conn = self.database.connect(role)
        return render_memo(conn, tenant, property_id, settings=self.settings, clock=self.clock, engine=self.engine)

    def limits(self, tenant: UUID, *, least: int = 75, daily: int = 200) -> None:
        with tenant_transaction(self.owner, tenant):
            query = "update app.tenant set memo_min_score = %s, memo_daily_limit = %s where tenant_id = %s"
            self.owner.execute(query, (least, daily, tenant))

    def scored(self, tenant: UUID, score: int, *, announced: bool = True) -> UUID:
        """Add a property with a score, as discovery, dbt and scoring would leave it."""
        property_id, apn = new_id(), f"{uuid4().int % 10**10:010d}"
        with transaction(self.conn):
            self.conn.execute(
                """insert into app.property (tenant_id, property_id, county_fips, apn, apn_key, source, stage)
                   values (%s, %s, '53033', %s, %s, 'test', 'scored')""",
                (tenant, property_id, apn, apn),
            )
        self.dbt.execute(_PROPERTY, {"tenant": tenant, "property": property_id, "apn": apn})
        self.rescore(tenant, property_id, score, announced=announced)
        return property_id

    def rescore(
        self,
        tenant: UUID,
        property_id: UUID,
        score: int,
        *,
        version: int = 1,
        announced: bool = True,
        points: list[int] | None = None,
    ) -> UUID:
        """Give the property a score of new inputs and announce it; return the announcement's id."""
        values = {
            "tenant": tenant,
            "property": property_id,
            "version": version,
            "score": score,
            "hash": hashlib.sha256(f"{property_id}/{version}".encode()).hexdigest(),
            "points": points or points_for(score),
            "max_points": list(MAX_POINTS),
        }
        self.dbt.execute(_SCORE, values)
        return self.announce(tenant, property_id, values) if announced else uuid4()

    def announce(self, tenant: UUID, property_id: UUID, values: dict[str, Any]) -> UUID:
        event_id = new_id()
        with tenant_transaction(self.conn, tenant):
            self.conn.execute(
                """insert into app.published_score (tenant_id, property_id, score_version, inputs_hash, event_id)
                   values (%s, %s, %s, decode(%s, 'hex'), %s)
                   on conflict (tenant_id, property_id) do update
                      set score_version = excluded.score_version, inputs_hash = excluded.inputs_hash,
                          event_id = excluded.event_id""",
                (tenant, property_id, values["version"], values["hash"], event_id),
            )
            told = NewEvent(EventType.PROPERTY_SCORED, tenant, property_id, {"score": values["score"]}, uuid4())
            append(self.conn, [told], new_id=lambda: event_id)
        return event_id

    def rows(self, query: str, *args: object) -> list[dict[str, Any]]:
        with transaction(self.conn):
            return self.conn.execute(query, args).fetchall()

    def memos(self, tenant: UUID | None = None) -> list[dict[str, Any]]:
        query = "select * from app.memo where %s::uuid is null or tenant_id = %s order by created_at, memo_id"
        return self.rows(query, tenant, tenant)

    def told(self) -> list[dict[str, Any]]:
        """Return what memos have told, in order."""
        return self.rows("select * from app.event_log where subject = 'event.docgen.generated' order by seq")


@pytest.fixture
def desk(warehouse: Database, make_tenants: Callable[[Database], tuple[UUID, UUID]], tmp_path: Path) -> Desk:
    return Desk(warehouse, make_tenants(warehouse), tmp_path)
