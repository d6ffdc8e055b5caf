from collections.abc import AsyncIterator, Callable
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reos_api.metrics import ApiMetrics
from reos_api.middleware.body_limit import BodyLimit
from reos_api.middleware.errors import UnforeseenErrors
from reos_api.middleware.observe import Observe
from reos_api.middleware.request_id import RequestId
from reos_api.middleware.security_headers import SecurityHeaders

ClientOf = Callable[[ASGIApp], httpx.AsyncClient]

pytestmark = pytest.mark.anyio


async def test_a_request_gets_an_id_in_the_answer_and_the_scope(inner: ASGIApp, client_of: ClientOf) -> None:
    client = client_of(RequestId(inner, make_id=lambda: UUID(int=5)))
    answer = await client.get("/echo/1")
    assert answer.headers["x-request-id"] == str(UUID(int=5))
    assert answer.text == f"0 {UUID(int=5)}"


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_3", True), ("a" * 65, False), ("a b", False), ("<x>", False)])
async def test_a_callers_id_is_kept_when_it_is_harmless(
    inner: ASGIApp, client_of: ClientOf, given: str, *, kept: bool
) -> None:
    answer = await client_of(RequestId(inner)).get("/echo/1", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_security_headers_are_on_every_answer(inner: ASGIApp, client_of: ClientOf) -> None:
    client = client_of(SecurityHeaders(UnforeseenErrors(inner)))
    for path in ("/echo/1", "/nothing", "/boom"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        for part in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"):
            assert part in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-xss-protection"] == "1; mode=block"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize(("size", "status"), [(10, 200), (11, 413)])
async def test_an_announced_body_is_measured_at_once(
    inner: ASGIApp, client_of: ClientOf, size: int, status: int
) -> None:
    answer = await client_of(BodyLimit(inner, limit=10)).post("/echo/1", content=b"x" * size)
    assert answer.status_code == status


@pytest.mark.parametrize(("path", "status"), [("/echo/upload", 200), ("/echo/other", 413)])
async def test_an_upload_may_be_larger_than_another_body(
    inner: ASGIApp, client_of: Callable[[ASGIApp], httpx.AsyncClient], path: str, status: int
) -> None:
    limited = BodyLimit(inner, limit=10, uploads={"/echo/upload": 100})
    assert (await client_of(limited).post(path, content=b"x" * 100)).status_code == status
    too_large = await client_of(limited).post("/echo/upload", content=b"x" * (100 + (1 << 20) + 1))
    assert (too_large.status_code, "100 bytes" in too_large.json()["detail"]) == (413, True)
    assert "drop folder" in too_large.json()["detail"]


@pytest.mark.parametrize(("last", "status"), [(b"12345", 200), (b"123456", 413)])
async def test_a_streamed_body_is_measured_while_it_comes(
    inner: ASGIApp, client_of: ClientOf, last: bytes, status: int
) -> None:
    answer = await client_of(BodyLimit(inner, limit=10)).post("/echo/1", content=chunks(b"12345", last))
    assert answer.status_code == status


@pytest.mark.parametrize("length", ["-1", "many", "1e3"])
async def test_a_length_that_is_no_number_is_refused(inner: ASGIApp, client_of: ClientOf, length: str) -> None:
    client = client_of(BodyLimit(inner, limit=10))
    answer = await client.get("/echo/1", headers={"content-length": length})
    assert answer.status_code == 413


async def test_an_unforeseen_error_says_nothing_of_our_inside(inner: ASGIApp, client_of: ClientOf) -> None:
    answer = await client_of(RequestId(UnforeseenErrors(inner))).get("/boom")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text


async def test_an_error_after_the_answer_began_breaks_it_off(inner: ASGIApp) -> None:
    transport = httpx.ASGITransport(app=UnforeseenErrors(inner))
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        with pytest.raises(RuntimeError, match="late"):
            await client.get("/break")


async def test_requests_are_counted_by_template_and_status_and_never_by_id(inner: ASGIApp, client_of: ClientOf) -> None:
    metrics = ApiMetrics()
    client = client_of(Observe(inner, metrics))
    for path in ("/echo/secret-1", "/echo/secret-2", "/nothing"):
        await client.get(path)
    text = metrics.render().decode()
    assert 'reos_http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert "secret" not in text


@pytest.mark.parametrize("layer", [RequestId, SecurityHeaders, UnforeseenErrors])
async def test_other_protocols_pass_through_untouched(layer: Callable[[ASGIApp], ASGIApp]) -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive, send
        seen.append(scope["type"])

    for wrapped in (layer(app), BodyLimit(app, 1), Observe(app, ApiMetrics())):
        await wrapped({"type": "lifespan"}, _unused, _unused)
    assert seen == ["lifespan"] * 3


async def _unused(*_: object) -> Message:
    pytest.fail("called")
