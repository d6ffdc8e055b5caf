"""A part of the fault matrix, against a sandbox process: one paid provider through every fault, the others through two.

`make drill-connectors` tries all of it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.benchmarks.fault_bench import Bench
from tests.benchmarks.fault_cases import drives
from tests.benchmarks.fault_matrix import FAULTS, try_fault
from tests.benchmarks.fault_sandbox import Sandbox, free_port, running_sandbox

NAMES = [drive.name for drive in drives()]
CELLS = [("attom", fault) for fault in FAULTS] + [
    (name, fault) for name in NAMES if name != "attom" for fault in ("cut", "schema_drift")
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def bench(module_database: Any, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench.of(module_database, sandbox, tmp_path_factory.mktemp("state"))


@pytest.mark.parametrize(("name", "fault"), CELLS)
def test_a_fault_neither_loses_nor_charges_twice_and_passes(bench: Bench, name: str, fault: str) -> None:
    (drive,) = [each for each in drives() if each.name == name]
    cell = try_fault(bench, drive, fault)
    assert cell.problems == {}, str(cell)


def test_the_matrix_has_all_seven_providers_and_eight_faults(sandbox: Sandbox) -> None:
    assert {drive.provider for drive in drives()} == set(sandbox.providers())
    assert len(FAULTS) == 8
