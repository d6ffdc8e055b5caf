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


def create_landing_table(
    name: str, columns: str = "", *, comment: str, key: str = "property_id, logical_date", grants: Mapping[str, str]
) -> None:
    """Create `raw.name`: the columns of every landed answer, then `columns`, and triggers that queue its property.

    `key` (without the tenant) is what a repetition of the same load meets; `columns` ends in no comma.
    """
    unique = "_".join(column.strip() for column in key.split(","))
    more = f"{columns.strip()}," if columns.strip() else ""
    create_table(
        f"raw.{name}",
        f"""
        tenant_id uuid not null,
        raw_id bigint not null generated always as identity,
        property_id uuid not null,
        logical_date date not null,
        fetched_at timestamptz not null,
        request_hash bytea,
        http_status smallint,
        cost_microusd bigint not null default 0,
        licence text not null,
        body jsonb not null,
        body_sha256 bytea not null,
        {more}
        constraint pk_{name} primary key (tenant_id, raw_id),
        constraint uq_{name}_tenant_id_{unique} unique (tenant_id, {key}),
        constraint ck_{name}_body_sha256 check (octet_length(body_sha256) = 32),
        constraint fk_{name}_property foreign key (tenant_id, property_id)
            references app.property (tenant_id, property_id)
        """,
        comment=comment,
        grants=grants,
    )
    execute(rls.queue_changes(f"raw.{name}"))


def drop_tables(names: Iterable[str]) -> None:
    """Drop the tables in the order given, with their policies, grants, indexes and triggers."""
    execute(f"drop table {name}" for name in names)


def drop_functions(signatures: Iterable[str]) -> None:
    """Drop the functions in the order given, whoever owns them."""
    execute(f"drop function {signature}" for signature in signatures)
