"""Imports measured: the county's file twice, and made-up files of 10,000 and 1,000,000 rows for memory and cost a row.

It starts an embedded PostgreSQL of its own in a temporary folder. Each import runs in a process of its own, whose peak
of memory is read from the operating system. `REOS_BENCH_ROWS` sets the size of the large file.
"""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
from measures import Measure, peak_bytes

from reos import db
from reos.core.clock import SystemClock
from reos.db import migrate, roles, seed
from reos.pipeline.import_leads import import_file
from reos_local import postgres

COUNTY = Path(__file__).parents[3] / "shared" / "data" / "king_county_2014_2015.csv"
SMALL = 10_000
LARGE = int(os.environ.get("REOS_BENCH_ROWS", "1000000"))
DATABASE = "bench"
PASSWORD = "bench"
STREETS = ("Oak", "Pine", "Maple", "Cedar", "Elm", "Lake", "Hill", "River", "Park", "Sunset", "Highland", "Forest")
TYPES = ("St", "Ave", "Rd", "Dr", "Ln", "Ct", "Pl", "Blvd")
SIDES = ("N", "S", "E", "W", "NE", "NW", "SE", "SW")
OPTIONS = ("max_wal_size=4GB", "shared_buffers=256MB", "synchronous_commit=off", "checkpoint_timeout=30min")


def made_up(rows: int) -> Iterator[str]:
    """Yield a header and `rows` lines: three in four with a parcel number, one in fifty the same as one before.

    Every home has an address of its own, in ZIP codes of 4,000 homes.
    """
    yield "apn,county_fips,address,city,state,zip,beds,baths,sqft,year_built,owner,sale_date,sale_price\n"
    for row in range(rows):
        home = row if row % 50 else row // 2
        number = 100 + home * 37 % 9000
        name = f"{STREETS[home // 7 % 12]} {STREETS[home // 83 % 12]}" if home % 3 else f"{home // 11 % 190 + 4}th"
        street = f"{number} {SIDES[home % 8]} {name} {TYPES[home // 5 % 8]}"
        parcel = f"{home:010},53033" if home % 4 else ","
        facts = f"{home % 5 + 1},{home % 4 + 1},{800 + home % 3000},{1900 + home % 120},Owner {home}"
        sale = f"2014-{home % 12 + 1:02}-{home % 28 + 1:02},{home + 1}"
        yield f"{parcel},{street},Seattle,WA,{98_001 + home // 4000},{facts},{sale}\n"


@contextmanager
def server() -> Iterator[str]:
    """Run PostgreSQL with a migrated database for the time of the block; yields `host:port`."""
    with tempfile.TemporaryDirectory(prefix="reos-bench-") as folder:
        Path(folder).chmod(0o711)  # the server's own user passes through
        data_dir = Path(folder) / "data"
        postgres.initialise(data_dir, PASSWORD, durable=False)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = postgres.command(data_dir, "127.0.0.1", port, OPTIONS)
        with (
            (Path(folder) / "log").open("wb") as log,
            subprocess.Popen(command, stdout=log, stderr=log, cwd="/") as process,
        ):
            try:
                _migrate(f"127.0.0.1:{port}")
                yield f"127.0.0.1:{port}"
            finally:
                process.send_signal(signal.SIGINT)


def url(place: str, role: str, database: str = DATABASE) -> str:
    """Return the URL of a role."""
    return f"postgresql://{role}:{PASSWORD}@{place}/{database}"


def _migrate(place: str) -> None:
    while True:
        try:
            conn = psycopg.connect(url(place, postgres.SUPERUSER, "postgres"), autocommit=True)
            break
        except psycopg.OperationalError:
            time.sleep(0.1)
    with conn:
        roles.ensure_roles(conn, dict.fromkeys(roles.LOGIN_ROLES, PASSWORD))
        roles.create_database(conn, DATABASE)
    migrate.upgrade(url(place, "reos_owner"))


def tenant(place: str, slug: str) -> UUID:
    """Create a tenant and return its id."""
    with db.connect(url(place, "reos_owner")) as conn:
        return seed.seed_tenant(conn, slug, slug.title())


