"""Load a county's bulk data: a full pull, or only what was edited since the last one, from ArcGIS or Socrata."""

import asyncio
from collections.abc import Callable
from typing import Literal

from reos.connectors.arcgis import ArcGisLayer
from reos.connectors.arcgis_bulk.layer import ArcGisBulk
from reos.connectors.bulk import BulkSource, Described
from reos.connectors.county_assessor.settings import SPEC
from reos.connectors.egress import Egress, EgressPolicy
from reos.connectors.errors import ProviderUnavailableError
from reos.connectors.guard import Destination
from reos.connectors.health import Endpoint
from reos.connectors.health_store import watched
from reos.connectors.registry import new_egress
from reos.connectors.socrata.dataset import SocrataDataset
from reos.core.clock import Clock
from reos.core.errors import ConfigurationError
from reos.core.ids import NewId, new_id
from reos.core.settings import Settings
from reos.db.connection import Connection
from reos.pipeline.load_ending import LoadReport, finished
from reos.pipeline.load_reference import Loading, due_mode, incremental_since, loading
from reos.reference import ledger
from reos.reference.ledger import Mode
from reos.reference.source import Source, find_source, known_sources

Wish = Literal["due", "full", "incremental"]

_COMPLETE = 0.99  # of the rows that the source counted before the pull; the rest may have gone meanwhile
_MAX_BYTES = 100_000_000


def load_county(
    conn: Connection,
    name: str,
    *,
    settings: Settings,
    clock: Clock,
    mode: Wish = "due",
    accept_drop: bool = False,
    new_id: NewId = new_id,
    egress: Callable[[Settings, Clock], Egress] = new_egress,
) -> LoadReport:
    """Pull the county source `name` and publish it; `conn` is an idle connection of reos_pipeline.

    `due` pulls what was edited since the last load, and everything when the last full pull has grown old (only that one
    notices deletions). Raises `LoadRefusedError` when columns or volume are not what they should be, `ConnectorError`
    when the source does not answer, `ConflictError` when the same source is being loaded.
    """
    source = find_source(name, "arcgis", "socrata")

    async def pull() -> LoadReport:
        async with egress(settings, clock) as client:
            remote = _connect(client, source, settings)
            described = await remote.describe()
            chosen, since = _choose(conn, source, mode, clock)
            with loading(
                conn,
                source,
                described.columns,
                mode=chosen,
                version=described.version,
                clock=clock,
                new_id=new_id,
                accept_drop=accept_drop,
            ) as work:
                await _pull(work, remote, described, since)
                work.finish()
        return finished(work)

    with watched(conn, Endpoint(SPEC.provider, source.county_fips or ""), clock):
        return asyncio.run(pull())


def county_sources() -> list[str]:
    """Return the names of the sources that `load_county` takes."""
    return [name for name, source in known_sources().items() if source.kind != "openaddresses"]


def _choose(conn: Connection, source: Source, wish: Wish, clock: Clock) -> tuple[Mode, str | None]:
    if wish == "full":
        return "full", None
    if wish == "due":
        return due_mode(conn, source, clock)
    last = ledger.last_done(conn, source.name)
    return incremental_since(source, last["watermark"] if last else None)


async def _pull(work: Loading, remote: BulkSource, described: Described, since: str | None) -> None:
    """Stage page after page; the watermark is the latest edit seen, in this pull or the one before."""
    progress = work.load.progress
    before = ledger.last_done(work.conn, work.source.name)
    marks = [progress.get("watermark"), before["watermark"] if before else None]
    async for page in remote.pages(since, progress.get("cursor")):
        marks.append(page.watermark)
        progress["watermark"] = max((mark for mark in marks if mark), default=None)
        work.stage.write(page.rows, page.cursor)
        work.within_limits()
    work.watermark = max((mark for mark in marks if mark), default=None)
    if since is None and progress["rows"] < described.rows * _COMPLETE:
        raise ProviderUnavailableError(
            f"{work.source.name} counts {described.rows:,} rows but gave only {progress['rows']:,}.",
            provider=work.source.kind,
            remedy="Nothing was changed; run it again.",
        )
    if since is None and work.source.kind == "socrata" and (await remote.describe()).version != described.version:
        raise ProviderUnavailableError(
            f"{work.source.name} was updated while it was read, so rows may be missing.",
            provider=work.source.kind,
            remedy="Nothing was changed; run it again.",
        )


def _connect(egress: Egress, source: Source, settings: Settings) -> BulkSource:
    base = source.url
    if settings.county_base_url is not None:
        base = f"{settings.county_base_url.rstrip('/')}/{source.county_fips}"
    if base is None:
        raise ConfigurationError(
            f"{source.name} has no public address.", remedy="Set REOS_COUNTY_BASE_URL, or `url` in its YAML file."
        )
    if source.kind == "socrata":
        token = settings.socrata_app_token
        return SocrataDataset(egress, source, base, token.get_secret_value() if token else None)
    url = f"{base}/{source.path}"
    policy = EgressPolicy(SPEC.provider, (Destination.below(url),), max_bytes=_MAX_BYTES, attempt_s=120)
    return ArcGisBulk(ArcGisLayer(egress, policy, url), source)
