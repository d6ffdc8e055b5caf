"""Zillow's largest file measured: loaded, loaded again, and with a month more, and the memory that each takes.

Each load runs in a process of its own on the embedded PostgreSQL of the import's benchmark; memory is the peak that the
operating system saw. `REOS_BENCH_REGIONS` sets the size of the large file: 26,000 regions are the real one's 120 MB.
"""

import json
import os
import subprocess
import sys
import tempfile
from calendar import monthrange
from collections.abc import Iterator
from pathlib import Path

from identity_import import server, url
from measures import Measure, peak_bytes, report

from reos import db
from reos.core.clock import SystemClock
from reos.core.settings import Settings
from reos.pipeline.load_market_zillow import load_zillow

SMALL = 500
LARGE = int(os.environ.get("REOS_BENCH_REGIONS", "4000"))
MONTHS = 321  # January 2000 to September 2026
NAMES = "RegionID,SizeRank,RegionName,RegionType,StateName,State,City,Metro,CountyName"


def month(number: int) -> str:
    """Return the end of a month, counted from January 2000."""
    year, place = 2000 + number // 12, number % 12 + 1
    return f"{year}-{place:02d}-{monthrange(year, place)[1]}"


def write(path: Path, regions: int, months: int) -> Path:
    """Write a file of ZIP codes; one cell in fifteen is blank, and the last month is not final."""
    with path.open("w") as file:
        file.write(f"{NAMES},{','.join(month(number) for number in range(months))}\n")
        for row in range(regions):
            about = f'{90_000 + row},{row},{10_000 + row},zip,WA,WA,Town,"Seattle-Tacoma-Bellevue, WA",King County'
            cells = (f"{200_000 + row * 7 + number * 911.37:.6f}" for number in range(months - 1))
            written = ("" if (row + place) % 15 == 0 else cell for place, cell in enumerate(cells))
            file.write(f"{about},{','.join(written)},{500_000 + row + months}\n")
    return path


def load(place: str, path: Path) -> dict[str, float]:
    """Load in a child process; returns its figures."""
    command = [sys.executable, __file__, url(place, "reos_pipeline"), str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def child(address: str, path: str) -> None:
    """Load and print figures as JSON."""
    with db.connect(address) as conn:
        done = load_zillow(
            conn, "zhvi_zip", settings=Settings(), clock=SystemClock(), path=Path(path), accept_drop=True
        )
    touched = done.added + done.changed + done.removed
    print(json.dumps({"seconds": done.seconds, "rows": done.rows, "touched": touched, "peak": peak_bytes()}))


def measures() -> Iterator[Measure]:
    """Yield what a load of `LARGE` regions costs, again, and with one month more."""
    with tempfile.TemporaryDirectory(prefix="reos-zillow-") as folder:
        small = write(Path(folder) / "small.csv", SMALL, MONTHS)
        path = write(Path(folder) / "large.csv", LARGE, MONTHS)
        megabytes = path.stat().st_size / 1e6
        with server() as place:
            least = load(place, small)
        with server() as place:
            first, again = load(place, path), load(place, path)
            later = load(place, write(path, LARGE, MONTHS + 1))
    yield Measure(f"{LARGE:,} regions, {megabytes:,.0f} MB: values loaded", first["rows"])
    yield Measure("values/s, first load", round(first["rows"] / first["seconds"]))
    yield Measure("seconds, the same file again", round(again["seconds"], 1))
    yield Measure("values written by the same file again", again["touched"], "= 0")
    yield Measure("seconds, with a month more", round(later["seconds"], 1))
    yield Measure("values written a region with a month more", round(later["touched"] / LARGE, 2), "<= 2")
    yield Measure("peak memory in MB", round(first["peak"] / 1e6))
    yield Measure(f"peak memory at {LARGE:,} to {SMALL:,} regions", first["peak"] / least["peak"], "<= 1.2")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(*sys.argv[1:])
    else:
        report("bench-market", measures())
