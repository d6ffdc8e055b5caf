"""Sessions as families of refresh tokens, each of which is good once.

A refresh replaces the token by its successor; whoever shows a replaced one again holds a stolen or a lost token, and
the whole family ends.

A successor's secret is derived from its parent's under the server's key, so that the direct parent, shown again within
`GRACE` (two tabs refresh at once, an answer got lost), yields the same successor without any secret being stored. A
family is revoked as soon as one of its tokens is: a rotation that raced with the revocation cannot escape it.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from reos.core.ids import NewId, new_id
from reos.db.connection import Connection
from reos.identity.keyring import KeyRing

LIFETIME = timedelta(days=7)
GRACE = timedelta(seconds=10)
_PURPOSE = "reos refresh-token successor"
_FORM = re.compile(r"(?P<tenant>[0-9a-f]{32})\.(?P<secret>[\w-]{43})", re.ASCII)

_INSERT = """
insert into app.refresh_token (tenant_id, token_id, family_id, user_id, token_hash, parent_id, issued_at, expires_at)
values (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_FAMILY_REVOKED = """
exists (select from app.refresh_token f
         where f.tenant_id = t.tenant_id and f.family_id = t.family_id and f.revoked_at is not null)
"""
_FIND = f"""
select t.*, u.role, u.is_active, {_FAMILY_REVOKED} as family_revoked
  from app.refresh_token t join app.user_account u using (tenant_id, user_id)
 where t.token_hash = %s
   for update of t
"""  # noqa: S608 (constants)
_SUCCESSOR = "select * from app.refresh_token where token_id = %s"
_REPLACE = "update app.refresh_token set rotated_at = %s, successor_id = %s where token_id = %s"
_REVOKE = "update app.refresh_token set revoked_at = %s where family_id = %s and revoked_at is null"


@dataclass(frozen=True, slots=True)
class Grant:
    """A live session: its refresh token in clear text, once, and who it is for."""

    tenant_id: UUID
    user_id: UUID
    role: str
    session_id: UUID
    refresh_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a refresh token got nothing; for the log, never for the caller."""

    reason: str


def tenant_of(token: str) -> UUID | None:
    """Return the tenant that a refresh token names, or None when it has not the form of one."""
    form = _FORM.fullmatch(token)
    return UUID(hex=form["tenant"]) if form else None


def open_session(
    conn: Connection,
    tenant_id: UUID,
    user_id: UUID,
    role: str,
    *,
    now: datetime,
    make_id: NewId = new_id,
    make_secret: Callable[[], bytes] = lambda: secrets.token_bytes(32),
) -> Grant:
    """Start a family for the user, in the caller's transaction of that tenant."""
    token = _token(tenant_id, make_secret())
    session_id = make_id()
    _store(conn, token, tenant_id, make_id(), session_id, user_id, None, now)
    return Grant(tenant_id, user_id, role, session_id, token, now + LIFETIME)


def rotate(conn: Connection, token: str, keys: KeyRing, *, now: datetime, make_id: NewId = new_id) -> Grant | Refused:
    """Replace `token` by its successor, in the caller's transaction of the token's tenant.

    A reuse revokes the family, so the caller must commit whatever comes back.
    """
    row = conn.execute(_FIND, (_digest(token),)).fetchone()
    if row is None:
        return Refused("unknown")
    if row["family_revoked"] or not row["is_active"] or row["expires_at"] <= now:
        return Refused("revoked, disabled or expired")
    if row["rotated_at"] is None:
        return _succeed(conn, token, row, keys, now, make_id)
    return _repeat(conn, token, row, keys, now) or _revoke_reused(conn, row, now)


def revoke(conn: Connection, session_id: UUID, *, now: datetime) -> int:
    """End the session in the caller's transaction; return how many of its tokens were still alive."""
    return conn.execute(_REVOKE, (now, session_id)).rowcount


def _succeed(
    conn: Connection, token: str, parent: dict[str, Any], keys: KeyRing, now: datetime, make_id: NewId
) -> Grant:
    successor_id = make_id()
    successor = _token(parent["tenant_id"], next(keys.derive(_PURPOSE, token.encode())))
    owner = (parent["tenant_id"], successor_id, parent["family_id"], parent["user_id"])
    _store(conn, successor, *owner, parent["token_id"], now)
    conn.execute(_REPLACE, (now, successor_id, parent["token_id"]))
    return _grant(parent, successor, now + LIFETIME)


def _repeat(conn: Connection, token: str, parent: dict[str, Any], keys: KeyRing, now: datetime) -> Grant | None:
    """Return the same successor again to a direct parent within the grace, as long as nobody has used it up."""
    if now - parent["rotated_at"] > GRACE:
        return None
    row = conn.execute(_SUCCESSOR, (parent["successor_id"],)).fetchone()
    if row is None or row["rotated_at"] is not None:
        return None
    candidates = (_token(parent["tenant_id"], secret) for secret in keys.derive(_PURPOSE, token.encode()))
    same = next((c for c in candidates if secrets.compare_digest(_digest(c), bytes(row["token_hash"]))), None)
    return _grant(parent, same, row["expires_at"]) if same else None


def _revoke_reused(conn: Connection, row: dict[str, Any], now: datetime) -> Refused:
    revoke(conn, row["family_id"], now=now)
    return Refused("reused: family revoked")


def _grant(row: dict[str, Any], token: str, expires_at: datetime) -> Grant:
    return Grant(row["tenant_id"], row["user_id"], row["role"], row["family_id"], token, expires_at)


def _store(
    conn: Connection,
    token: str,
    tenant_id: UUID,
    token_id: UUID,
    family_id: UUID,
    user_id: UUID,
    parent_id: UUID | None,
    now: datetime,
) -> None:
    values = (tenant_id, token_id, family_id, user_id, _digest(token), parent_id, now, now + LIFETIME)
    conn.execute(_INSERT, values)


def _token(tenant_id: UUID, secret: bytes) -> str:
    return f"{tenant_id.hex}.{base64.urlsafe_b64encode(secret).rstrip(b'=').decode()}"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
