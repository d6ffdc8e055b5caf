"""The fault matrix: every provider through every fault, with a sandbox process and a database of its own.

`python -m tests.benchmarks.drill_connectors [name …]` prints a line a cell; names narrow it to some drives.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.fault_bench import Bench
from tests.benchmarks.fault_cases import drives
from tests.benchmarks.fault_matrix import FAULTS, Cell, try_fault
from tests.benchmarks.fault_sandbox import free_port, running_sandbox
from tests.benchmarks.measures import Measure, report
from tests.integration.conftest import make_template, running_server

_PROVIDERS = 7


@contextmanager
def bench() -> Iterator[Bench]:
    """Start everything and clear it away."""
    with (
        tempfile.TemporaryDirectory(prefix="reos-drill-") as folder,
        running_sandbox(free_port()) as sandbox,
        running_server() as server,
        server.clone(make_template(server)) as database,
    ):
        yield Bench.of(database, sandbox, Path(folder))


def drill(wanted: list[str]) -> list[Cell]:
    """Try every fault on the drives called `wanted` (all without names), telling each cell as it comes."""
    cells = []
    with bench() as ready:
        for drive in drives():
            for fault in FAULTS if not wanted or drive.name in wanted else ():
                cells.append(try_fault(ready, drive, fault))
                print(cells[-1], flush=True)
    return cells


def measures(cells: list[Cell], seconds: float) -> Iterator[Measure]:
    """Yield the figures of the whole matrix."""

    def with_problem(*names: str) -> int:
        return sum(any(name in problem for problem in cell.problems for name in names) for cell in cells)

    yield Measure("providers", len({cell.provider for cell in cells}), f"= {_PROVIDERS}")
    yield Measure("cells", len(cells), f">= {_PROVIDERS * len(FAULTS)}")
    yield Measure("cells with a crash", with_problem("crash"), "= 0")
    yield Measure("cells that lost something, or never finished it", with_problem("lost", "not done"), "= 0")
    yield Measure("cells charged otherwise than sold", with_problem("ledger", "budget", "twice"), "= 0")
    yield Measure("cells with another kind of failure", with_problem("kind", "void"), "= 0")
    yield Measure("seconds", seconds, "<= 180")


if __name__ == "__main__":
    begun = time.monotonic()
    found = drill(sys.argv[1:])
    report("drill-connectors", measures(found, time.monotonic() - begun))
