"""From a file in the inbox to a memo, DAG by DAG, against the provider sandbox; the second time nothing happens."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from airflow.dag_processing.dagbag import DagBag

from reos.core.money import MicroUsd
from reos.core.settings import get_settings
from reos.db import seed
from reos_local.sandbox.app import DEFAULT_ATTOM_KEY
from reos_local.sandbox.export import write_export

ROWS = 40
CHAIN = {  # DAG → the task that does its work
    "import_files": "import_file",
    "geocode_properties": "geocode",
    "enrich_properties": "enrich",
    "score_properties": "score",
    "generate_memos": "render",
}
TABLES = ("app.property", "app.event_log", "raw.import_record", "raw.county_assessor_parcel", "app.memo")


@pytest.fixture
def database(warehouse):
    """The database of the chain has its marts already; everything else here works on it."""
    return warehouse


@pytest.fixture(scope="module")
def sandbox() -> Iterator[int]:
    """The provider sandbox on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "reos_local.sandbox", "--port", str(port), "--seed", "1"]
    with subprocess.Popen(command) as process:  # noqa: S603 - our own program
        try:
            _wait_for(f"http://127.0.0.1:{port}/_health")
            yield port
        finally:
            process.terminate()


@pytest.fixture
def providers(
    sandbox: int,
    pipeline_settings: None,  # noqa: ARG001 - more is added to it
    database,
    two_tenants: tuple[UUID, UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The settings and budgets with which the first tenant may ask the sandbox."""
    monkeypatch.setenv("REOS_COUNTY_BASE_URL", f"http://127.0.0.1:{sandbox}/county")
    monkeypatch.setenv("REOS_CENSUS_BASE_URL", f"http://127.0.0.1:{sandbox}/census/geocoder")
    monkeypatch.setenv("REOS_ATTOM_BASE_URL", f"http://127.0.0.1:{sandbox}/attom")
    fema = f"http://127.0.0.1:{sandbox}/fema/arcgis/rest/services/public/NFHL/MapServer"
    monkeypatch.setenv("REOS_FEMA_BASE_URL", fema)
    monkeypatch.setenv("REOS_ATTOM_API_KEY", DEFAULT_ATTOM_KEY)
    monkeypatch.setenv("REOS_EGRESS_PRIVATE_HOSTS", json.dumps([f"127.0.0.1:{sandbox}"]))
    get_settings.cache_clear()
    owner = database.connect("owner")
    seed.seed_budget(owner, two_tenants[0], "attom", "day", MicroUsd(1_000_000_000))
    with owner.transaction():
        owner.execute("select set_config('app.current_tenant_id', %s, true)", (str(two_tenants[0]),))
        owner.execute("update app.tenant set memo_min_score = 50")


def run_chain(dag_bag: DagBag) -> dict[str, tuple[str, Any]]:
    """Run the stages in order; return the state and the result of each one's work."""
    outcome = {}
    for dag_id, task_id in CHAIN.items():
        run = dag_bag.dags[dag_id].test()
        assert run.state == "success", dag_id
        (work,) = (task for task in run.get_task_instances() if task.task_id == task_id)
        outcome[dag_id] = (str(work.state), work.xcom_pull(task_id, map_indexes=work.map_index))
    return outcome


def counts(database) -> dict[str, int]:
    conn = database.connect("superuser", autocommit=True)
    return {table: conn.execute(f"select count(*) as n from {table}").fetchone()["n"] for table in TABLES}  # noqa: S608


@pytest.mark.usefixtures("providers")
def test_a_file_becomes_memos_and_a_second_round_changes_nothing(dag_bag: DagBag, database, inbox: Path) -> None:
    folder = inbox / "north" / "king-county"
    folder.mkdir(parents=True)
    write_export(folder / "sales.csv", ROWS, 1)

    first = run_chain(dag_bag)
    found = counts(database)
    assert {dag_id: state for dag_id, (state, _) in first.items()} == dict.fromkeys(CHAIN, "success")
    assert first["import_files"][1]["properties_created"] == found["app.property"] > 0
    assert first["geocode_properties"][1]["properties"] == found["app.property"]
    assert first["enrich_properties"][1]["enriched"] == found["app.property"]
    assert first["score_properties"][1]["published"] == found["app.property"]
    assert first["generate_memos"][1]["rendered"] == found["app.memo"] > 0

    second = run_chain(dag_bag)
    assert {dag_id: state for dag_id, (state, _) in second.items()} == dict.fromkeys(CHAIN, "skipped")
    assert counts(database) == found


@pytest.mark.usefixtures("pipeline_settings")
def test_the_warehouse_builds(dag_bag: DagBag) -> None:
    run = dag_bag.dags["build_warehouse"].test()
    (task,) = run.get_task_instances()
    assert run.state == "success"
    result = task.xcom_pull("build")
    assert result["success"] is True
    assert result["nodes"] > 0


def _wait_for(url: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - our own address
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
