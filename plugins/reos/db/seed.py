"""First rows of an installation: tenants, users, score weights and budgets. Everything may be repeated.

`conn` is a connection of `reos_owner`: seeding is an administrator's act, like a migration, and still confined to the
tenant.
"""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID, uuid5

import bcrypt

from reos.core.errors import InvalidInputError
from reos.core.money import MicroUsd
from reos.db.connection import Connection, tenant_transaction

_TENANTS = UUID("6f1d2f0e-5c0a-5d5e-9b1a-7a1f6f0c2e11")  # any constant: makes a tenant's id a function of its slug
_BCRYPT_MAX_BYTES = 72  # bcrypt ignores what follows, so a longer password would be weaker than it looks


class Weight(NamedTuple):
    """One score component: no points at `low`, `max_points` at `high`, linear between (also when low > high)."""

    component: str
    max_points: int
    low: Decimal
    high: Decimal
    note: str


DEFAULT_WEIGHTS = (
    Weight("discount", 25, Decimal("-0.10"), Decimal("0.30"), "fraction by which the price is below the estimate"),
    Weight("equity", 15, Decimal(0), Decimal("0.6"), "fraction of the estimate that the owner owns free of debt"),
    Weight("condition", 15, Decimal(1), Decimal(5), "assessor's condition, 1 poor to 5 very good"),
    Weight("age", 10, Decimal(100), Decimal(0), "years since built or renovated; newer is better"),
    Weight("size", 10, Decimal(600), Decimal(3000), "living area, square feet"),
    Weight("location_momentum", 10, Decimal("-0.05"), Decimal("0.15"), "yearly price change around it, as a fraction"),
    Weight("data_confidence", 15, Decimal("0.4"), Decimal("1.0"), "share of inputs known, weighted by source and age"),
)


def tenant_id_of(slug: str) -> UUID:
    """Return the stable id of the tenant `slug` (UUIDv5 of it)."""
    return uuid5(_TENANTS, slug)


def seed_tenant(conn: Connection, slug: str, name: str) -> UUID:
    """Create the tenant unless it is there, and return its id."""
    tenant_id = tenant_id_of(slug)
    with tenant_transaction(conn, tenant_id):
        conn.execute(
            "insert into app.tenant (tenant_id, slug, name) values (%s, %s, %s) on conflict do nothing",
            (tenant_id, slug, name),
        )
    return tenant_id


def seed_user(conn: Connection, tenant_id: UUID, email: str, role: str, password: str, *, rounds: int = 12) -> UUID:
    """Create the user, or give the one that is there this role and password; return its id.

    `role` is one of Admin, Analyst, Underwriter, Ops, Viewer; `rounds` is bcrypt's cost (2^rounds). Raises
    `InvalidInputError` for a password over 72 bytes.
    """
    address = email.strip().lower()
    user_id = uuid5(tenant_id, address)
    with tenant_transaction(conn, tenant_id):
        found = conn.execute(
            "select user_id, password_hash, role from app.user_account where tenant_id = %s and email = %s",
            (tenant_id, address),
        ).fetchone()
        if found and found["role"] == role and bcrypt.checkpw(_encoded(password), found["password_hash"].encode()):
            return UUID(str(found["user_id"]))
        hashed = bcrypt.hashpw(_encoded(password), bcrypt.gensalt(rounds)).decode()
        conn.execute(
            """
            insert into app.user_account (tenant_id, user_id, email, password_hash, role) values (%s, %s, %s, %s, %s)
            on conflict (tenant_id, email) do update set password_hash = excluded.password_hash, role = excluded.role
            """,
            (tenant_id, user_id, address, hashed, role),
        )
    return UUID(str(found["user_id"])) if found else user_id


def seed_score_weights(conn: Connection, tenant_id: UUID) -> None:
    """Give the tenant version 1 of the score weights, active, unless it has weights of its own already."""
    with tenant_transaction(conn, tenant_id):
        created = conn.execute(
            """
            insert into app.score_weight_version (tenant_id, version, is_active, created_by)
            select %s, 1, true, 'seed'
             where not exists (select from app.score_weight_version where tenant_id = %s)
            returning version
            """,
            (tenant_id, tenant_id),
        ).fetchone()
        if created:
            conn.cursor().executemany(
                """
                insert into app.score_weight (tenant_id, version, component, max_points, low, high, note)
                values (%s, 1, %s, %s, %s, %s, %s)
                """,
                [(tenant_id, *weight) for weight in DEFAULT_WEIGHTS],
            )


def seed_budget(conn: Connection, tenant_id: UUID, provider: str, period: str, cap: MicroUsd) -> None:
    """Set the tenant's cap for `provider` a `period` (day, month), in micro-dollars, unless one is set."""
    with tenant_transaction(conn, tenant_id):
        conn.execute(
            """
            insert into app.budget (tenant_id, provider, period, cap_microusd) values (%s, %s, %s, %s)
            on conflict do nothing
            """,
            (tenant_id, provider, period, cap),
        )


def _encoded(password: str) -> bytes:
    encoded = password.encode()
    if len(encoded) > _BCRYPT_MAX_BYTES:
        raise InvalidInputError(f"The password is over {_BCRYPT_MAX_BYTES} bytes.", remedy="Choose a shorter one.")
    return encoded
