"""The processes of the stack, in the order in which they start. What each is told is decided in `environment`."""

import sys
from functools import partial
from pathlib import Path

from reos.core.settings import PROJECT_ROOT
from reos_local import postgres
from reos_local.stack import airflow_home, environment, health, valkey
from reos_local.stack.data_dir import data_dir
from reos_local.stack.layout import Layout
from reos_local.stack.ports import HOST, Ports
from reos_local.stack.programs import Program
from reos_local.stack.secrets import Secrets

STORES = ("postgres", "valkey")
_AIRFLOW = ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
ORDER = (*STORES, "sandbox", *_AIRFLOW, "api", "web")
_PYTHON = sys.executable
_AIRFLOW_START_SECONDS = 180.0
_PG_SETTINGS = ("max_connections=120", "shared_buffers=256MB", "max_wal_size=2GB", "jit=off", "logging_collector=off")


def programs(layout: Layout, ports: Ports, secrets: Secrets) -> list[Program]:
    """Return every process of this stack, in start order; `prepare` writes the files that their command lines name."""
    return [
        _postgres(layout, ports, secrets),
        _valkey(layout, ports, secrets),
        _sandbox(ports, secrets),
        *_airflow(layout, ports, secrets),
        _api(ports, secrets),
        *_web(ports),
    ]


def prepare(layout: Layout, ports: Ports, secrets: Secrets) -> None:
    """Write what the processes read: the database cluster, Valkey's configuration, Airflow's home. Safe to repeat."""
    postgres.initialise(data_dir(layout), secrets.superuser_password)
    valkey.write_config(layout.valkey, ports.valkey, secrets.valkey_password)
    airflow_home.prepare(layout, secrets)


def listening(ports: Ports) -> dict[str, int]:
    """Return the ports that will be bound (without the web app's while there is no web app)."""
    return {name: port for name, port in ports.by_name().items() if name != "web" or _web(ports)}


def superuser_url(ports: Ports, secrets: Secrets, database: str = "postgres") -> str:
    """Return the URL of PostgreSQL's superuser; only the bootstrap uses it."""
    return environment.database_url(postgres.SUPERUSER, secrets.superuser_password, ports.postgres, database)


def _postgres(layout: Layout, ports: Ports, secrets: Secrets) -> Program:
    folder = data_dir(layout)
    return Program(
        name="postgres",
        title="PostgreSQL",
        command=tuple(postgres.command(folder, HOST, ports.postgres, _PG_SETTINGS)),
        ready=partial(health.postgres_answers, superuser_url(ports, secrets)),
        port=ports.postgres,
        url=f"postgresql://reos_app@{HOST}:{ports.postgres}/{environment.DATABASE}",
        priority=10,
        stop_signal="INT",
        stop_seconds=30,
    )


def _valkey(layout: Layout, ports: Ports, secrets: Secrets) -> Program:
    return Program(
        name="valkey",
        title="Valkey",
        command=tuple(valkey.command(layout.valkey)),
        ready=partial(health.valkey_answers, environment.redis_url(ports, secrets)),
        directory=layout.valkey,
        port=ports.valkey,
        priority=20,
    )


def _sandbox(ports: Ports, secrets: Secrets) -> Program:
    url = f"http://{HOST}:{ports.sandbox}"
    return Program(
        name="sandbox",
        title="Provider sandbox",
        command=(_PYTHON, "-m", "reos_local.sandbox", "--port", str(ports.sandbox)),
        environment=environment.sandbox(secrets),
        ready=partial(health.http_answers, f"{url}/_health"),
        port=ports.sandbox,
        url=url,
        priority=100,
    )


def _airflow(layout: Layout, ports: Ports, secrets: Secrets) -> list[Program]:
    shared = airflow_home.settings(layout, ports, secrets)
    work = environment.tasks(ports, secrets)
    wake = environment.wake_ups(ports, secrets)
    health_url = f"http://{HOST}:{ports.airflow}/api/v2/monitor/health"

    def component(name: str, arguments: tuple[str, ...], reports_as: str, extra: dict[str, str]) -> Program:
        web = name == "api-server"
        return Program(
            name=f"airflow-{name}",
            title=f"Airflow {name}",
            command=(_PYTHON, "-m", "airflow", name, *arguments),
            environment={**shared, **extra},
            directory=layout.airflow,
            ready=partial(health.airflow_component_healthy, health_url, reports_as),
            port=ports.airflow if web else None,
            url=f"http://{HOST}:{ports.airflow}" if web else None,
            priority=200 if web else 300,
            stop_seconds=10,
            start_timeout=_AIRFLOW_START_SECONDS,
        )

    return [
        component("api-server", (), "metadatabase", {}),
        component("scheduler", ("--skip-serve-logs",), "scheduler", work),
        component("dag-processor", (), "dag_processor", {}),
        component("triggerer", ("--skip-serve-logs",), "triggerer", wake),
    ]


def _api(ports: Ports, secrets: Secrets) -> Program:
    url = f"http://{HOST}:{ports.api}"
    return Program(
        name="api",
        title="API",
        command=(_PYTHON, "-m", "reos_api"),
        environment=environment.api(ports, secrets),
        ready=partial(health.http_answers, f"{url}/v1/health/ready"),
        port=ports.api,
        url=f"{url}/docs",
        priority=400,
    )


def _web(ports: Ports) -> list[Program]:
    """Return the web app when `frontend/` has been built."""
    server = PROJECT_ROOT / "frontend" / ".next" / "standalone" / "server.js"
    if not server.is_file():
        return []
    url = f"http://{HOST}:{ports.web}"
    told = {"PORT": str(ports.web), "HOSTNAME": HOST, "REOS_API_URL": f"http://{HOST}:{ports.api}"}
    return [
        Program(
            name="web",
            title="Web app",
            command=(str(Path(_PYTHON).parent / "node"), str(server)),
            environment=told,
            directory=server.parent,
            ready=partial(health.http_answers, url),
            port=ports.web,
            url=url,
            priority=500,
        )
    ]
