"""Signing in, step by step: find the accounts, check the password outside any transaction, then open the session.

Wrong address, wrong password, disabled and locked all sound and last the same.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import anyio.to_thread
from anyio import CapacityLimiter

from reos.core.errors import AuthenticationError, ConflictError
from reos.core.logging import get_logger
from reos.identity import accounts, passwords, sessions
from reos.identity.accounts import Account, Lockout
from reos.identity.sessions import Grant, Refused
from reos.policy.kernel import permissions_of
from reos_api.auth.schemas import Credentials, Me, TokenPair
from reos_api.dependencies import Caller
from reos_api.services import Services

_log = get_logger(__name__)
_HASHERS = CapacityLimiter(2)  # a password costs a quarter of a second of CPU: a flood of sign-ins must not take it all


async def sign_in(app: Services, credentials: Credentials) -> TokenPair:
    """Open a session; `AuthenticationError` when refused, `ConflictError` when the tenant has to be named."""
    found = await app.pools.write_unconfined(
        lambda conn: accounts.find_accounts(conn, credentials.email, credentials.tenant)
    )
    password = credentials.password.get_secret_value()
    rounds = app.api.bcrypt_rounds
    matching = await anyio.to_thread.run_sync(lambda: _matching(found, password, rounds), limiter=_HASHERS)
    now = app.clock.now()
    usable = [account for account in matching if account.open_at(now)]
    if not matching:
        await _count_failures(app, found)
    if len(usable) > 1:
        raise ConflictError("The address belongs to several tenants.", remedy="Send `tenant` with the slug of one.")
    grant = await _enter(app, usable[0]) if usable else None
    app.metrics.logins.labels("accepted" if grant else "refused").inc()
    if grant is None:
        raise AuthenticationError(
            "E-mail or password is wrong, or the account is locked.",
            remedy=f"After {app.api.lockout_failures} failures an account is locked for a while; wait and try again.",
        )
    return _pair(app, grant)


async def refresh(app: Services, token: str) -> TokenPair:
    """Replace a refresh token; `AuthenticationError` when it is unknown, expired, revoked or was used before."""
    tenant_id = sessions.tenant_of(token)
    outcome: Grant | Refused = Refused("malformed")
    if tenant_id is not None:
        now = app.clock.now()
        outcome = await app.pools.write(tenant_id, lambda conn: sessions.rotate(conn, token, app.keys, now=now))
    if isinstance(outcome, Refused):
        _log.warning("auth.refresh_refused", reason=outcome.reason, tenant_id=str(tenant_id))
        raise AuthenticationError("The refresh token is not valid.", remedy="Sign in again.")
    return _pair(app, outcome)


async def sign_out(app: Services, who: Caller) -> None:
    """End the caller's session: its refresh tokens at once, its access tokens within seconds."""
    now = app.clock.now()
    await app.pools.write(who.tenant_id, lambda conn: sessions.revoke(conn, who.session_id, now=now))
    app.sessions.forget(who.session_id)


async def me(app: Services, who: Caller) -> Me:
    """Describe the caller."""
    found = await app.pools.write(who.tenant_id, lambda conn: accounts.profile(conn, who.user_id))
    role = who.principal.role
    permissions = [action.value for action in permissions_of(role)] if role else []
    return Me(**found, permissions=permissions)


def _matching(found: Sequence[Account], password: str, rounds: int) -> list[Account]:
    if not found:
        passwords.waste_time(password, rounds=rounds)
    return [account for account in found if passwords.matches(password, account.password_hash)]


async def _count_failures(app: Services, found: Sequence[Account]) -> None:
    lockout = Lockout(app.api.lockout_failures, timedelta(minutes=app.api.lockout_minutes))
    for account in found:
        fail = partial(accounts.count_failure, user_id=account.user_id, now=app.clock.now(), lockout=lockout)
        await app.pools.write(account.tenant_id, fail)


async def _enter(app: Services, account: Account) -> Grant | None:
    now = app.clock.now()
    return await app.pools.write(
        account.tenant_id,
        lambda conn: (
            sessions.open_session(conn, account.tenant_id, account.user_id, account.role, now=now)
            if accounts.clear_failures(conn, account.user_id, now=now)
            else None
        ),
    )


def _pair(app: Services, grant: Grant) -> TokenPair:
    access = app.tokens.issue(grant.user_id, grant.tenant_id, grant.role, grant.session_id)
    return TokenPair(
        access_token=access,
        refresh_token=grant.refresh_token,
        expires_in=int(app.tokens.lifetime.total_seconds()),
        refresh_expires_in=int((grant.expires_at - app.clock.now()).total_seconds()),
    )
