"""Reference data measured: a made-up OpenAddresses file twice, its rows a second beside a bare COPY, and its memory.

Each load runs in a process of its own on the embedded PostgreSQL of the import's benchmark; memory is the peak that the
operating system saw. `REOS_BENCH_POINTS` sets the size of the large file.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from identity_import import server, url
from measures import Measure, peak_bytes

from reos import db
from reos.core.clock import SystemClock
from reos.core.settings import Settings
from reos.pipeline.load_reference_file import load_openaddresses

SMALL = 10_000
LARGE = int(os.environ.get("REOS_BENCH_POINTS", "100000"))
STREETS = ("OAK", "PINE", "MAPLE", "CEDAR", "ELM", "LAKE VIEW", "45TH", "92ND", "RIVER", "SUNSET", "1ST", "FOREST")
KINDS = ("ST", "AVE", "RD", "DR", "LN", "CT", "PL", "BLVD")
SIDES = ("N ", "S ", "NE ", "SW ", "", "")
BARE = """
create temporary table bare (hash text, number text, street text, unit text, city text, district text, region text,
                             postcode text, id text, lon float, lat float)
"""


def made_up(rows: int) -> Iterator[tuple[str, ...]]:
    """Yield rows of an OpenAddresses file: each its own address, one in a hundred without a number."""
    for row in range(rows):
        street = f"{SIDES[row % 6]}{STREETS[row // 6 % 12]} {KINDS[row // 72 % 8]}"
        number = str(100 + row // 576) if row % 100 else ""
        place = (f"{-122.4 + row % 977 / 4000:.7f}", f"{47.4 + row % 991 / 4000:.7f}")
        yield (f"{row:016x}", number, street, "", "SEATTLE", "", "", str(98_001 + row % 90), "", *place)


def write(path: Path, rows: int) -> Path:
    """Write `rows` rows as GeoJSON lines, packed as the service packs them."""
    names = ("hash", "number", "street", "unit", "city", "district", "region", "postcode", "id")
    with gzip.open(path, "wt", compresslevel=1) as file:
        for *texts, lon, lat in made_up(rows):
            properties = dict(zip(names, texts, strict=True))
            point = {"type": "Point", "coordinates": [float(lon), float(lat)]}
            file.write(json.dumps({"type": "Feature", "properties": properties, "geometry": point}) + "\n")
    return path


def load(place: str, source: str, path: Path) -> dict[str, float]:
    """Load in a child process; returns its figures."""
    command = [sys.executable, __file__, url(place, "reos_pipeline"), source, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def child(address: str, source: str, path: str) -> None:
    """Load and print figures as JSON."""
    with db.connect(address) as conn:
        report = load_openaddresses(conn, source, settings=Settings(), clock=SystemClock(), file=Path(path))
    touched = report.added + report.changed + report.removed
    figures = {"seconds": report.seconds, "rows": report.rows, "touched": touched, "rejected": report.rejected}
    print(json.dumps({**figures, "peak": peak_bytes(), "publish": report.stages["publish"]}))


def bare_copy(place: str, rows: int) -> float:
    """Return the seconds that a bare COPY of the same rows into a table without keys takes."""
    with db.connect(url(place, "reos_pipeline")) as conn, conn.cursor() as cursor:
        cursor.execute(BARE)
        began = time.monotonic()
        with cursor.copy("copy bare from stdin") as copy:
            for row in made_up(rows):
                copy.write_row(row)
        conn.commit()
        return time.monotonic() - began


def measures() -> Iterator[Measure]:
    """Yield what a load of `LARGE` points costs, and that loading it again touches no row."""
    with server() as place, tempfile.TemporaryDirectory(prefix="reos-points-") as folder:
        small = load(place, "us/wa/pierce", write(Path(folder) / "small.gz", SMALL))
        path = write(Path(folder) / "large.gz", LARGE)
        first, again = load(place, "us/wa/king", path), load(place, "us/wa/king", path)
        bare = bare_copy(place, LARGE)
    yield Measure(f"{LARGE:,} address points, rows/s", round(first["rows"] / first["seconds"]))
    yield Measure("address points, seconds of the publishing transaction", round(first["publish"], 2))
    yield Measure("address points, time as a multiple of a bare COPY", round(first["seconds"] / bare, 1))
    yield Measure("address points, rows left out and told why", first["rejected"])
    yield Measure("address points again, rows touched", again["touched"], "= 0")
    yield Measure("address points, peak memory in MB", round(first["peak"] / 1e6))
    yield Measure(f"address points, peak memory at {LARGE:,} to {SMALL:,}", first["peak"] / small["peak"], "<= 1.2")


if __name__ == "__main__":
    child(*sys.argv[1:])
