"""Access tokens: JWT HS256 (RFC 7519, profile of RFC 9068, rules of RFC 8725), issued and verified by the API alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from reos.core.clock import Clock
from reos.core.errors import AuthenticationError
from reos.core.ids import NewId, new_id
from reos.identity.keyring import KeyRing
from reos.policy.kernel import Role

ALGORITHM = "HS256"
TYPE = "at+jwt"
_REQUIRED = ["exp", "iat", "iss", "aud", "jti", "sub", "sid", "tenant_id", "role"]
# The clock is ours, so the times are checked here and not by the library.
_OPTIONS: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False}


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified token says: who, of which tenant, in which role and session (`session_id`), until when."""

    user_id: UUID
    tenant_id: UUID
    role: Role
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True)
class AccessTokens:
    """Issues and verifies tokens of one issuer and audience; `leeway` is the clock skew that is forgiven."""

    keys: KeyRing
    issuer: str
    audience: str
    clock: Clock
    lifetime: timedelta = timedelta(minutes=30)
    leeway: timedelta = timedelta(seconds=30)
    make_id: NewId = new_id

    def issue(self, user_id: UUID, tenant_id: UUID, role: str, session_id: UUID) -> str:
        """Return a signed token for the user, valid from now for `lifetime`."""
        now = self.clock.now()
        kid, secret = self.keys.signing
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "jti": str(self.make_id()),
            "sub": str(user_id),
            "sid": str(session_id),
            "tenant_id": str(tenant_id),
            "role": role,
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
        }
        return jwt.encode(claims, secret, algorithm=ALGORITHM, headers={"kid": kid, "typ": TYPE})

    def verify(self, token: str) -> AccessClaims:
        """Return the claims; `AuthenticationError` for any token that is not ours, whole, of this type and in time."""
        try:
            header = jwt.get_unverified_header(token)
            secret = self.keys.secrets[header["kid"]] if header.get("typ") == TYPE else b""
            claims = self._decode(token, secret)
            return self._in_time(claims)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise AuthenticationError("The access token is not valid.", remedy="Sign in again.") from error

    def _decode(self, token: str, secret: bytes) -> Mapping[str, Any]:
        if not secret:
            raise jwt.InvalidTokenError("not an access token")
        return jwt.decode(
            token, secret, algorithms=[ALGORITHM], issuer=self.issuer, audience=self.audience, options=_OPTIONS
        )

    def _in_time(self, claims: Mapping[str, Any]) -> AccessClaims:
        now = self.clock.now().timestamp()
        skew = self.leeway.total_seconds()
        expires, issued = claims["exp"], claims["iat"]
        if type(expires) is not int or type(issued) is not int or issued > now + skew:
            raise jwt.InvalidTokenError("issued in the future, or without whole seconds")
        if claims.get("nbf", 0) > now + skew:
            raise jwt.ImmatureSignatureError("not valid yet")
        if expires <= now - skew:
            raise AuthenticationError("The access token has expired.", remedy="POST /v1/auth/refresh for a new one.")
        return AccessClaims(
            user_id=UUID(claims["sub"]),
            tenant_id=UUID(claims["tenant_id"]),
            role=Role(claims["role"]),
            session_id=UUID(claims["sid"]),
            expires_at=datetime.fromtimestamp(expires, tz=self.clock.now().tzinfo),
        )
