import os
import runpy
from pathlib import Path

import pytest

runpy.run_path(str(Path(__file__).parents[2] / "airflow_home.py"))

from airflow.dag_processing.dagbag import DagBag  # noqa: E402 - after the environment is set


@pytest.fixture(scope="session")
def dag_bag() -> DagBag:
    """Every DAG of the folder, parsed as the DAG processor does."""
    return DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
