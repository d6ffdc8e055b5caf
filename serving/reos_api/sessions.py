"""Whether the session behind a valid access token still stands: not logged out, user active, role unchanged.

Asked of the database at most once every few seconds a session, so that a logout takes effect everywhere within that
time, and at once in the process that served it.
"""

import hashlib
from uuid import UUID

from reos.core.errors import AuthenticationError
from reos.identity.access_tokens import AccessClaims, AccessTokens
from reos_api.expiring import ExpiringMap
from reos_api.pools import Pools

_STANDING = """
select u.role from app.user_account u
 where u.user_id = $1 and u.is_active
   and exists (select from app.refresh_token t where t.family_id = $2 and t.user_id = $1)
   and not exists (select from app.refresh_token t where t.family_id = $2 and t.revoked_at is not null)
"""


class SessionGate:
    """Turns a bearer token into claims of a standing session; verified tokens and checks are remembered."""

    def __init__(self, tokens: AccessTokens, pools: Pools, recheck_seconds: float) -> None:
        self._tokens = tokens
        self._pools = pools
        self._recheck_seconds = recheck_seconds
        self._verified: ExpiringMap[bytes, AccessClaims] = ExpiringMap()
        self._standing: ExpiringMap[UUID, str] = ExpiringMap()

    async def admit(self, token: str) -> AccessClaims:
        """Return the claims; `AuthenticationError` for a bad or expired token or a session that ended."""
        claims = self._verify(token)
        role = self._standing.get(claims.session_id)
        if role is None:
            role = await self._look_up(claims)
            self._standing.put(claims.session_id, role, self._recheck_seconds)
        if role != claims.role:
            raise AuthenticationError("Your role or session has changed.", remedy="POST /v1/auth/refresh, or sign in.")
        return claims

    def forget(self, session_id: UUID) -> None:
        """Ask the database again at the session's next request."""
        self._standing.discard(session_id)

    def _verify(self, token: str) -> AccessClaims:
        digest = hashlib.sha256(token.encode()).digest()
        claims = self._verified.get(digest)
        now = self._tokens.clock.now()
        if claims is None or claims.expires_at <= now:
            claims = self._tokens.verify(token)
            self._verified.put(digest, claims, (claims.expires_at - now).total_seconds())
        return claims

    async def _look_up(self, claims: AccessClaims) -> str:
        async with self._pools.reading(claims.tenant_id) as connection:
            role = await connection.fetchval(_STANDING, claims.user_id, claims.session_id)
        return str(role or "")
