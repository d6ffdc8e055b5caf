"""Run the migrations from code: the stack, the containers and the tests all come through here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from reos.db.tables import METADATA

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Bring the database of `owner_url` (libpq URL of `reos_owner`) up to `revision`."""
    _run(owner_url, lambda config: command.upgrade(config, revision))


def downgrade(owner_url: str, revision: str) -> None:
    """Take the database of `owner_url` down to `revision` (`base` for empty). Data of what is dropped is lost."""
    _run(owner_url, lambda config: command.downgrade(config, revision))


def scripts() -> ScriptDirectory:
    """Return the directory of revisions, to ask for its heads and its history."""
    return ScriptDirectory.from_config(configuration())


def configuration() -> Config:
    """Return Alembic's configuration for our scripts, without a connection."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def engine(url: str) -> sqlalchemy.Engine:
    """Return an engine without a pool for a libpq URL, over psycopg 3."""
    scheme, _, rest = url.partition("://")
    driver = "postgresql+psycopg" if scheme in {"postgresql", "postgres"} else scheme
    return sqlalchemy.create_engine(f"{driver}://{rest}", poolclass=sqlalchemy.NullPool)


def differences(owner_url: str) -> list[object]:
    """Return what Alembic's comparison finds between `reos.db.tables` and the database; empty when they agree."""
    with engine(owner_url).connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=compared()), METADATA))


def compared() -> dict[str, Any]:
    """Return the options under which table metadata and database are compared: our schemas, types and defaults too."""
    return {
        "target_metadata": METADATA,
        "include_schemas": True,
        "include_name": lambda name, kind, _parents: kind != "schema" or name in {"app", "raw"},
        "compare_type": True,
        "compare_server_default": True,
    }


def _run(owner_url: str, step: Callable[[Config], None]) -> None:
    config = configuration()
    with engine(owner_url).connect() as connection:
        config.attributes["connection"] = connection
        step(config)
