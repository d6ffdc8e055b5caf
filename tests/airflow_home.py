"""Gives Airflow a home of its own for this test process. To be run before Airflow is first imported.

The conftest.py of each folder whose tests import Airflow runs this file; only the first time has an effect.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MARK = "REOS_TEST_AIRFLOW_PID"  # a child process of the tests is no test process
REPOSITORY = Path(__file__).resolve().parents[1]


def _prepare() -> None:
    home = Path(tempfile.mkdtemp(prefix="reos-airflow-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for inherited in [name for name in os.environ if name.startswith("AIRFLOW_")]:
        del os.environ[inherited]
    os.environ |= {
        MARK: str(os.getpid()),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__OPENLINEAGE__DISABLED": "True",
    }


if os.environ.get(MARK) != str(os.getpid()):
    _prepare()