def run(place: str, slug: str, path: Path, profile: str) -> dict[str, float]:
    """Import in a child process; returns what it found: seconds, rows, added, peak in bytes, seconds by stage."""
    command = [sys.executable, __file__, url(place, "reos_pipeline"), str(tenant(place, slug)), str(path), profile]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def child(address: str, tenant_id: str, path: str, profile: str) -> None:
    """Import and print figures as JSON."""
    with db.connect(address) as conn:
        report = import_file(conn, UUID(tenant_id), Path(path), profile, clock=SystemClock())
    added = report.properties_created + report.records_added + report.records_changed + report.events
    figures = {"seconds": report.seconds, "rows": report.rows, "added": added, "peak": peak_bytes()}
    print(json.dumps({**figures, **{f"stage {name}": value for name, value in report.stages.items()}}))


def bare_copy(place: str, path: Path) -> float:
    """Return the seconds of copying the file's cells as they are into a table without key, index or trigger."""
    with path.open(encoding="utf-8", newline="") as text:
        columns = [f"c{position} text" for position, _ in enumerate(next(csv.reader(text)))]
    with db.connect(url(place, postgres.SUPERUSER)) as conn:
        conn.execute(f"create table bare ({', '.join(columns)})")
        conn.commit()
        began = time.monotonic()
        with conn.cursor() as cursor, cursor.copy("copy bare from stdin with (format csv, header)") as copy:
            copy.write(path.read_bytes())
        conn.commit()
        seconds = time.monotonic() - began
        conn.execute("drop table bare")
    return seconds


def county(place: str, folder: Path) -> Iterator[Measure]:
    """Yield the measures of the county's file: twice in a row, and once more as a file of other bytes."""
    first = run(place, "county", COUNTY, "king-county")
    again = run(place, "county", COUNTY, "king-county")
    copy = folder / "again.csv"
    copy.write_bytes(COUNTY.read_bytes() + b"\n")
    other = run(place, "county", copy, "king-county")
    bare = min(bare_copy(place, COUNTY) for _ in range(3))
    show("county file", first)
    yield Measure("import: county file, rows", first["rows"])
    yield Measure("import: county file, second time, added", again["added"], "= 0")
    yield Measure("import: county file, same rows in another file, added", other["added"], "= 0")
    yield Measure("import: county file, rows/s", first["rows"] / first["seconds"])
    yield Measure("import: county file, rows/s of a bare COPY", first["rows"] / bare)
    yield Measure("import: county file, times as long as a bare COPY", first["seconds"] / bare)


def sizes(place: str, folder: Path) -> Iterator[Measure]:
    """Yield memory and cost a row of a small made-up file (the middle one of three runs) and a large one."""
    found = {}
    for rows in (SMALL, LARGE):
        path = folder / f"made_up_{rows}.csv"
        with path.open("w", encoding="utf-8") as text:
            text.writelines(made_up(rows))
        times = 3 if rows == SMALL else 1
        runs = [run(place, f"rows-{rows}-{number}", path, "generic") for number in range(times)]
        found[rows] = sorted(runs, key=lambda figures: figures["seconds"])[times // 2]
        show(f"{rows:,} rows", found[rows])
    small, large = found[SMALL], found[LARGE]
    yield Measure(f"import: {SMALL:,} rows, rows/s", SMALL / small["seconds"])
    yield Measure(f"import: {LARGE:,} rows, rows/s", LARGE / large["seconds"])
    cost = (large["seconds"] / LARGE) / (small["seconds"] / SMALL)
    yield Measure("import: cost a row, large / small file", cost, "<= 1.3")
    yield Measure(f"import: {SMALL:,} rows, peak memory in MB", small["peak"] / 1e6)
    yield Measure(f"import: {LARGE:,} rows, peak memory in MB", large["peak"] / 1e6)
    yield Measure("import: peak memory, large / small file", large["peak"] / small["peak"], "<= 1.3")


def show(name: str, figures: dict[str, float]) -> None:
    """Print the microseconds a row of each stage."""
    stages = {key.removeprefix("stage "): value for key, value in figures.items() if key.startswith("stage ")}
    parts = (f"{stage} {seconds / figures['rows'] * 1e6:.0f}" for stage, seconds in stages.items())
    print(f"{name}, microseconds a row: {', '.join(parts)}", flush=True)


def measures() -> Iterator[Measure]:
    """Yield the measures of imports; the county's file where it is at hand."""
    with server() as place, tempfile.TemporaryDirectory() as folder:
        if COUNTY.exists():
            yield from county(place, Path(folder))
        yield from sizes(place, Path(folder))


if __name__ == "__main__":
    child(*sys.argv[1:])
