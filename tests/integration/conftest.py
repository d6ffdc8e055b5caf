"""One embedded PostgreSQL a session; each test gets a database cloned from a migrated template (≈0.1 s)."""

import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from reos import db
from reos.core.settings import Settings
from reos.db import migrate, roles, seed
from reos.db.connection import Connection
from reos_local import postgres

NUMBERS = count(1)
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=60")
ROLE_NAMES = {role.removeprefix("reos_"): role for role in roles.LOGIN_ROLES} | {"superuser": postgres.SUPERUSER}


@dataclass(frozen=True)
class Server:
    port: int
    passwords: dict[str, str]

    def url(self, role: str, database: str) -> str:
        name = ROLE_NAMES[role]
        return f"postgresql://{name}:{self.passwords[name]}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def superuser(self) -> Iterator[Connection]:
        with db.connect(self.url("superuser", "postgres"), autocommit=True) as conn:
            yield conn

    @contextmanager
    def clone(self, template: str) -> Iterator["Database"]:
        """Clone `template` for the time of the block."""
        name = f"test_{next(NUMBERS)}"
        with self.superuser() as conn:
            roles.create_database(conn, name, template=template)
        database = Database(name, self)
        try:
            yield database
        finally:
            database.close()
            with self.superuser() as conn:
                conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


class Database:
    """A migrated database of one test. Roles: owner, app, pipeline, dbt, quality, superuser."""

    def __init__(self, name: str, server: Server) -> None:
        self.name = name
        self.server = server
        self._open: list[Connection] = []

    def url(self, role: str) -> str:
        """Return the libpq URL of `role`."""
        return self.server.url(role, self.name)

    def connect(self, role: str, *, autocommit: bool = False) -> Connection:
        """Open a connection that is closed at the end of the test; rows are dicts."""
        conn = db.connect(self.url(role), autocommit=autocommit, application_name="test")
        self._open.append(conn)
        return conn

    def settings(self, **more: object) -> Settings:
        """Return settings with the five database URLs; `more` overrides or adds fields."""
        urls = {f"db_{role}_url": self.url(role) for role in ("owner", "app", "pipeline", "dbt", "quality")}
        return Settings.model_validate({**urls, **more})

    def close(self) -> None:
        for conn in self._open:
            conn.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """PostgreSQL on a free port, stopped by its process id."""
    with running_server() as running:
        yield running


@contextmanager
def running_server() -> Iterator[Server]:
    """Run PostgreSQL on a free port for the time of the block."""
    passwords = {role: secrets.token_urlsafe(12) for role in ROLE_NAMES.values()}
    with tempfile.TemporaryDirectory(prefix="reos-test-") as folder:
        Path(folder).chmod(0o711)  # the server's own user passes through
        data_dir = Path(folder) / "data"
        postgres.initialise(data_dir, passwords[postgres.SUPERUSER], durable=False)
        running = Server(_free_port(), passwords)
        command = postgres.command(data_dir, "127.0.0.1", running.port, FAST)
        log = Path(folder, "log")
        with log.open("wb") as output, _started(command, output) as process:
            try:
                _wait_for(running, process, log)
                yield running
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=20)


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """The migrated, empty database that others are cloned from."""
    return make_template(server)


def make_template(server: Server) -> str:
    """Create the roles and a migrated, empty database; return its name."""
    login = {role: server.passwords[role] for role in roles.LOGIN_ROLES}
    with server.superuser() as conn:
        roles.ensure_roles(conn, login)
        roles.create_database(conn, "template_reos")
    migrate.upgrade(server.url("owner", "template_reos"))
    return "template_reos"


@pytest.fixture(scope="session")
def warehouse_template(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The template on which dbt has built once; made when the first test asks for it."""
    from reos.pipeline import warehouse as builder  # noqa: PLC0415 - dbt takes seconds to import

    name = "template_warehouse"
    with server.superuser() as conn:
        roles.create_database(conn, name, template=template)
    database = Database(name, server)
    builder.build(database.settings(state_dir=tmp_path_factory.mktemp("warehouse")))
    return name


@pytest.fixture
def database(server: Server, template: str) -> Iterator[Database]:
    """A fresh migrated database."""
    with server.clone(template) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_database(server: Server, template: str) -> Iterator[Database]:
    """A migrated database that the tests of a module share."""
    with server.clone(template) as fresh:
        yield fresh


@pytest.fixture
def warehouse(server: Server, warehouse_template: str) -> Iterator[Database]:
    """A fresh database on which dbt has built once."""
    with server.clone(warehouse_template) as fresh:
        yield fresh


@pytest.fixture
def two_tenants(database: Database) -> tuple[UUID, UUID]:
    """Tenants `north` and `south` with score weights."""
    return make_two_tenants(database)


@pytest.fixture
def make_tenants() -> Callable[[Database], tuple[UUID, UUID]]:
    """Return what creates `north` and `south` in a given database: `make_tenants(warehouse)`."""
    return make_two_tenants


def make_two_tenants(database: Database) -> tuple[UUID, UUID]:
    owner = database.connect("owner")
    first, second = (seed.seed_tenant(owner, slug, slug.title()) for slug in ("north", "south"))
    for tenant_id in (first, second):
        seed.seed_score_weights(owner, tenant_id)
    return first, second


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _started(command: list[str], output: BinaryIO) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=output, stderr=output, cwd="/")  # noqa: S603 - our own command line


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(server.url("superuser", "postgres")).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}")
