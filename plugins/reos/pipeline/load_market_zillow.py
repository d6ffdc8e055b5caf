"""Load a research file of Zillow: fetch it unless it is the one that we have, read it by lines, write what differs."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from reos.connectors.egress import Egress
from reos.connectors.health import Endpoint
from reos.connectors.health_store import watched
from reos.connectors.openaddresses.files import fingerprint
from reos.connectors.registry import new_egress
from reos.connectors.zillow_research.download import ResearchStore
from reos.connectors.zillow_research.settings import SPEC, ResearchFile, find_file, research
from reos.connectors.zillow_research.wide import read_wide
from reos.core.clock import Clock
from reos.core.ids import NewId, new_id
from reos.core.settings import Settings
from reos.db import transaction
from reos.db.connection import Connection
from reos.pipeline.load_ending import LoadReport, finished
from reos.pipeline.load_market import MarketLoad, market_load
from reos.pipeline.load_market_index import publish, stage
from reos.reference import ledger


def load_zillow(
    conn: Connection,
    name: str,
    *,
    settings: Settings,
    clock: Clock,
    path: Path | None = None,
    accept_drop: bool = False,
    new_id: NewId = new_id,
    egress: Callable[[Settings, Clock], Egress] = new_egress,
) -> LoadReport:
    """Load the research file `name` (of `files.yml`) from `path`, or from Zillow; `conn` is idle, of reos_pipeline.

    A file that has not changed since its last load is not read. `accept_drop` is a person's word that the file is right
    although it has shrunk: it is read in any case. `rows` of the report are months with a value. Raises
    `LoadRefusedError` or `SchemaDriftError` when the file is not what it should be, and another `ConnectorError` when
    Zillow does not give it; the data of the last good load then stay as they are.
    """
    file = find_file(name)
    seen = nullcontext() if path else watched(conn, Endpoint(SPEC.provider, SPEC.source), clock, new_id=new_id)
    with seen, market_load(conn, SPEC, ledger_name(name), clock=clock, new_id=new_id) as work:
        before = None if accept_drop else ledger.last_done(conn, work.load.source)
        known = before["version"] if before else None
        local = path or settings.download_dir / "zillow" / f"{name}.csv"
        work.version = _version(local) if path else _fetch(file, local, known, settings, clock, egress)
        try:
            if work.version is None or (known and work.version == known):
                work.version, work.watermark = known, before["watermark"] if before else None
                work.leave("The file has not changed since its last load.")
            else:
                _read(work, file, local, accept_drop=accept_drop)
        finally:
            if path is None:
                local.unlink(missing_ok=True)
    return finished(work)


def research_files() -> list[str]:
    """Return the names of the research files that are loaded each month."""
    return [name for name, file in research().files.items() if file.enabled]


def ledger_name(name: str) -> str:
    """Return what the ledger calls the load of a research file."""
    return f"zillow:{name}"


def _fetch(
    file: ResearchFile,
    path: Path,
    known: str | None,
    settings: Settings,
    clock: Clock,
    egress: Callable[[Settings, Clock], Egress],
) -> str | None:
    """Fetch the file; return its version, None when it is still the known one."""

    async def fetch() -> str | None:
        async with egress(settings, clock) as client:
            store = ResearchStore(client, settings.zillow_research_base_url.rstrip("/"))
            return await store.fetch(file, path, known)

    version = asyncio.run(fetch())
    return _version(path) if version == "" else version


def _read(work: MarketLoad, file: ResearchFile, path: Path, *, accept_drop: bool) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        wide = read_wide(lines, file)
        work.columns = dict.fromkeys(wide.layout.columns, "text")
        work.warnings = wide.layout.warnings
        with transaction(work.conn):
            stage(work.conn, wide.rows)
            work.note_read()
            written = publish(work, file, wide.layout, accept_drop=accept_drop)
            work.watermark = max(wide.layout.months).isoformat()
            work.finish(written)


def _version(path: Path) -> str:
    return f"sha256:{fingerprint(path)}"
