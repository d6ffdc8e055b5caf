"""Row-level security and privileges as functions: a migration calls them, so no policy is ever pasted by hand.

A tenant table has four policies. For `reos_app` and `reos_owner` a RESTRICTIVE one demands that the row belongs to the
transaction's tenant; for `reos_pipeline` it demands so only when a tenant is set, since its tasks span tenants. A
permissive one each opens the door that the restrictive one guards, so a second permissive policy cannot widen it.
FORCE keeps the owner under them too. All statements use fixed names from the migrations, never input.
"""

from collections.abc import Iterable, Mapping

from reos.db.roles import APP, DEFINER, OWNER, PIPELINE

# Leakproof comparison (uuid =) against an init plan: evaluated once a statement and usable as an index condition.
TENANT = "(select nullif(current_setting('app.current_tenant_id', true), '')::uuid)"

_OF_TENANT = f"tenant_id = {TENANT}"
_OF_TENANT_IF_SET = f"({TENANT} is null or tenant_id = {TENANT})"
_POLICIES: tuple[tuple[str, str, str, str], ...] = (
    ("tenant_isolation", "restrictive", f"{APP}, {OWNER}", _OF_TENANT),
    ("tenant_access", "permissive", f"{APP}, {OWNER}", "true"),
    ("pipeline_isolation", "restrictive", PIPELINE, _OF_TENANT_IF_SET),
    ("pipeline_access", "permissive", PIPELINE, "true"),
)
POLICY_NAMES = frozenset(name for name, *_ in _POLICIES)

Grants = Mapping[str, str]


def isolate(table: str) -> list[str]:
    """Return the statements that put `table` (schema.name, with a column tenant_id) under tenant isolation."""
    return [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        *(
            f"create policy {name} on {table} as {kind} for all to {roles} using ({rule}) with check ({rule})"
            for name, kind, roles, rule in _POLICIES
        ),
    ]


def grant(table: str, grants: Grants) -> list[str]:
    """Return the statements that give each role its privileges (`select, insert`) on `table`."""
    return [f"grant {privileges} on {table} to {role}" for role, privileges in grants.items()]


def append_only(table: str) -> list[str]:
    """Return the statements that make the database refuse UPDATE, DELETE and TRUNCATE on `table`, whoever asks."""
    name = table.partition(".")[2]
    return [
        f"""create trigger {name}_append_only before update or delete or truncate on {table}
            for each statement execute function app.refuse_change()"""
    ]


def definer_function(name: str, declaration: str, body: str, *, execute: Iterable[str] = ()) -> list[str]:
    """Return the statements that create a SECURITY DEFINER function owned by `reos_definer`.

    `name` is `app.f(argument types)`, `declaration` is `app.f(arguments) returns type language x`. The search path is
    pinned, so `body` qualifies every name, and only the roles in `execute` may call it.
    """
    return [
        f"create function {declaration} security definer set search_path = pg_catalog, pg_temp as $body${body}$body$",
        f"grant create on schema app to {DEFINER}",
        f"alter function {name} owner to {DEFINER}",
        f"revoke create on schema app from {DEFINER}",
        f"set local role {DEFINER}",
        f"revoke all on function {name} from public",
        *(f"grant execute on function {name} to {role}" for role in execute),
        "reset role",
    ]


def queue_changes(table: str) -> list[str]:
    """Return the triggers that queue the properties of new or changed rows of `table` for recomputation."""
    name = table.partition(".")[2]
    return [
        f"""create trigger {name}_queue_{event} after {event} on {table} referencing new table as new_rows
            for each statement execute function app.queue_dirty()"""
        for event in ("insert", "update")
    ]
