"""What every DAG promises to those who operate it: owner, retries, limits, documentation, parameters, tags."""

import os
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, Asset

from reos_airflow import assets
from reos_airflow.callbacks import report_failure
from reos_airflow.dag_policy import OWNER, Tag

SECTIONS = ["## What it does", "## Owner", "## If it fails"]
CHAIN = {  # event → (who may tell it, who works it off)
    assets.INTAKE: ({"import_files"}, {"enrich_properties", "geocode_properties"}),
    assets.FEATURES: ({"enrich_properties", "geocode_properties"}, {"score_properties"}),
    assets.SCORES: ({"score_properties"}, {"generate_memos"}),
    assets.MEMOS: ({"generate_memos"}, set()),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dag_id" in metafunc.fixturenames:
        folder = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        metafunc.parametrize("dag_id", sorted(path.stem for path in folder.rglob("*.py")))


@pytest.fixture
def dag(dag_bag: DagBag, dag_id: str) -> DAG:
    found: DAG = dag_bag.dags[dag_id]
    return found


def test_every_dag_parses(dag_bag: DagBag) -> None:
    assert dag_bag.import_errors == {}


def test_a_dag_is_described(dag: DAG) -> None:
    assert dag.description
    assert dag.description.endswith(".")


def test_the_documentation_says_what_who_and_what_to_do_after_a_failure(dag: DAG) -> None:
    documentation = dag.doc_md or ""
    assert [line for line in documentation.splitlines() if line.startswith("## ")] == SECTIONS
    after_failure = documentation.partition("## If it fails")[2].lower()
    assert "**clear** the task" in after_failure
    assert "**links:** [asset graph](/assets)" in after_failure


def test_one_run_at_a_time_and_no_catching_up(dag: DAG) -> None:
    assert (dag.max_active_runs, dag.catchup) == (1, False)


def test_tags_are_known_and_one_names_the_stage(dag: DAG) -> None:
    assert dag.tags <= set(Tag)
    stage = dag.fileloc.split("/")[-2]
    assert [tag for tag in dag.tags if tag.startswith("stage:")] == [f"stage:{stage}"]


def test_tasks_have_an_owner_retries_a_time_limit_and_report_failure(dag: DAG) -> None:
    for task in dag.tasks:
        assert task.owner == OWNER
        assert task.retries == 2
        assert task.retry_exponential_backoff
        assert task.execution_timeout is not None
        assert task.on_failure_callback in (report_failure, [report_failure])  # a mapped task keeps it bare


def test_the_figures_of_a_task_are_one_xcom(dag: DAG) -> None:
    assert [task.task_id for task in dag.tasks if task.multiple_outputs] == []


def test_parameters_have_a_title_and_a_description(dag: DAG) -> None:
    for name, parameter in _parameters(dag):
        assert parameter.description, name
        assert parameter.schema.get("title"), name


def _parameters(dag: DAG) -> list[tuple[str, Any]]:
    return [(name, dag.params.get_param(name)) for name in dag.params]


def _scheduled_on(dag: DAG, asset: Asset) -> bool:
    condition = getattr(dag.timetable, "asset_condition", None)
    return condition is not None and asset in condition.objects


@pytest.mark.parametrize("asset", CHAIN, ids=lambda asset: asset.name)
def test_the_asset_graph_is_one_chain(dag_bag: DagBag, asset: Asset) -> None:
    producers, consumers = CHAIN[asset]
    dags = dag_bag.dags.values()
    assert {dag.dag_id for dag in dags if any(asset in task.outlets for task in dag.tasks)} == producers
    assert {dag.dag_id for dag in dags if _scheduled_on(dag, asset)} == consumers
