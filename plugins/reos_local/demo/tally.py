"""Counting in PostgreSQL how far the leads have come, as the application's own role and one tenant at a time."""

from dataclasses import dataclass

from psycopg import IsolationLevel

from reos.db import connect, tenant_transaction
from reos.db.connection import Connection
from reos.db.seed import tenant_id_of

STAGES = ("discovered", "enriched", "scored", "documented")

_STAGES = """
select count(*) as discovered,
       count(*) filter (where stage <> 'discovered') as enriched,
       count(*) filter (where stage not in ('discovered', 'enriched')) as scored,
       count(*) filter (where stage in ('documented', 'contacted')) as documented
  from app.property where deleted_at is null and merged_into is null
"""
# the memos still wanted, and how many more the tenant's daily limit admits (days are UTC)
_MEMOS_WANTED = """
select count(*) as wanted,
       (select greatest(0, t.memo_daily_limit - (
                 select count(*) from app.memo where created_at >= date_trunc('day', now(), 'UTC')))
          from app.tenant t) as room
  from marts.fct_property_score s
 where s.score >= (select memo_min_score from app.tenant)
   and not exists (select from app.memo m
                    where m.property_id = s.property_id and m.inputs_hash = decode(s.inputs_hash, 'hex'))
   and not exists (select from app.dead_letter d join app.event_log e on e.event_id = d.event_id
                    where e.property_id = s.property_id and d.consumer = 'docgen'
                      and d.attempts >= 3 and d.resolved_at is null)
"""
_TOLD_IMPOSSIBLE = """
select count(distinct e.property_id) as n
  from app.event_log e join app.property p on p.property_id = e.property_id and p.stage = 'discovered'
 where e.event_type = 'property.enrichment_failed'
"""
_QUARANTINED = "select count(distinct property_id) as n from app.quarantine where released_at is null"
_CONTENT = """
select (select count(*) from app.event_log) as events,
       (select count(*) from raw.import_record) + (select count(*) from raw.county_assessor_parcel)
         + (select count(*) from raw.attom_expanded_profile) + (select count(*) from raw.attom_basic_profile)
         + (select count(*) from raw.regrid_parcel) + (select count(*) from raw.fema_flood_zone)
         + (select count(*) from raw.zillow_zestimate) as raw_rows,
       (select count(*) from marts.fct_property_score_history) as score_versions,
       (select count(*) from app.memo) as memos,
       (select count(*) from app.provider_call) as provider_calls
"""


@dataclass(frozen=True)
class Tally:
    """One tenant's properties: how many have reached each stage, and how many never will by themselves."""

    discovered: int = 0
    enriched: int = 0
    scored: int = 0
    documented: int = 0
    memos_due: int = 0
    held_back: int = 0

    def of(self, stage: str) -> int:
        """Return the number that has reached `stage`."""
        return int(getattr(self, stage))

    def due(self, stage: str) -> int:
        """Return the number that should reach `stage`, as far as is known now."""
        if stage == "discovered":
            return self.discovered
        if stage == "enriched":
            return self.discovered
        return self.discovered - self.held_back if stage == "scored" else self.memos_due

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.scored + self.held_back >= self.discovered and self.documented >= self.memos_due


@dataclass(frozen=True)
class Content:
    """All that a run of the pipeline can add for one tenant."""

    events: int
    raw_rows: int
    score_versions: int
    memos: int
    provider_calls: int


class Counter:
    """Reads the counts over one connection of `reos_app`."""

    def __init__(self, app_url: str) -> None:
        self._conn: Connection = connect(app_url, application_name="reos demo")
        # all counts of one look belong to the same instant, or a stage could seem to have overtaken its predecessor
        self._conn.isolation_level = IsolationLevel.REPEATABLE_READ

    def close(self) -> None:
        """Close the connection."""
        self._conn.close()

    def tally(self, slug: str) -> Tally:
        """Return how far the tenant's properties have come."""
        with tenant_transaction(self._conn, tenant_id_of(slug)):
            stages = self._one(_STAGES)
            memos = self._one(_MEMOS_WANTED)
            held_back = self._one(_TOLD_IMPOSSIBLE)["n"] + self._one(_QUARANTINED)["n"]
        memos_due = stages["documented"] + min(memos["wanted"], memos["room"])
        return Tally(**stages, memos_due=memos_due, held_back=held_back)

    def content(self, slug: str) -> Content:
        """Return what is stored for the tenant."""
        with tenant_transaction(self._conn, tenant_id_of(slug)):
            return Content(**self._one(_CONTENT))

    def _one(self, query: str) -> dict[str, int]:
        row = self._conn.execute(query.encode()).fetchone()
        return dict(row) if row else {}
