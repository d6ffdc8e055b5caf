"""The DAGs that load reference data, on a real database and a provider sandbox of their own."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from airflow.dag_processing.dagbag import DagBag

from reos.core.settings import get_settings
from reos_local.sandbox.app import create_app

pytestmark = pytest.mark.usefixtures("pipeline_settings")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(1), host="127.0.0.1", port=port, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = True
    thread.join()


@pytest.fixture
def providers(sandbox: int, monkeypatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("REOS_COUNTY_BASE_URL", f"http://127.0.0.1:{sandbox}/county")
    monkeypatch.setenv("REOS_OPENADDRESSES_BASE_URL", f"http://127.0.0.1:{sandbox}/openaddresses")
    monkeypatch.setenv("REOS_OPENADDRESSES_TOKEN", "oa.test")
    monkeypatch.setenv("REOS_OPENADDRESSES_PLACES", '["us/wa/king"]')
    monkeypatch.setenv("REOS_EGRESS_PRIVATE_HOSTS", f'["127.0.0.1:{sandbox}"]')
    monkeypatch.setenv("REOS_STATE_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def run(dag_bag: DagBag, dag_id: str, **conf: Any) -> tuple[str, list[Any]]:
    """Run the DAG; return its state and the results of its loads."""
    done = dag_bag.dags[dag_id].test(run_conf=conf or None)
    loads = sorted((task for task in done.get_task_instances() if task.task_id == "load"), key=lambda t: t.map_index)
    return str(done.state), [task.xcom_pull("load", map_indexes=task.map_index) for task in loads]


@pytest.mark.usefixtures("providers")
def test_every_county_source_is_a_task_with_its_figures(dag_bag: DagBag, database) -> None:
    state, loads = run(dag_bag, "load_county_parcels")
    assert state == "success"
    assert [load["source"] for load in loads] == ["cook_il_addresses", "king_wa_parcels"]
    assert all(load["added"] > 2000 and load["rows_per_second"] > 0 for load in loads)
    conn = database.connect("app", autocommit=True)
    row = conn.execute("select count(*) as n from app.address_point").fetchone()
    assert row == {"n": sum(load["added"] for load in loads)}


@pytest.mark.usefixtures("providers")
def test_the_places_of_the_settings_are_loaded_and_another_run_changes_nothing(dag_bag: DagBag) -> None:
    state, (load,) = run(dag_bag, "load_openaddresses")
    assert (state, load["source"]) == ("success", "openaddresses:us/wa/king")
    state, (again,) = run(dag_bag, "load_openaddresses")
    assert (state, again["added"], again["changed"], again["removed"]) == ("success", 0, 0, 0)


@pytest.mark.usefixtures("providers")
def test_a_refused_load_fails_at_once_and_says_why(dag_bag: DagBag, database, tmp_path: Path) -> None:
    file = tmp_path / "renamed.csv"
    file.write_text("LON,LAT,HOUSE,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH\n-122,47,7,Oak St,,,,,98101,,x\n")
    state, _ = run(dag_bag, "load_openaddresses", place="us/wa/king", file=str(file))
    assert state == "failed"
    conn = database.connect("pipeline", autocommit=True)
    (load,) = conn.execute("select status, message from app.reference_load").fetchall()
    assert load["status"] == "refused"
    assert "column NUMBER is missing" in load["message"]
