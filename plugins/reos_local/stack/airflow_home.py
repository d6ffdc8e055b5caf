"""Airflow's home and settings: four components on one metadata database, LocalExecutor, users mapped from our roles.

Settings are environment variables, so that no generated `airflow.cfg` can disagree with them.
"""

import json
import shutil

from reos.core.errors import ConfigurationError
from reos.core.settings import PROJECT_ROOT
from reos_local.stack import environment
from reos_local.stack.layout import Layout
from reos_local.stack.ports import HOST, Ports
from reos_local.stack.private_file import write_private
from reos_local.stack.secrets import Secrets

DATABASE_ROLE = "airflow"
# Airflow's simple roles, weakest first: viewer reads, user runs DAGs, op edits connections, admin does all
PEOPLE = {"admin": "admin", "ops": "op", "analyst": "user", "underwriter": "viewer", "viewer": "viewer"}
_LOCAL_SETTINGS = PROJECT_ROOT / "docker" / "airflow" / "airflow_local_settings.py"


def password_of(secrets: Secrets, person: str) -> str:
    """Return the password of `person` in Airflow's own login."""
    return secrets.password_of(f"airflow:{person}")


def prepare(layout: Layout, secrets: Secrets) -> None:
    """Write what Airflow reads from its home: the pre-imports of its forking parents, and the users' passwords."""
    target = layout.airflow / "config" / "airflow_local_settings.py"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not _LOCAL_SETTINGS.is_file():
        raise ConfigurationError(f"{_LOCAL_SETTINGS} is missing.", remedy="Restore it from the repository.")
    shutil.copyfile(_LOCAL_SETTINGS, target)
    passwords = {person: password_of(secrets, person) for person in PEOPLE}
    write_private(layout.airflow / "passwords.json", json.dumps(passwords))


def settings(layout: Layout, ports: Ports, secrets: Secrets) -> dict[str, str]:
    """Return the variables that all of Airflow's processes share."""
    address = f"http://{HOST}:{ports.airflow}"
    return {
        "AIRFLOW_HOME": str(layout.airflow),
        **_core(layout, secrets, address),
        **_api(ports, secrets, address),
        **_rhythm(),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": environment.database_url(
            DATABASE_ROLE, secrets.airflow_db_password, ports.postgres, environment.AIRFLOW_DATABASE
        ).replace("postgresql://", "postgresql+psycopg2://"),
        "AIRFLOW__OPENLINEAGE__DISABLED": "True",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "REOS_PUBLIC_URL": f"http://{HOST}:{ports.api}",
    }


def _core(layout: Layout, secrets: Secrets, address: str) -> dict[str, str]:
    manager = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
    return {
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT_ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT_ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__AUTH_MANAGER": manager,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{who}:{role}" for who, role in PEOPLE.items()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(layout.airflow / "passwords.json"),
        "AIRFLOW__CORE__FERNET_KEY": secrets.airflow_fernet_key,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
    }


def _api(ports: Ports, secrets: Secrets, address: str) -> dict[str, str]:
    return {
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(ports.airflow),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__SECRET_KEY": secrets.airflow_secret_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.airflow_jwt_secret,
    }


def _rhythm() -> dict[str, str]:
    """Return intervals: an event reaches its task in about a second, at 8 % of one core when idle.

    The API's time limit is wide: with the default of 5 s a task fails when the machine is busy, as it is at a start.
    """
    return {
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": HOST,
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "8",
        "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "2",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
    }
