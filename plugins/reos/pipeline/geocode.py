"""Use-case: find out where properties are, first among the loaded address points, else by the Census geocoder.

`geocode_pending` works off what discovery announced and what a load of points touched; `geocode` does chosen properties
again. Every result is kept in `raw.geocode_point` with its quality and distance, also ties and points that cannot be
right: dbt takes each coordinate from the best source, and people see why another was not taken. Both may be run twice,
or killed, at any point: what says nothing new writes nothing, and a property whose geocoder is down stays queued.
"""

import time
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from reos.connectors.egress import Egress
from reos.connectors.registry import geocoders
from reos.core.clock import Clock
from reos.core.errors import ConflictError, ReosError
from reos.core.settings import Settings
from reos.db.connection import Connection
from reos.pipeline.enrich_sources import open_sources
from reos.pipeline.geocode_batch import GeocodeReport, Run
from reos.pipeline.work_queue import GEOCODING, Chunk

__all__ = ["GeocodeIncompleteError", "GeocodeReport", "geocode", "geocode_pending", "queue_touched"]

_BATCH = 500

# A point's row keeps the load that changed it last. A point that was found and is gone no longer holds either.
_TOUCHED = """
insert into app.dirty_property (model, tenant_id, property_id)
select %(stage)s, tenant_id, property_id from (
    select p.tenant_id, p.property_id
      from app.address_point a join app.property p on p.address_key = a.address_key
     where a.load_id = %(load_id)s
    union
    select p.tenant_id, p.property_id
      from app.address_point a join app.property p on p.zip5 = a.zip5 and p.address_block = a.address_block
     where a.load_id = %(load_id)s
    union
    select p.tenant_id, p.property_id
      from app.address_point a join app.property p on p.county_fips = a.county_fips and p.apn_key = a.apn_key
     where a.load_id = %(load_id)s
    union
    select g.tenant_id, g.property_id
      from app.reference_load l
      join raw.geocode_point g on g.source = 'openaddresses' and g.body #>> '{point,source}' = l.source
     where l.load_id = %(load_id)s
       and not exists (select from app.address_point a
                        where a.source = l.source and a.source_id = g.body #>> '{point,source_id}')
) as touched
"""


class GeocodeIncompleteError(ReosError):
    """Some tenants' batches failed for a reason of ours; the other tenants' are done. Run it again."""

    code = "geocode_incomplete"


def geocode_pending(
    conn: Connection,
    *,
    settings: Settings,
    clock: Clock,
    limit: int = _BATCH,
    max_batches: int | None = None,
    egress: Egress | None = None,
) -> GeocodeReport:
    """Geocode everything that is queued, `limit` properties a batch, the tenants in turn, and report what was done.

    `conn` is an idle connection of `reos_pipeline`. With `max_batches` the rest waits for the next run. Raises
    `GeocodeIncompleteError` at the end when a tenant's batch broke; a geocoder that is down is no error.
    """
    started = time.monotonic()
    report = GeocodeReport()
    while claimed := GEOCODING.claim(conn, limit):
        report.events_claimed += claimed
    redis_url = settings.optional("redis_url")
    with open_sources(conn, settings, clock, egress, geocoders, redis_url) as sources:
        run = Run(conn, sources, clock, clock.now().date(), report)

        def work(tenant_id: UUID, chunk: Chunk) -> None:
            run.geocode(tenant_id, chunk.property_ids, queued_up_to=chunk.last)

        outcome = GEOCODING.work_off(conn, limit, max_batches, work)
    report.busy_tenants = outcome.busy
    if outcome.broken:
        told = "; ".join(outcome.broken)
        raise GeocodeIncompleteError(
            f"Geocoding broke off for {len(outcome.broken)} of {outcome.tenants} tenants: {told}.",
            remedy="Nothing is lost: correct the cause and run it again.",
            report=report,
        )
    report.seconds = time.monotonic() - started
    return report


def geocode(
    conn: Connection,
    tenant_id: UUID,
    property_ids: Sequence[UUID],
    *,
    settings: Settings,
    clock: Clock,
    logical_date: date,
    force: bool = False,
    egress: Egress | None = None,
) -> GeocodeReport:
    """Geocode chosen properties now and land the results under `logical_date`, replacing those of that date.

    With `force` the geocoder is asked again although its answer at hand is fresh. What fails is queued for the next
    sweep. Raises `ConflictError` while another run works on this tenant.
    """
    started = time.monotonic()
    report = GeocodeReport()
    redis_url = settings.optional("redis_url")
    with (
        open_sources(conn, settings, clock, egress, geocoders, redis_url) as sources,
        GEOCODING.exclusive(conn, tenant_id) as got,
    ):
        if not got:
            raise ConflictError("Another run is geocoding this tenant's properties.", remedy="Try again in a minute.")
        run = Run(conn, sources, clock, logical_date, report, force=force)
        ids = list(dict.fromkeys(property_ids))
        for start in range(0, len(ids), _BATCH):
            run.geocode(tenant_id, ids[start : start + _BATCH])
    report.seconds = time.monotonic() - started
    return report


def queue_touched(conn: Connection, load_id: UUID) -> int:
    """Queue, in the open transaction, the properties of all tenants that a load of address points may place anew.

    Called by the load before it ends; returns how many there are.
    """
    return conn.execute(_TOUCHED, {"stage": GEOCODING.stage, "load_id": load_id}).rowcount
