"""What has to happen once between "the servers run" and "the processes that use them may start". Safe to repeat.

Roles and databases need the superuser; migrations the owner; Airflow and dbt run as child processes, each with its
own secrets only. Stamps remember what has been built from which sources, so that a second start takes seconds.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from psycopg import sql

from reos.core.errors import ConfigurationError
from reos.core.settings import PROJECT_ROOT
from reos.db import connect, migrate, roles, seed
from reos.db.connection import Connection
from reos_local.stack import airflow_home, environment, services
from reos_local.stack.layout import Layout
from reos_local.stack.people import ROLES, TENANTS
from reos_local.stack.ports import Ports
from reos_local.stack.secrets import Secrets

_TAIL_LINES = 15
_LONGEST_SECONDS = 600


def prepare_database(ports: Ports, secrets: Secrets) -> None:
    """Create roles and databases, bring the schema to its newest revision, seed tenants and users."""
    with connect(services.superuser_url(ports, secrets), autocommit=True) as superuser:
        roles.ensure_roles(superuser, secrets.role_passwords)
        roles.create_database(superuser, environment.DATABASE)
        _create_airflow_database(superuser, secrets.airflow_db_password)
    owner_url = environment.role_urls(ports, secrets, "owner")["REOS_DB_OWNER_URL"]
    migrate.upgrade(owner_url)
    _seed(owner_url, secrets)


def migrate_airflow(layout: Layout, ports: Ports, secrets: Secrets) -> str:
    """Bring Airflow's metadata database to the installed version; return what was done."""
    wanted = f"airflow {version('apache-airflow')}"
    if _stamp(layout, "airflow") == wanted:
        return "unchanged"
    told = {**environment.shared(layout), **airflow_home.settings(layout, ports, secrets)}
    _run(layout, "airflow-migrate", (sys.executable, "-m", "airflow", "db", "migrate"), told)
    _set_stamp(layout, "airflow", wanted)
    return wanted


def build_warehouse(layout: Layout, ports: Ports, secrets: Secrets) -> str:
    """Create the marts with one dbt build, unless this very project has built them already; return what was done."""
    wanted = fingerprint(PROJECT_ROOT / "dbt")
    if _stamp(layout, "warehouse") == wanted:
        return "unchanged"
    told = {**environment.shared(layout), **environment.role_urls(ports, secrets, "dbt", "quality")}
    _run(layout, "warehouse-build", (sys.executable, "-m", "reos_local.stack.warehouse_build"), told)
    _set_stamp(layout, "warehouse", wanted)
    return "built"


def fingerprint(folder: Path) -> str:
    """Return a hash of the sources below `folder`, dbt's own output excepted."""
    digest = hashlib.sha256()
    for path in sorted(_sources(folder)):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(folder: Path) -> Iterable[Path]:
    kinds = {".sql", ".yml", ".yaml", ".csv", ".md"}
    for path in folder.rglob("*"):
        if path.suffix in kinds and not {"target", "logs", "dbt_packages"} & set(path.relative_to(folder).parts):
            yield path


def _create_airflow_database(superuser: Connection, password: str) -> None:
    """Create the role and the database that hold Airflow's metadata; the role may enter no other database of ours."""
    role, database = sql.Identifier(airflow_home.DATABASE_ROLE), sql.Identifier(environment.AIRFLOW_DATABASE)
    found = superuser.execute("select from pg_roles where rolname = %s", (airflow_home.DATABASE_ROLE,)).fetchone()
    verb = sql.SQL("create role {}" if found is None else "alter role {}").format(role)
    superuser.execute(
        verb + sql.SQL(" login nosuperuser nocreatedb nocreaterole password {}").format(sql.Literal(password))
    )
    query = "select from pg_database where datname = %s"
    if superuser.execute(query, (environment.AIRFLOW_DATABASE,)).fetchone() is None:
        superuser.execute(sql.SQL("create database {} owner {} template template0").format(database, role))
    superuser.execute(sql.SQL("revoke all on database {} from public").format(database))


def _seed(url: str, secrets: Secrets) -> None:
    with connect(url) as conn:
        for tenant in TENANTS:
            tenant_id = seed.seed_tenant(conn, tenant.slug, tenant.name)
            seed.seed_score_weights(conn, tenant_id)
            for (provider, period), cap in tenant.caps.items():
                seed.seed_budget(conn, tenant_id, provider, period, cap)
            for role in ROLES:
                email = tenant.email_of(role)
                seed.seed_user(conn, tenant_id, email, role, secrets.password_of(email))


def _run(layout: Layout, name: str, command: Iterable[str], env: Mapping[str, str]) -> None:
    """Run a one-shot child with its output in its own log; raise `ConfigurationError` with the log's last lines."""
    log = layout.log_of(name)
    with log.open("w") as out:
        done = subprocess.run(
            list(command), env=dict(env), cwd=layout.state, stdout=out, stderr=subprocess.STDOUT, check=False,
            stdin=subprocess.DEVNULL, timeout=_LONGEST_SECONDS,
        )  # fmt: skip
    if done.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])
        raise ConfigurationError(f"{name} failed (exit {done.returncode}):\n{tail}", remedy=f"Read {log}.")


def _stamp(layout: Layout, name: str) -> str | None:
    path = layout.run / "built.json"
    stamps = json.loads(path.read_text()) if path.exists() else {}
    value = stamps.get(name)
    return str(value) if value is not None else None


def _set_stamp(layout: Layout, name: str, value: str) -> None:
    path = layout.run / "built.json"
    stamps = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**stamps, name: value}))
