"""What a migration is written with: plain SQL, and one call that makes a table with comment, isolation and grants."""

from collections.abc import Iterable, Mapping

from alembic import op

from reos.db import rls


def execute(statements: Iterable[str]) -> None:
    """Run the statements as they are (no bind parameters, no percent or colon escapes)."""
    connection = op.get_bind().execution_options(no_parameters=True)
    for statement in statements:
        connection.exec_driver_sql(statement)


def create_table(
    name: str,
    columns: str,
    *,
    comment: str,
    grants: Mapping[str, str],
    indexes: Iterable[str] = (),
    shared: bool = False,
) -> None:
    """Create table `name` (schema.name). It is isolated by tenant unless `shared`, which is for tables without tenants.

    `indexes` are the statements after `create`, as in `index i on t (…)`.
    """
    quoted = comment.replace("'", "''")
    execute([f"create table {name} ({columns})", f"comment on table {name} is '{quoted}'"])
    execute(f"create {index}" for index in indexes)
    execute([] if shared else rls.isolate(name))
    execute(rls.grant(name, grants))


def drop_tables(names: Iterable[str]) -> None:
    """Drop the tables in the order given, with their policies, grants, indexes and triggers."""
    execute(f"drop table {name}" for name in names)


def drop_functions(signatures: Iterable[str]) -> None:
    """Drop the functions in the order given, whoever owns them."""
    execute(f"drop function {signature}" for signature in signatures)
