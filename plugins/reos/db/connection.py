"""Connections and transactions.

The tenant is set inside each transaction and ends with it, so a pooled connection can never carry one request's tenant
into the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from reos.core.errors import ConfigurationError, UnavailableError

Connection = psycopg.Connection[dict[str, Any]]

_SET_TENANT = "select set_config('app.current_tenant_id', %s, true)"

_UNSAFE_REASONS = """
select r.rolsuper as superuser,
       exists (select from pg_roles b where b.rolbypassrls and pg_has_role(r.oid, b.oid, 'MEMBER')) as bypass,
       (select string_agg(distinct n.nspname || '.' || c.relname, ', ')
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('app', 'raw', 'staging', 'intermediate', 'marts', 'bi', 'audit')
           and c.relkind in ('r', 'p', 'v', 'm') and pg_has_role(r.oid, c.relowner, 'MEMBER')) as owned,
       r.rolname as name
  from pg_roles r where r.rolname in (current_user, session_user)
"""


def connect(
    url: str, *, autocommit: bool = False, application_name: str = "reos", tenant_id: UUID | None = None
) -> Connection:
    """Open a connection that returns rows as dicts and works in UTC; `UnavailableError` when nobody answers.

    `tenant_id` confines a connection that serves one caller for its whole life and is never pooled: outside
    `tenant_transaction`, too, it sees and writes only that tenant's rows.
    """
    confined = f" -c app.current_tenant_id={tenant_id}" if tenant_id else ""
    try:
        return psycopg.connect(
            url,
            autocommit=autocommit,
            application_name=application_name,
            options=f"-c timezone=UTC{confined}",
            row_factory=dict_row,
        )
    except psycopg.OperationalError as error:
        raise UnavailableError(
            f"PostgreSQL does not answer: {error}", remedy="Start it (`reos up`) or check the URL of this role."
        ) from error


@contextmanager
def tenant_transaction(conn: Connection, tenant_id: UUID) -> Iterator[Connection]:
    """Run the block as one transaction that sees and writes only `tenant_id`'s rows; roll back if it raises."""
    with transaction(conn):
        confine(conn, tenant_id)
        yield conn


@contextmanager
def transaction(conn: Connection) -> Iterator[Connection]:
    """Run the block as one transaction. Without a tenant, `reos_pipeline` sees all tenants and `reos_app` no row.

    Raises `ConfigurationError` when a transaction is open already: the block would not be committed at its end.
    """
    if conn.info.transaction_status is not TransactionStatus.IDLE:
        raise ConfigurationError(
            f"The connection is not idle ({conn.info.transaction_status.name}): a transaction inside another one "
            "would not be committed at its end.",
            remedy="Commit first, use a second connection, or narrow the open transaction with reos.db.confine().",
        )
    with conn.transaction():
        yield conn


def confine(conn: Connection, tenant_id: UUID | None) -> None:
    """Narrow the open transaction to `tenant_id` from here on; None lifts it (then `reos_app` sees nothing)."""
    conn.execute(_SET_TENANT, (str(tenant_id) if tenant_id else "",))


def assert_safe_role(conn: Connection) -> None:
    """Raise `ConfigurationError` when the role could read past row-level security: superuser, BYPASSRLS or owner.

    What it could become by SET ROLE counts as well.
    """
    with transaction(conn):
        rows = conn.execute(_UNSAFE_REASONS).fetchall()
    reasons = [reason for row in rows for reason in _reasons(row)]
    if reasons:
        raise ConfigurationError(
            f"The database role is not confined by row-level security: {'; '.join(reasons)}.",
            remedy="Connect as reos_app (REOS_DB_APP_URL).",
        )


def _reasons(row: dict[str, Any]) -> list[str]:
    name = row["name"]
    if row["superuser"]:
        return [f"{name} is a superuser"]
    bypass = [f"{name} has or may take BYPASSRLS"] if row["bypass"] else []
    return [*bypass, *([f"{name} owns {row['owned']}"] if row["owned"] else [])]
