from uuid import UUID

import pytest

from reos.identity.sessions import tenant_of

TENANT = UUID("0199f0c2-6d3e-7c61-9d57-0f6a2f2f8f11")


def test_a_refresh_token_names_its_tenant() -> None:
    assert tenant_of(f"{TENANT.hex}.{'a' * 43}") == TENANT


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 43, f"{TENANT}.{'a' * 43}", f"{TENANT.hex}.{'a' * 42}", f"{TENANT.hex}.{'ä' * 43}", "\n"]
)
def test_anything_else_names_none(token: str) -> None:
    assert tenant_of(token) is None
