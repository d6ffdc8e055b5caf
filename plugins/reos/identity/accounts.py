"""Accounts as sign-in sees them: found by e-mail across tenants, locked after repeated failures, opened on success."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from reos.core.errors import NotFoundError
from reos.db.connection import Connection

_FIND = "select * from app.find_login(%s)"
# A lock that has run out starts the count anew. Counting and locking are one statement, so parallel guesses add up.
_FAILURES = "(case when locked_until <= %(now)s then 1 else failed_logins + 1 end)"
_FAIL = f"""
update app.user_account
   set failed_logins = {_FAILURES},
       locked_until = case when {_FAILURES} >= %(limit)s then %(until)s else null end
 where user_id = %(user_id)s and (locked_until is null or locked_until <= %(now)s)
"""  # noqa: S608 (constants)
_SUCCEED = """
update app.user_account set failed_logins = 0, locked_until = null
 where user_id = %s and is_active and (locked_until is null or locked_until <= %s)
"""
_PROFILE = """
select u.user_id, u.email, u.role, t.tenant_id, t.slug as tenant_slug, t.name as tenant_name
  from app.user_account u join app.tenant t using (tenant_id)
 where u.user_id = %s
"""


@dataclass(frozen=True, slots=True)
class Lockout:
    """After `failures` wrong passwords in a row an account stays shut for `duration`."""

    failures: int = 5
    duration: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Account:
    """One account under an e-mail address, with what signing in needs."""

    tenant_id: UUID
    tenant_slug: str
    user_id: UUID
    password_hash: str
    role: str
    is_active: bool
    locked_until: datetime | None

    def open_at(self, now: datetime) -> bool:
        """Tell whether the account may be entered at `now`."""
        return self.is_active and (self.locked_until is None or self.locked_until <= now)


def find_accounts(conn: Connection, email: str, tenant_slug: str | None) -> list[Account]:
    """Return the accounts of an address, in one tenant or (None) in all; needs no tenant in the transaction."""
    rows = conn.execute(_FIND, (email.strip().lower(),)).fetchall()
    return [Account(**row) for row in rows if tenant_slug in {None, row["tenant_slug"]}]


def count_failure(conn: Connection, user_id: UUID, *, now: datetime, lockout: Lockout) -> None:
    """Note a wrong password in the caller's transaction of the user's tenant; one too many locks the account."""
    values = {"user_id": user_id, "now": now, "until": now + lockout.duration, "limit": lockout.failures}
    conn.execute(_FAIL, values)


def clear_failures(conn: Connection, user_id: UUID, *, now: datetime) -> bool:
    """Forget past failures; False when the account was locked or disabled in the meantime and must stay shut."""
    return conn.execute(_SUCCEED, (user_id, now)).rowcount == 1


def profile(conn: Connection, user_id: UUID) -> dict[str, Any]:
    """Return the user with their tenant, from the caller's transaction; `NotFoundError` when they are gone."""
    row = conn.execute(_PROFILE, (user_id,)).fetchone()
    if row is None:
        raise NotFoundError("The user no longer exists.")
    return row
