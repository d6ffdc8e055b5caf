"""The same over real sockets: the sandbox as a process of its own, also while it breaks off answers."""

import socket
import subprocess
import sys
import time

import httpx
import pytest

from reos.pipeline.enrich import enrich_pending
from reos_local.sandbox.world import county_apns

SEED = 1
PRICE = 80_000


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox process on a free port; yields its host and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "reos_local.sandbox", "--port", host.rpartition(":")[2], "--seed", str(SEED)]
    with subprocess.Popen(command) as process:  # noqa: S603 - our own command line
        try:
            _wait_for(host, process)
            yield host
        finally:
            process.terminate()


@pytest.fixture
def run(bench, sandbox):
    def settings():
        base = {"county_base_url": f"http://{sandbox}/county", "attom_base_url": f"http://{sandbox}/attom"}
        return bench.settings().model_copy(update={"egress_private_hosts": [sandbox], **base})

    yield lambda: enrich_pending(bench.conn, settings=settings(), clock=bench.clock)
    httpx.delete(f"http://{sandbox}/_faults")


def test_a_few_hundred_parcels_come_through(bench, run):
    north, _ = bench.tenants
    bench.budget(north, 100_000_000)
    bench.discover(north, county_apns(SEED, 450))
    report = run()
    assert (report.enriched, report.failed, bench.count("raw.county_assessor_parcel")) == (450, 0, 450)
    assert run().properties == 0


def test_answers_that_break_off_cost_no_property(bench, run, sandbox):
    north, _ = bench.tenants
    bench.budget(north, 100_000_000)
    bench.discover(north, county_apns(SEED, 450))
    for provider in ("county", "attom"):
        httpx.put(f"http://{sandbox}/_faults/{provider}", json={"kind": "cut", "rate": 0.3})
    run()
    httpx.delete(f"http://{sandbox}/_faults")
    run()
    told = bench.rows("select distinct property_id from app.event_log where event_type = 'property.enriched'")
    assert (len(told), bench.queued()) == (450, 0)
    ledger = bench.rows("select sum(cost_microusd)::bigint as cost from app.provider_call")[0]["cost"]
    usage = bench.rows("select held_microusd as held, spent_microusd as spent from app.budget_usage")
    assert {(row["held"], row["spent"]) for row in usage} == {(0, ledger)}
    assert ledger >= PRICE * bench.count("raw.attom_expanded_profile")


def _wait_for(host: str, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"http://{host}/_health")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the sandbox did not start")
