"""From an empty PostgreSQL to our schema: roles with the passwords of their URLs, the database, the migrations."""

from psycopg.conninfo import conninfo_to_dict

from reos.core.settings import Settings
from reos.db import migrate, roles
from reos.db.connection import connect

_ROLES = tuple(role.removeprefix("reos_") for role in roles.LOGIN_ROLES)


def prepare(settings: Settings) -> None:
    """Create what is missing and bring the schema to its newest revision; safe to repeat.

    Needs `db_superuser_url` and the URL of each login role: a role gets the password of its URL. Raises
    `ConfigurationError` naming the variable that is absent.
    """
    told = {role: conninfo_to_dict(settings.required(f"db_{role}_url")) for role in _ROLES}
    passwords = {f"reos_{role}": str(parts.get("password", "")) for role, parts in told.items()}
    with connect(settings.required("db_superuser_url"), autocommit=True, application_name="reos-bootstrap") as conn:
        roles.ensure_roles(conn, passwords)
        roles.create_database(conn, str(told["owner"]["dbname"]))
    migrate.upgrade(settings.required("db_owner_url"))
