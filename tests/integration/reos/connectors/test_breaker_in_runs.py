"""The breaker over runs of enrichment: nobody asks while it is open, one question goes ahead, and all is caught up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.fault_bench import PATIENT, Bench
from tests.benchmarks.fault_drives import Lookups
from tests.benchmarks.fault_sandbox import Sandbox, free_port, running_sandbox

TRIES = 3  # of one question
NEWS = "select payload from app.event_log where payload ->> 'kind' like 'provider_%%' order by seq"
FAILED = "select count(*) as n from app.event_log where event_type = 'property.enrichment_failed'"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(free_port()) as running:
        yield running


@pytest.mark.parametrize(("source", "provider", "ledger"), [("attom", "attom", "attom"), ("fema_nfhl", "fema", "fema")])
def test_an_outage_over_several_runs(
    database: Any, sandbox: Sandbox, tmp_path: Path, source: str, provider: str, ledger: str
) -> None:
    bench = Bench.of(database, sandbox, tmp_path)
    drive = Lookups("outage", provider, (ledger,), (source,), count=6)
    drive.begin(bench)
    sandbox.fault(provider, "500")

    def asked() -> int:
        before = sandbox.asked(provider)
        drive.run(bench, PATIENT)
        return sandbox.asked(provider) - before

    assert asked() >= 3 * TRIES
    assert bench.rows(FAILED)[0]["n"] == 6
    assert asked() == 0
    bench.later(minutes=1)
    assert asked() == TRIES
    bench.later(minutes=1)
    assert asked() == 0
    sandbox.no_faults()
    bench.later(minutes=1)
    assert asked() >= 6
    assert drive.undone(bench) == []
    assert bench.rows(FAILED)[0]["n"] == 6
    news = [row["payload"]["kind"] for row in bench.rows(NEWS)]
    assert news == ["provider_down", "provider_up"]
    (row,) = bench.rows("select state, failures, openings, last_error_kind from app.provider_health")
    assert row == {"state": "closed", "failures": 0, "openings": 0, "last_error_kind": "unavailable"}
    assert sandbox.sold()["attom"] == (6 if source == "attom" else 0)
