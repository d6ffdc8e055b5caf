"""Load the Census's survey of areas: facts of the housing stock for everybody, facts of people for auditors alone.

The two never meet in one table. What describes people goes to `audit.census_demographic`, where the pipeline may insert
and not look; the policy is asked about each class before anything is fetched.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from reos.connectors.census_acs.client import Areas, CensusAcs, chunks
from reos.connectors.census_acs.settings import SPEC
from reos.connectors.census_acs.variables import VariableClass, known_variables
from reos.connectors.contract import digest
from reos.connectors.egress import Egress
from reos.connectors.health import Endpoint
from reos.connectors.health_store import watched
from reos.connectors.registry import new_egress
from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.core.settings import Settings
from reos.db import transaction
from reos.db.connection import Connection
from reos.pipeline.load_ending import LoadReport, finished
from reos.pipeline.load_market import market_load, may_take
from reos.pipeline.load_market_facts import publish, stage
from reos.policy.kernel import Decision
from reos.reference import ledger

# What the policy calls a class, for which purpose its variables are taken in, and where they land.
_CLASSES = {
    VariableClass.HOUSING_STOCK: ("housing-stock", "ingest", "raw.census_acs"),
    VariableClass.DEMOGRAPHIC: ("protected", "audit-ingest", "audit.census_demographic"),
}
_EVERYWHERE = ("zcta", "county")
_COUNTIES = """
select distinct county_fips from app.property where county_fips is not null and deleted_at is null order by 1
"""


class _Fetched(NamedTuple):
    """Answers of one year; none when the `version` (the year with what is asked) is the one that is there already."""

    year: int
    version: str
    bodies: list[bytes]


def load_acs(
    conn: Connection,
    name: str,
    *,
    settings: Settings,
    clock: Clock,
    year: int | None = None,
    accept_drop: bool = False,
    new_id: NewId = new_id,
    egress: Callable[[Settings, Clock], Egress] = new_egress,
) -> LoadReport:
    """Load the areas `name` (zcta, county, county:53, tract:53033) of five years that end in `year`; None: the latest.

    `conn` is idle, of reos_pipeline. A year that was loaded last is not asked for again. `accept_drop` is a person's
    word that there are fewer areas now. `rows` of the report are figures, those without a value included. Raises
    `InvalidInputError` for areas that cannot be asked for, `LoadRefusedError` or `SchemaDriftError` when the answers
    are not what they should be, and another `ConnectorError` when the Bureau does not give them.
    """
    areas = Areas.named(name)
    with (
        watched(conn, Endpoint(SPEC.provider, SPEC.source), clock, new_id=new_id),
        market_load(conn, SPEC, f"census_acs:{areas}", also=_decisions(), clock=clock, new_id=new_id) as work,
    ):
        before = None if accept_drop else ledger.last_done(conn, work.load.source)
        known = before["version"] if before else None
        fetched = asyncio.run(_fetch(areas, year, known, settings, clock, egress))
        work.version, work.watermark = fetched.version, str(fetched.year)
        if fetched.version == known:
            work.leave("This year has been loaded.")
        else:
            with transaction(conn):
                stage(conn, fetched.bodies, fetched.year, areas)
                work.note_read()
                work.finish(publish(work, fetched.year, areas, accept_drop=accept_drop))
    return finished(work)


def acs_areas(conn: Connection) -> list[str]:
    """Return the areas that are kept: all ZIP code areas and counties, and the tracts of counties with properties."""
    with transaction(conn):
        counties = conn.execute(_COUNTIES).fetchall()
    return [*_EVERYWHERE, *(f"tract:{row['county_fips']}" for row in counties)]


def _decisions() -> list[Decision]:
    return [may_take(table, data_class, purpose) for data_class, purpose, table in _CLASSES.values()]


async def _fetch(
    areas: Areas,
    year: int | None,
    known: str | None,
    settings: Settings,
    clock: Clock,
    egress: Callable[[Settings, Clock], Egress],
) -> _Fetched:
    variables = list(known_variables().codes)
    key = settings.census_api_key
    async with egress(settings, clock) as client:
        base = settings.census_acs_base_url.rstrip("/")
        service = CensusAcs(client, base, key.get_secret_value() if key else None)
        found = year or await service.latest_year(clock.now().year - 1)
        version = f"{found}:{digest(sorted(variables)).hex()[:16]}"
        if version == known:
            return _Fetched(found, version, [])
        return _Fetched(found, version, [await service.ask(found, chunk, areas) for chunk in chunks(variables)])
