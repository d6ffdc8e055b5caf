"""The process itself: it starts only when it is safe to, tells its health, and answers errors in one form."""

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI
from psycopg import sql

from reos.core.errors import ConfigurationError, UnavailableError
from reos.core.settings import Settings
from reos_api.app import create_app
from reos_api.settings import ApiSettings

if TYPE_CHECKING:
    from tests.integration.conftest import Database
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio
LIMITS = ApiSettings(testing=True, bcrypt_rounds=4, pool_timeout_seconds=1, read_connections=2, write_connections=2)


async def start(settings: Settings) -> None:
    app = create_app(settings, LIMITS)
    async with app.router.lifespan_context(app):
        pytest.fail("started")


@pytest.mark.parametrize("role", ["superuser", "owner", "dbt"])
async def test_it_refuses_to_serve_as_a_role_that_row_level_security_does_not_confine(
    world: "World", role: str
) -> None:
    unsafe = Settings.model_validate({**world.settings.model_dump(), "db_app_url": world.database.url(role)})
    with pytest.raises(ConfigurationError, match="not confined by row-level security"):
        await start(unsafe)


async def test_it_does_not_start_without_a_database_and_says_so(world: "World") -> None:
    nowhere = {**world.settings.model_dump(), "db_app_url": "postgresql://reos_app:secret@127.0.0.1:1/reos"}
    with pytest.raises(UnavailableError, match="PostgreSQL does not let us in") as refused:
        await start(Settings.model_validate(nowhere))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"jwt_keys": '{"k": "short"}'}, "shorter than 32 bytes"),
        ({"jwt_keys": None}, "REOS_JWT_KEYS is not set"),
        ({"db_app_url": None}, "REOS_DB_APP_URL is not set"),
    ],
)
async def test_it_refuses_to_start_without_strong_keys_and_a_database(
    world: "World", change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        create_app(Settings.model_validate({**world.settings.model_dump(), **change}), LIMITS)


async def test_health_is_open_and_tells_what_is_there(client: httpx.AsyncClient, world: "World") -> None:
    for path in ("live", "ready"):
        answer = await client.get(f"/v1/health/{path}")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    database = (await client.get("/v1/health/db")).json()
    assert (database["role"], database["warehouse"]) == ("reos_app", False)
    assert (await client.get("/v1/health/cache")).json() == {"status": "off"}
    assert str(world.north) not in str(database)


async def test_a_cache_that_does_not_answer_is_down_and_nothing_else_is(world: "World") -> None:
    settings = Settings.model_validate({**world.settings.model_dump(), "redis_url": "redis://127.0.0.1:1/0"})
    app = create_app(settings, LIMITS)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            assert (await client.get("/v1/health/cache")).json() == {"status": "down"}
            assert (await client.get("/v1/health/ready")).status_code == 200


async def test_before_the_first_build_reads_say_what_is_missing(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    answer = await client.get("/v1/properties", headers=await sign_in("viewer"))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "build_warehouse" in answer.json()["remedy"]


async def test_a_database_that_goes_away_is_a_503_and_comes_back(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in("viewer")
    with world.database.connect("superuser", autocommit=True) as conn:
        conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'reos-api'")
    statuses = [(await client.get("/v1/auth/me", headers=headers)).status_code for _ in range(5)]
    assert set(statuses) <= {200, 503}
    assert statuses[-1] == 200


async def test_a_database_that_stays_away_is_a_503_until_it_is_back(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World"
) -> None:
    headers = await sign_in("viewer")
    name = sql.Identifier(world.database.name)
    end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
    with world.database.server.superuser() as conn:
        conn.execute(sql.SQL("alter database {} with allow_connections false").format(name))
        conn.execute(end, (world.database.name,))
        try:
            for path in ("/v1/health/ready", "/v1/auth/me"):
                answer = await client.get(path, headers=headers)
                assert (path, answer.status_code, answer.json()["code"]) == (path, 503, "unavailable")
            assert (await client.get("/v1/health/live")).status_code == 200
        finally:
            conn.execute(sql.SQL("alter database {} with allow_connections true").format(name))
    for path in ("/v1/health/ready", "/v1/auth/me"):
        assert (await client.get(path, headers=headers)).status_code == 200


PLAIN = {
    ("GET", "/v1/nothing"): (404, "not_found"),
    ("GET", "/"): (404, "not_found"),
    ("PUT", "/v1/properties"): (405, "method_not_allowed"),
    ("GET", "/v1/auth/login"): (405, "method_not_allowed"),
    ("GET", "/v1/properties/"): (404, "not_found"),
}


async def test_routing_errors_are_problems_with_all_headers(client: httpx.AsyncClient) -> None:
    for (method, path), (status, code) in PLAIN.items():
        answer = await client.request(method, path)
        body = answer.json()
        assert (path, answer.status_code, body["code"]) == (path, status, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["type"] == f"urn:reos:problem:{code}"
        assert (body["status"], body["request_id"]) == (status, answer.headers["x-request-id"])
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert ("allow" in answer.headers) is (status == 405)
    answer = await client.put("/v1/properties")
    assert answer.headers["allow"] == "GET, POST"


async def test_an_unforeseen_error_is_a_problem_without_our_inside(
    client: httpx.AsyncClient, app: FastAPI, sign_in: "SignIn", monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = await sign_in("viewer")
    monkeypatch.setattr(app.state.services.sessions, "admit", None)
    answer = await client.get("/v1/auth/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "NoneType" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


async def test_metrics_count_by_route_template(client: httpx.AsyncClient) -> None:
    await client.get("/v1/health/live")
    await client.get("/v1/memos/0199f0c2-6d3e-7c61-9d57-0f6a2f2f8f11")
    text = (await client.get("/metrics")).text
    assert 'reos_http_requests_total{method="GET",route="/v1/health/live",status="200"} 1.0' in text
    assert 'route="/v1/memos/{memo_id}",status="401"' in text
    assert "0199f0c2" not in text
    assert "reos_policy_decisions_total" in text


async def test_other_origins_are_told_only_what_is_listed(world: "World", client: httpx.AsyncClient) -> None:
    asking = {"origin": "https://app.example", "access-control-request-method": "GET"}
    assert (await client.options("/v1/properties", headers=asking)).status_code == 405
    settings = Settings.model_validate({**world.settings.model_dump(), "cors_origins": ["https://app.example"]})
    listed = httpx.ASGITransport(app=create_app(settings, LIMITS))
    async with httpx.AsyncClient(transport=listed, base_url="http://api.test") as other:
        answer = await other.options("/v1/properties", headers=asking)
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        answer = await other.options("/v1/properties", headers={**asking, "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


@pytest.fixture
def api_database(database: "Database") -> "Database":
    return database
