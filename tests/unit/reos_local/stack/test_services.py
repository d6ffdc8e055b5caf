from dataclasses import asdict
from pathlib import Path

import pytest

from reos.core.settings import PROJECT_ROOT
from reos_local import postgres
from reos_local.stack import airflow_home, environment, services
from reos_local.stack.layout import Layout
from reos_local.stack.ports import HOST, Ports
from reos_local.stack.programs import Program
from reos_local.stack.secrets import Secrets, load_or_create

PORTS = Ports(postgres=1, valkey=2, sandbox=3, airflow=4, api=5, web=6)


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setattr(postgres, "run_as", lambda: None)
    made = Layout(tmp_path / "s")
    made.create()
    return made


@pytest.fixture
def secrets(layout: Layout) -> Secrets:
    return load_or_create(layout.secrets)


@pytest.fixture
def programs(layout: Layout, secrets: Secrets) -> dict[str, Program]:
    return {program.name: program for program in services.programs(layout, PORTS, secrets)}


def known_to(program: Program, secrets: Secrets) -> set[str]:
    """Return the names of the secrets that occur anywhere in what the process is given."""
    given = " ".join([*program.environment.values(), *program.command])
    return {name for name, value in asdict(secrets).items() if value in given}


AIRFLOW = {"airflow_db_password", "airflow_fernet_key", "airflow_secret_key", "airflow_jwt_secret"}
TASKS = {"pipeline_password", "dbt_password", "quality_password", "valkey_password", "attom_api_key"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postgres", set()),
        ("valkey", set()),
        ("sandbox", {"attom_api_key"}),
        ("api", {"app_password", "pipeline_password", "valkey_password", "jwt_key"}),
        ("airflow-api-server", AIRFLOW),
        ("airflow-dag-processor", AIRFLOW),
        ("airflow-scheduler", AIRFLOW | TASKS),
        ("airflow-triggerer", AIRFLOW | {"pipeline_password", "valkey_password"}),
    ],
)
def test_each_process_knows_its_own_secrets_only(
    programs: dict[str, Program], secrets: Secrets, name: str, expected: set[str]
) -> None:
    assert known_to(programs[name], secrets) == expected


def test_the_callers_environment_is_not_passed_on(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("REOS_DB_OWNER_URL", "x")
    told = environment.shared(layout)
    assert not {"AWS_SECRET_ACCESS_KEY", "PYTHONDONTWRITEBYTECODE", "REOS_DB_OWNER_URL"} & set(told)
    assert told["REOS_STATE_DIR"] == str(layout.state)


def test_everything_listens_on_the_loopback_interface(programs: dict[str, Program]) -> None:
    assert [p.port for p in programs.values() if p.port] == [1, 2, 3, 4, 5]
    for program in programs.values():
        assert "0.0.0.0" not in " ".join([*program.command, *program.environment.values()])  # noqa: S104
        assert program.url is None or f"{HOST}:{program.port}" in program.url
    # without this flag they serve their logs on every interface
    assert all("--skip-serve-logs" in programs[f"airflow-{name}"].command for name in ("scheduler", "triggerer"))


def test_data_stores_start_first_and_stop_last(programs: dict[str, Program]) -> None:
    assert tuple(programs)[:2] == services.STORES
    assert max(programs[name].priority for name in services.STORES) < min(
        program.priority for name, program in programs.items() if name not in services.STORES
    )
    assert programs["postgres"].stop_signal == "INT"  # SIGTERM would wait for every client to leave


def test_every_process_has_its_place_in_the_order(programs: dict[str, Program]) -> None:
    assert [name for name in services.ORDER if name in programs] == list(programs)


def test_without_a_web_app_its_port_is_not_claimed(programs: dict[str, Program]) -> None:
    built = (PROJECT_ROOT / "frontend" / ".next" / "standalone" / "server.js").is_file()
    assert ("web" in programs) is built
    assert ("web" in services.listening(PORTS)) is built


def test_airflows_home_holds_passwords_for_every_user_and_the_preimports(layout: Layout, secrets: Secrets) -> None:
    airflow_home.prepare(layout, secrets)
    passwords = layout.airflow / "passwords.json"
    assert passwords.stat().st_mode & 0o077 == 0
    settings = airflow_home.settings(layout, PORTS, secrets)
    users = [pair.split(":")[0] for pair in settings["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"].split(",")]
    assert all(f'"{user}"' in passwords.read_text() for user in users)
    assert (layout.airflow / "config" / "airflow_local_settings.py").is_file()


def test_providers_point_at_the_sandbox_and_egress_may_reach_it(secrets: Secrets) -> None:
    told = environment.providers(PORTS, secrets)
    assert told["REOS_EGRESS_PRIVATE_HOSTS"] == '["127.0.0.1:3"]'
    assert told["REOS_ATTOM_BASE_URL"].startswith("http://127.0.0.1:3/")
    assert told["REOS_CENSUS_BASE_URL"] == "http://127.0.0.1:3/census/geocoder"
