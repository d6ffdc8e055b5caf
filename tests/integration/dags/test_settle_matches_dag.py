"""The DAG that compares everything again, on a real database."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from airflow.dag_processing.dagbag import DagBag

from reos.core.clock import FixedClock
from reos.pipeline.discover import Lead, discover

pytestmark = pytest.mark.usefixtures("pipeline_settings")
CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))


def compare(dag_bag: DagBag, **conf: Any) -> tuple[str, Any]:
    run = dag_bag.dags["settle_matches"].test(run_conf=conf or None)
    (task,) = run.get_task_instances()
    return str(task.state), task.xcom_pull("compare")


@pytest.mark.usefixtures("two_tenants")
def test_nothing_to_compare_is_a_skipped_run(dag_bag: DagBag) -> None:
    assert compare(dag_bag) == ("skipped", None)


def test_new_blocks_are_made_on_request_and_tenants_stay_apart(
    dag_bag: DagBag, database: Any, two_tenants: tuple[UUID, UUID]
) -> None:
    conn = database.connect("pipeline", autocommit=True)
    leads = [Lead(address=f"67 Main{kind}, Seattle, WA 98101") for kind in (" St", "")]
    for number, lead in enumerate(leads):
        discover(conn, two_tenants[number], [lead], clock=CLOCK, correlation_id=uuid4())
    conn.execute("update app.property set address_block = 'old'")
    state, found = compare(dag_bag, reblock=True)
    assert (state, found) == ("success", {"blocked": 2, "merged": 0, "reviews": 0})
