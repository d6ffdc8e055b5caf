"""Signing in, refreshing and out over HTTP."""

from typing import TYPE_CHECKING

import bcrypt
import httpx
import pytest

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import World

PASSWORD = "correct horse battery staple"
EMAIL = "analyst@north.example"

pytestmark = pytest.mark.anyio


async def login(client: httpx.AsyncClient, email: str = EMAIL, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await client.post("/v1/auth/login", json={"email": email, "password": password, **more})


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/v1/auth/refresh", json={"refresh_token": token})


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_user_signs_in_and_is_told_who_they_are(client: httpx.AsyncClient, world: "World") -> None:
    pair = (await login(client)).json()
    assert (pair["token_type"], pair["expires_in"], pair["refresh_expires_in"]) == ("Bearer", 1800, 604800)
    me = (await client.get("/v1/auth/me", headers=bearer(pair["access_token"]))).json()
    assert (me["email"], me["role"], me["tenant_slug"], me["tenant_id"]) == (
        EMAIL,
        "Analyst",
        "north",
        str(world.north),
    )
    assert "properties:create" in me["permissions"]
    assert "outreach:read" not in me["permissions"]


async def test_tokens_are_never_stored_by_a_cache(client: httpx.AsyncClient) -> None:
    assert (await login(client)).headers["cache-control"] == "no-store"


async def test_the_address_may_be_written_in_any_case(client: httpx.AsyncClient) -> None:
    assert (await login(client, " Analyst@North.Example ")).status_code == 200


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@north.example", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_address_sound_the_same(
    client: httpx.AsyncClient, email: str, password: str
) -> None:
    answer = await login(client, email, password)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "E-mail or password is wrong, or the account is locked."
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_the_first_unknown_address_after_a_start_waits_for_no_new_hash(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[bytes] = []
    monkeypatch.setattr(bcrypt, "hashpw", lambda password, _: hashed.append(password))
    assert (await login(client, "nobody@north.example")).status_code == 401
    assert hashed == []


async def test_a_password_over_72_bytes_is_refused_and_not_repeated(client: httpx.AsyncClient) -> None:
    answer = await login(client, EMAIL, "ä" * 37)
    assert answer.status_code == 422
    assert "72 bytes" in answer.json()["errors"][0]["message"]
    assert "ä" not in answer.text


async def test_five_failures_lock_the_account_even_for_the_right_password(
    client: httpx.AsyncClient, world: "World"
) -> None:
    for _ in range(5):
        await login(client, EMAIL, "wrong")
    assert (await login(client)).status_code == 401
    world.later(minutes=14)
    assert (await login(client)).status_code == 401
    world.later(minutes=2)
    assert (await login(client)).status_code == 200


async def test_a_success_forgets_the_failures_before_it(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        for _ in range(4):
            await login(client, EMAIL, "wrong")
        assert (await login(client)).status_code == 200


async def test_after_a_lock_has_run_out_the_count_starts_anew(client: httpx.AsyncClient, world: "World") -> None:
    for _ in range(5):
        await login(client, EMAIL, "wrong")
    world.later(minutes=16)
    await login(client, EMAIL, "wrong")
    assert (await login(client)).status_code == 200


async def test_a_disabled_user_cannot_sign_in_or_refresh_or_go_on(client: httpx.AsyncClient, world: "World") -> None:
    pair = (await login(client)).json()
    with world.database.connect("superuser") as conn:
        conn.execute("update app.user_account set is_active = false where email = %s", (EMAIL,))
    assert (await login(client)).status_code == 401
    assert (await refresh(client, pair["refresh_token"])).status_code == 401
    assert (await client.get("/v1/auth/me", headers=bearer(pair["access_token"]))).status_code == 401


async def test_a_changed_role_ends_tokens_that_say_the_old_one(client: httpx.AsyncClient, world: "World") -> None:
    pair = (await login(client)).json()
    with world.database.connect("superuser") as conn:
        conn.execute("update app.user_account set role = 'Viewer' where email = %s", (EMAIL,))
    assert (await client.get("/v1/auth/me", headers=bearer(pair["access_token"]))).status_code == 401
    renewed = (await refresh(client, pair["refresh_token"])).json()
    me = await client.get("/v1/auth/me", headers=bearer(renewed["access_token"]))
    assert me.json()["role"] == "Viewer"


async def test_an_address_of_two_tenants_has_to_name_one(client: httpx.AsyncClient, world: "World") -> None:
    with world.database.connect("superuser") as conn:
        conn.execute("update app.user_account set email = 'both@example.org' where email like 'analyst@%%'")
    assert (await login(client, "both@example.org")).status_code == 409
    assert (await login(client, "both@example.org", "wrong")).status_code == 401
    pair = (await login(client, "both@example.org", tenant="south")).json()
    me = await client.get("/v1/auth/me", headers=bearer(pair["access_token"]))
    assert me.json()["tenant_slug"] == "south"


async def test_an_access_token_expires_after_half_an_hour(client: httpx.AsyncClient, world: "World") -> None:
    pair = (await login(client)).json()
    world.later(minutes=29)
    assert (await client.get("/v1/auth/me", headers=bearer(pair["access_token"]))).status_code == 200
    world.later(minutes=2)
    answer = await client.get("/v1/auth/me", headers=bearer(pair["access_token"]))
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", [{}, {"authorization": "Basic YTpi"}, bearer("not.a.token"), bearer("")])
async def test_no_token_or_a_bad_one_is_refused(client: httpx.AsyncClient, header: dict[str, str]) -> None:
    assert (await client.get("/v1/auth/me", headers=header)).status_code == 401


async def test_a_refresh_token_is_no_access_token(client: httpx.AsyncClient) -> None:
    pair = (await login(client)).json()
    assert (await client.get("/v1/auth/me", headers=bearer(pair["refresh_token"]))).status_code == 401
    assert (await refresh(client, pair["access_token"])).status_code == 401


async def test_refresh_replaces_both_tokens(client: httpx.AsyncClient) -> None:
    first = (await login(client)).json()
    second = (await refresh(client, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await client.get("/v1/auth/me", headers=bearer(second["access_token"]))).status_code == 200
    assert (await refresh(client, second["refresh_token"])).status_code == 200


async def test_the_direct_parent_gets_the_same_child_for_ten_seconds(client: httpx.AsyncClient, world: "World") -> None:
    first = (await login(client)).json()["refresh_token"]
    second = (await refresh(client, first)).json()["refresh_token"]
    world.later(seconds=9)
    again = await refresh(client, first)
    assert again.json()["refresh_token"] == second
    assert (await refresh(client, second)).status_code == 200


async def test_a_reused_token_ends_the_whole_family(client: httpx.AsyncClient, world: "World") -> None:
    first = (await login(client)).json()["refresh_token"]
    second = (await refresh(client, first)).json()
    world.later(seconds=11)
    assert (await refresh(client, first)).status_code == 401
    assert (await refresh(client, second["refresh_token"])).status_code == 401
    assert (await client.get("/v1/auth/me", headers=bearer(second["access_token"]))).status_code == 401


async def test_a_grandparent_is_a_reuse_even_within_the_grace(client: httpx.AsyncClient) -> None:
    first = (await login(client)).json()["refresh_token"]
    second = (await refresh(client, first)).json()["refresh_token"]
    third = (await refresh(client, second)).json()["refresh_token"]
    assert (await refresh(client, first)).status_code == 401
    assert (await refresh(client, third)).status_code == 401


async def test_a_refresh_token_lasts_seven_days(client: httpx.AsyncClient, world: "World") -> None:
    token = (await login(client)).json()["refresh_token"]
    world.later(days=7, seconds=1)
    assert (await refresh(client, token)).status_code == 401


@pytest.mark.parametrize("token", ["x", "0" * 32 + "." + "a" * 43, "0" * 32 + "." + "a" * 44, "' or 1=1 --"])
async def test_an_invented_refresh_token_is_refused(client: httpx.AsyncClient, token: str) -> None:
    assert (await refresh(client, token)).status_code == 401


async def test_logout_ends_this_session_and_no_other(client: httpx.AsyncClient) -> None:
    here, there = (await login(client)).json(), (await login(client)).json()
    assert (await client.post("/v1/auth/logout", headers=bearer(here["access_token"]))).status_code == 204
    assert (await client.get("/v1/auth/me", headers=bearer(here["access_token"]))).status_code == 401
    assert (await refresh(client, here["refresh_token"])).status_code == 401
    assert (await client.get("/v1/auth/me", headers=bearer(there["access_token"]))).status_code == 200


async def test_unknown_members_of_a_request_are_refused(client: httpx.AsyncClient) -> None:
    answer = await login(client, role="Admin")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.role"
