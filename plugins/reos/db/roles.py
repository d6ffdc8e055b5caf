"""Database roles: who exists in the cluster and which of them may enter a database. Safe to repeat.

Table privileges are not here but in the migrations, beside the tables they belong to.
"""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from reos.core.errors import ConfigurationError

OWNER, APP, PIPELINE, DBT, QUALITY, DEFINER, AUDITOR = (
    *("reos_owner", "reos_app", "reos_pipeline", "reos_dbt", "reos_quality"),
    *("reos_definer", "reos_auditor"),
)
LOGIN_ROLES = (OWNER, APP, PIPELINE, DBT, QUALITY)

_BASE: LiteralString = "nosuperuser nocreatedb nocreaterole noreplication"
_ATTRIBUTES: Mapping[str, LiteralString] = {
    OWNER: "login nobypassrls",
    APP: "login nobypassrls",
    PIPELINE: "login nobypassrls",
    DBT: "login bypassrls",
    QUALITY: "login bypassrls",
    DEFINER: "nologin bypassrls",
    AUDITOR: "nologin bypassrls",  # the fairness check: it alone reads schema `audit`, and it writes nothing
}
# TEMP is a way to keep one tenant's rows in a pooled session, so the API's role does not get it.
_TEMP_ROLES = (PIPELINE, DBT, QUALITY)
_EXTENSIONS = ("pg_trgm", "btree_gin", "cube", "earthdistance")


def ensure_roles(superuser_conn: psycopg.Connection[Any], passwords: Mapping[str, str]) -> None:
    """Create the roles or bring them to their attributes; `passwords` is by role name, for the login roles given.

    The owner may act as `reos_dbt` and `reos_definer` (SET, not INHERIT), to create what these two own, and as
    `reos_auditor`, to run the fairness check.
    Raises `ConfigurationError` for a password of an unknown role.
    """
    unknown = set(passwords) - set(LOGIN_ROLES)
    if unknown:
        raise ConfigurationError(f"No such login role: {', '.join(sorted(unknown))}.", remedy=f"Use {LOGIN_ROLES}.")
    for role, attributes in _ATTRIBUTES.items():
        _ensure_role(superuser_conn, role, attributes)
    for role, password in passwords.items():
        statement = sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password))
        superuser_conn.execute(statement)
    for role in (DBT, DEFINER, AUDITOR):
        grant = sql.SQL("grant {} to {} with inherit false, set true")
        superuser_conn.execute(grant.format(sql.Identifier(role), sql.Identifier(OWNER)))


def create_database(superuser_conn: psycopg.Connection[Any], name: str, *, template: str | None = None) -> None:
    """Create database `name` owned by `reos_owner` unless it is there, and let in only our roles.

    `superuser_conn` must be in autocommit mode (CREATE DATABASE cannot run in a transaction).
    """
    found = superuser_conn.execute("select from pg_database where datname = %s", (name,)).fetchone()
    if found is None:
        statement = sql.SQL("create database {} owner {} template {}")
        source = sql.Identifier(template or "template0")
        superuser_conn.execute(statement.format(sql.Identifier(name), sql.Identifier(OWNER), source))
        _extend(superuser_conn, name)
    _admit(superuser_conn, name)


def _ensure_role(conn: psycopg.Connection[Any], role: str, attributes: LiteralString) -> None:
    found = conn.execute("select from pg_roles where rolname = %s", (role,)).fetchone()
    verb = sql.SQL("create role {}" if found is None else "alter role {}").format(sql.Identifier(role))
    conn.execute(sql.SQL(" ").join([verb, sql.SQL(_BASE), sql.SQL(attributes)]))


def _extend(conn: psycopg.Connection[Any], name: str) -> None:
    # earthdistance is not a trusted extension: the owner could not create it, so no migration does.
    info = conn.info
    with psycopg.connect(info.dsn, password=info.password, dbname=name, autocommit=True) as inside:
        for extension in _EXTENSIONS:
            inside.execute(sql.SQL("create extension if not exists {} schema public").format(sql.Identifier(extension)))


def _admit(conn: psycopg.Connection[Any], name: str) -> None:
    database = sql.Identifier(name)
    conn.execute(sql.SQL("revoke all on database {} from public").format(database))
    conn.execute(sql.SQL("grant connect on database {} to {}").format(database, _names(LOGIN_ROLES)))
    conn.execute(sql.SQL("grant temporary on database {} to {}").format(database, _names(_TEMP_ROLES)))


def _names(roles: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, roles))
