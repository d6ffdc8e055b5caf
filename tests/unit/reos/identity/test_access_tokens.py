import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from reos.core.clock import FixedClock
from reos.core.errors import AuthenticationError
from reos.identity.access_tokens import AccessTokens
from reos.identity.keyring import KeyRing
from reos.policy.kernel import Role

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET, OLD = "s" * 32, "o" * 32
KEYS = KeyRing.parse(json.dumps({"k1": SECRET, "k0": OLD}))
USER, TENANT, SESSION = UUID(int=1), UUID(int=2), UUID(int=3)
CLAIMS: Mapping[str, Any] = {
    "iss": "reos",
    "aud": "reos-api",
    "jti": "j",
    "sub": str(USER),
    "sid": str(SESSION),
    "tenant_id": str(TENANT),
    "role": "Analyst",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 1800,
}
HEADER = {"kid": "k1", "typ": "at+jwt"}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def tokens(clock: FixedClock) -> AccessTokens:
    return AccessTokens(KEYS, "reos", "reos-api", clock)


def sign(claims: Mapping[str, Any] = CLAIMS, secret: str = SECRET, algorithm: str = "HS256", **header: object) -> str:
    return jwt.encode(dict(claims), secret, algorithm=algorithm, headers={**HEADER, **header})


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in CLAIMS.items() if name not in names}


def unsigned() -> str:
    parts = [json.dumps({"alg": "none", **HEADER}), json.dumps(dict(CLAIMS))]
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."


def tampered() -> str:
    head, _, tail = sign().split(".")
    body = base64.urlsafe_b64encode(json.dumps({**CLAIMS, "role": "Admin"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{tail}"


IAT = CLAIMS["iat"]
BAD = {
    "empty": "",
    "no token at all": "nonsense",
    "two parts": "a.b",
    "algorithm none": unsigned(),
    "body changed": tampered(),
    "signature cut": sign()[:-4],
    "another key of the ring": sign(secret=OLD),
    "unknown key id": sign(kid="k9"),
    "key id is a path": sign(kid="../../dev/null"),
    "HS512": sign(secret=SECRET * 2, algorithm="HS512"),
    "typ JWT": sign(typ="JWT"),
    "typ of a refresh token": sign(typ="rt+jwt"),
    "no exp": sign(without("exp")),
    "no iat": sign(without("iat")),
    "no jti": sign(without("jti")),
    "no issuer": sign(without("iss")),
    "no audience": sign(without("aud")),
    "no session": sign(without("sid")),
    "another issuer": sign({**CLAIMS, "iss": "evil"}),
    "another audience": sign({**CLAIMS, "aud": "other"}),
    "expired": sign({**CLAIMS, "exp": IAT - 31}),
    "issued in the future": sign({**CLAIMS, "iat": IAT + 31}),
    "not yet valid": sign({**CLAIMS, "nbf": IAT + 31}),
    "exp is text": sign({**CLAIMS, "exp": str(IAT + 60)}),
    "exp is a fraction": sign({**CLAIMS, "exp": IAT + 60.5}),
    "unknown role": sign({**CLAIMS, "role": "God"}),
    "subject no uuid": sign({**CLAIMS, "sub": "1 or 1=1"}),
    "a critical extension": sign(crit=["b64"], b64=False),
}


@pytest.mark.parametrize("token", list(BAD.values()), ids=list(BAD))
def test_a_bad_token_is_refused(tokens: AccessTokens, token: str) -> None:
    with pytest.raises(AuthenticationError):
        tokens.verify(token)


def test_the_table_above_fails_for_its_own_reasons_only(tokens: AccessTokens) -> None:
    assert tokens.verify(sign()).role is Role.ANALYST
    assert tokens.verify(sign(secret=OLD, kid="k0")).user_id == USER


def test_an_issued_token_says_who_and_until_when(tokens: AccessTokens) -> None:
    claims = tokens.verify(tokens.issue(USER, TENANT, "Ops", SESSION))
    assert (claims.user_id, claims.tenant_id, claims.role, claims.session_id) == (USER, TENANT, Role.OPS, SESSION)
    assert claims.expires_at == NOW + timedelta(minutes=30)


def test_a_clock_half_a_minute_off_is_forgiven_and_no_more(tokens: AccessTokens, clock: FixedClock) -> None:
    token = tokens.issue(USER, TENANT, "Ops", SESSION)
    clock.instant = NOW + timedelta(minutes=30, seconds=29)
    assert tokens.verify(token).user_id == USER
    clock.instant = NOW + timedelta(minutes=30, seconds=30)
    with pytest.raises(AuthenticationError, match="expired"):
        tokens.verify(token)


def test_the_signing_key_is_named_in_the_header_and_every_token_has_its_own_id(tokens: AccessTokens) -> None:
    first, second = (tokens.issue(USER, TENANT, "Ops", SESSION) for _ in range(2))
    assert jwt.get_unverified_header(first) == {"alg": "HS256", "kid": "k1", "typ": "at+jwt"}
    ids = {jwt.decode(token, options={"verify_signature": False})["jti"] for token in (first, second)}
    assert len(ids) == 2
