"""Load a place's address points from OpenAddresses: from a file at hand, or the latest one of the service."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reos.address import county_fips
from reos.connectors.egress import Egress
from reos.connectors.health import Endpoint
from reos.connectors.health_store import watched
from reos.connectors.openaddresses.download import PROVIDER, OpenAddresses
from reos.connectors.openaddresses.files import Fault, Row, fingerprint, open_points
from reos.connectors.openaddresses.listing import Dataset
from reos.connectors.registry import new_egress
from reos.core.clock import Clock
from reos.core.errors import InvalidInputError
from reos.core.ids import NewId, new_id
from reos.core.settings import Settings
from reos.db.connection import Connection
from reos.pipeline.load_ending import LoadReport, finished
from reos.pipeline.load_reference import Loading, loading
from reos.reference.publish import LoadRefusedError
from reos.reference.source import Source, find_source

_PLACE = re.compile(r"us/([a-z]{2})/([a-z0-9_-]+)")
_CHUNK = 5_000


def load_openaddresses(
    conn: Connection,
    place: str,
    *,
    settings: Settings,
    clock: Clock,
    file: Path | None = None,
    accept_drop: bool = False,
    new_id: NewId = new_id,
    egress: Callable[[Settings, Clock], Egress] = new_egress,
) -> LoadReport:
    """Load the address points of `place` (as in `us/wa/king`) from `file`, or from the service's latest one.

    A file is the whole of its place: what it no longer has is removed. The same file again changes nothing; a load that
    was cut off goes on where it stopped. Raises `LoadRefusedError` when columns or volume are not what they should be,
    `InvalidInputError` for a file that cannot be read to its end, `ConnectorError` when the service does not answer.
    """
    source = _at(place)
    with ExitStack() as done_with:
        path = file
        if path is None:
            path, licence = _download(conn, place, settings, clock, egress)
            source = source.model_copy(update={"licence": licence or source.licence})
            done_with.push(_Download(path).put_away)
        return _load(conn, source, path, clock=clock, accept_drop=accept_drop, new_id=new_id)


def available(
    place: str, *, settings: Settings, clock: Clock, egress: Callable[[Settings, Clock], Egress] = new_egress
) -> list[Dataset]:
    """Return the address files of the service whose place begins with `place` (`us/wa`), by place."""

    async def ask() -> list[Dataset]:
        async with egress(settings, clock) as client:
            found = await _service(client, settings).datasets(place, "addresses")
        return sorted((each for each in found if each.downloadable), key=lambda each: each.source)

    return asyncio.run(ask())


def _load(
    conn: Connection, source: Source, path: Path, *, clock: Clock, accept_drop: bool, new_id: NewId
) -> LoadReport:
    points, version = open_points(path), fingerprint(path)
    with loading(
        conn,
        source,
        points.columns,
        mode="full",
        version=version,
        clock=clock,
        new_id=new_id,
        accept_drop=accept_drop,
    ) as work:
        work.load.progress["licence"] = source.licence  # of this very file, kept in the ledger
        _stage(work, points.rows)
        work.finish()
    return finished(work)


@dataclass(frozen=True)
class _Download:
    path: Path

    def put_away(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: object) -> None:
        """Delete the file when it is loaded, or was found to be no use; keep it when the load can be taken up again."""
        if kind is None or issubclass(kind, InvalidInputError | LoadRefusedError):
            self.path.unlink(missing_ok=True)


def _at(place: str) -> Source:
    """Return the source of one place: what OpenAddresses says of its state and county is in the place's name."""
    match = _PLACE.fullmatch(place)
    if match is None:
        raise InvalidInputError(
            f"{place!r} is no place of OpenAddresses in the United States.", remedy="Write it as in us/wa/king."
        )
    state, name = match[1].upper(), match[2].replace("_", " ")
    named = find_source("openaddresses", "openaddresses")
    return named.model_copy(
        update={"name": f"{named.name}:{place}", "state": state, "county_fips": _county(name, state)}
    )


def _county(name: str, state: str) -> str | None:
    """Return the county's FIPS code, None for a place that is a city or a whole state."""
    for written in (name, name.removesuffix(" county")):
        try:
            return county_fips(written, state)
        except InvalidInputError:
            continue
    return None


def _download(
    conn: Connection, place: str, settings: Settings, clock: Clock, egress: Callable[[Settings, Clock], Egress]
) -> tuple[Path, str | None]:
    with watched(conn, Endpoint(PROVIDER), clock):
        return asyncio.run(_fetch(place, settings, clock, egress))


async def _fetch(
    place: str, settings: Settings, clock: Clock, egress: Callable[[Settings, Clock], Egress]
) -> tuple[Path, str | None]:
    """Return the place's latest file and the licence that its source names."""
    async with egress(settings, clock) as client:
        service = _service(client, settings)
        latest = await service.latest(place)
        licence = await service.licence(latest)
        path = settings.download_dir / "openaddresses" / place.replace("/", "-") / f"{latest.job}.geojson.gz"
        if not path.exists():
            for older in path.parent.glob("*.geojson.gz"):
                older.unlink()
            await service.download(latest, path)
        return path, licence


def _service(client: Egress, settings: Settings) -> OpenAddresses:
    return OpenAddresses(client, settings.openaddresses_base_url.rstrip("/"), settings.optional("openaddresses_token"))


def _stage(work: Loading, rows: Iterator[Row | Fault]) -> None:
    rest = islice(rows, work.load.progress["rows"], None)
    while chunk := list(islice(rest, _CHUNK)):
        good = [row for row in chunk if not isinstance(row, Fault)]
        faults = [row for row in chunk if isinstance(row, Fault)]
        work.stage.write(good, faults=faults)
        work.within_limits()
