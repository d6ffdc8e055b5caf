"""From a server without our database to the whole schema, and again without a change."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import sql

from reos.core.errors import ConfigurationError
from reos.core.settings import Settings
from reos.db import connect, migrate
from reos.db.bootstrap import prepare

NAME = "test_bootstrap"


@pytest.fixture
def settings(server: Any, template: str) -> Iterator[Settings]:  # noqa: ARG001 - roles are there already, as after a restart
    roles = ("owner", "app", "pipeline", "dbt", "quality")
    urls = {f"db_{role}_url": server.url(role, NAME) for role in roles}
    yield Settings.model_validate({**urls, "db_superuser_url": server.url("superuser", "postgres")})
    with server.superuser() as conn:
        conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(NAME)))


def test_everything_is_created_and_a_second_time_nothing_changes(settings: Settings) -> None:
    prepare(settings)
    assert migrate.differences(settings.required("db_owner_url")) == []
    prepare(settings)
    with connect(settings.required("db_owner_url")) as conn:
        row = conn.execute("select version_num from alembic_version").fetchone()
    assert row == {"version_num": migrate.scripts().get_current_head()}


def test_a_role_without_a_url_is_named(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="REOS_DB_DBT_URL"):
        prepare(settings.model_copy(update={"db_dbt_url": None}))
