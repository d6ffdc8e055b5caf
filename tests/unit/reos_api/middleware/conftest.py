"""A small application behind one middleware, called without a server."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, Router
from starlette.types import ASGIApp


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _echo(request: Request) -> PlainTextResponse:
    body = await request.body()
    return PlainTextResponse(f"{len(body)} {request.scope.get('state', {}).get('request_id')}")


async def _boom(_: Request) -> PlainTextResponse:
    raise RuntimeError("secret detail")


async def _break(_: Request) -> StreamingResponse:
    async def body() -> AsyncIterator[bytes]:
        yield b"begun"
        raise RuntimeError("late")

    return StreamingResponse(body())


@pytest.fixture
def inner() -> ASGIApp:
    routes = [Route("/echo/{id}", _echo, methods=["GET", "POST"]), Route("/boom", _boom), Route("/break", _break)]
    return ExceptionMiddleware(Router(routes))


@pytest.fixture
def client_of() -> Callable[[ASGIApp], httpx.AsyncClient]:
    def client(app: ASGIApp) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://api.test")

    return client
