"""Server-sent events from the log to the client: in order, once, only one's own, over reconnections."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from reos_api.app import create_app
from reos_api.events.schemas import EventEnvelope, TimelinePage
from reos_api.paging import encode_cursor
from reos_api.settings import ApiSettings

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio

EVERYTHING = "/v1/events/stream"


class Stream:
    """A client that speaks ASGI, since httpx would wait for the end of the response."""

    def __init__(self, app: FastAPI, path: str, headers: dict[str, str]) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self.leaving, self.reading = asyncio.Event(), asyncio.Event()
        self.reading.set()
        self._changed = asyncio.Event()
        self._begun = asyncio.Event()
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        version = {"asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "server": ("api.test", 80)}
        where = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": None}
        self.scope = {"type": "http", "method": "GET", "headers": raw, **version, **where}
        self.task = asyncio.create_task(app(self.scope, self._receive, self._send))

    @property
    def seqs(self) -> list[int]:
        """Ids of the events, without the opening one, which carries no data."""
        return [int(block.split("\n")[0].removeprefix("id: ")) for block in self.blocks]

    @property
    def blocks(self) -> list[str]:
        return [block for block in self.text.split("\n\n") if "\ndata: " in block]

    @property
    def opening(self) -> str:
        return self.text.split("\n\n")[0]

    @property
    def envelopes(self) -> list[Any]:
        return [json.loads(block.split("\ndata: ")[1]) for block in self.blocks]

    async def until(self, count: int, seconds: float = 10) -> list[int]:
        async with asyncio.timeout(seconds):
            while len(self.seqs) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.seqs

    async def opened(self) -> None:
        async with asyncio.timeout(10):
            await self._begun.wait()

    async def _receive(self) -> dict[str, Any]:
        await self.leaving.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self.reading.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.text += message.get("body", b"").decode()
            self._begun.set()
        self._changed.set()


@asynccontextmanager
async def streaming(
    app: FastAPI, headers: dict[str, str], path: str = EVERYTHING, **more: str
) -> AsyncIterator[Stream]:
    extra = {name.replace("_", "-"): value for name, value in more.items()}
    stream = Stream(app, path, {**headers, **extra})
    try:
        await stream.opened()
        yield stream
    finally:
        stream.leaving.set()
        async with asyncio.timeout(10):
            await stream.task


@pytest.fixture
def house(world: "World") -> UUID:
    return world.add_property()


async def test_a_stream_is_told_what_happens_from_now_on(
    app: FastAPI, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    [before] = world.happen(house)
    await app.state.services.relay.tick()
    async with streaming(app, await sign_in("viewer")) as stream:
        assert (stream.status, stream.opening) == (200, f"retry: 2000\nid: {before}")
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["cache-control"] == "no-store, no-transform"
        assert stream.headers["x-accel-buffering"] == "no"
        told = world.happen(house, count=3)
        assert await stream.until(3) == told
        envelope = EventEnvelope.model_validate(stream.envelopes[0])
        assert (envelope.event_type, envelope.tenant_id) == ("property.updated", world.north)


async def test_a_stream_shows_its_own_tenant_and_property_only(
    app: FastAPI, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    barn, southern = world.add_property(), world.add_property(world.south)
    headers = await sign_in("viewer")
    async with (
        streaming(app, headers) as everything,
        streaming(app, headers, f"/v1/properties/{house}/stream") as one,
        streaming(app, await sign_in("viewer", "south")) as south,
    ):
        a, b, c = world.happen(house), world.happen(barn), world.happen(southern, world.south)
        last = world.happen(house)
        assert await everything.until(3) == a + b + last
        assert await one.until(2) == a + last
        assert await south.until(1) == c


async def test_after_an_interruption_nothing_is_lost_or_doubled(
    app: FastAPI, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    headers = await sign_in("viewer")
    async with streaming(app, headers) as stream:
        told = world.happen(house, count=5)
        await stream.until(5)
    told += world.happen(house, count=1200)
    async with streaming(app, headers, last_event_id=str(told[2])) as stream:
        told += world.happen(house, count=3)
        assert await stream.until(1205) == told[3:]


async def test_reconnecting_while_events_pour_in_loses_and_doubles_nothing(
    app: FastAPI, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    headers = await sign_in("viewer")
    [start] = world.happen(house)
    told: list[int] = []

    async def pour() -> None:
        for _ in range(40):
            told.extend(await asyncio.to_thread(world.happen, house, None, 5))

    pouring = asyncio.create_task(pour())
    heard: list[int] = []
    while len(heard) < 200:
        last = heard[-1] if heard else start
        async with streaming(app, headers, last_event_id=str(last)) as stream:
            heard += await stream.until(min(7, 200 - len(heard)))
    await pouring
    assert heard == told


async def test_a_burst_that_overflows_the_buffer_is_read_from_the_log_instead(
    sign_in: "SignIn", world: "World", house: UUID
) -> None:
    headers = await sign_in("viewer")
    async with serving(world, stream_buffer=10) as app, streaming(app, headers) as stream:
        told = world.happen(house, count=700)
        assert await stream.until(700) == told
        told += world.happen(house, count=3)
        assert await stream.until(703) == told


async def test_a_client_that_stops_reading_is_let_go(
    app: FastAPI, sign_in: "SignIn", world: "World", house: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with streaming(app, await sign_in("viewer")) as stream:
        monkeypatch.setattr("reos_api.events.stream._PATIENCE_SECONDS", 0.1)
        stream.reading.clear()
        world.happen(house)
        await asyncio.wait_for(asyncio.shield(stream.task), 10)
    assert app.state.services.relay.listeners == 0


async def test_a_place_beyond_the_end_of_the_log_continues_at_the_end(
    app: FastAPI, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    [end] = world.happen(house)
    async with streaming(app, await sign_in("viewer"), last_event_id="999999") as stream:
        assert stream.opening == f"retry: 2000\nid: {end}"
        told = world.happen(house)
        assert await stream.until(1) == told


async def test_a_last_event_id_that_is_no_place_is_refused(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    for value in ("x", "-1", "1.5", str(2**63)):
        answer = await client.get(EVERYTHING, headers={**await sign_in("viewer"), "last-event-id": value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "header.Last-Event-ID")


async def test_a_client_that_leaves_is_let_go(app: FastAPI, sign_in: "SignIn") -> None:
    relay, gauge = app.state.services.relay, app.state.services.metrics.streams
    async with streaming(app, await sign_in("viewer")):
        assert (relay.listeners, gauge._value.get()) == (1, 1)
    assert (relay.listeners, gauge._value.get()) == (0, 0)


@asynccontextmanager
async def serving(world: "World", **limits: float) -> AsyncIterator[FastAPI]:
    quick = ApiSettings(testing=True, bcrypt_rounds=4, stream_poll_seconds=0.05, **limits)
    app = create_app(world.settings, quick, clock=world.clock)
    async with app.router.lifespan_context(app):
        yield app


async def test_an_idle_stream_is_kept_alive_and_ends_after_its_lifetime(sign_in: "SignIn", world: "World") -> None:
    headers = await sign_in("viewer")
    async with serving(world, stream_heartbeat_seconds=0.1, stream_lifetime_seconds=0.35) as app:
        async with streaming(app, headers) as stream:
            await asyncio.wait_for(asyncio.shield(stream.task), 10)
        assert stream.text.count(": still here") >= 3
        assert stream.text.endswith(": please reconnect\n\n")


async def test_a_stream_ends_with_the_access_token(app: FastAPI, sign_in: "SignIn", world: "World") -> None:
    headers = await sign_in("viewer")
    world.later(minutes=29, seconds=59.8)
    async with streaming(app, headers) as stream:
        await asyncio.wait_for(asyncio.shield(stream.task), 10)
    assert stream.text.endswith(": please reconnect\n\n")


async def test_a_full_server_says_so_as_a_problem(sign_in: "SignIn", world: "World") -> None:
    headers = await sign_in("viewer")
    async with serving(world, stream_clients=1) as app, streaming(app, headers), streaming(app, headers) as second:
        assert (second.status, json.loads(second.text)["code"]) == (503, "unavailable")


async def test_streams_end_when_the_server_stops(sign_in: "SignIn", world: "World") -> None:
    headers = await sign_in("viewer")
    async with serving(world) as app:
        stream = Stream(app, EVERYTHING, headers)
        await stream.opened()
    await asyncio.wait_for(stream.task, 10)
    assert stream.text.endswith(": please reconnect\n\n")


async def test_a_property_that_is_not_there_is_not_streamed(app: FastAPI, sign_in: "SignIn") -> None:
    async with streaming(app, await sign_in("viewer"), f"/v1/properties/{UUID(int=9)}/stream") as stream:
        assert stream.status == 404


async def test_the_timeline_shows_the_newest_first_in_pages(
    client: httpx.AsyncClient, sign_in: "SignIn", world: "World", house: UUID
) -> None:
    told = world.happen(house, count=5)
    headers = await sign_in("viewer")
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        query = f"?limit=2&cursor={cursor}" if cursor else "?limit=2"
        answer = await client.get(f"/v1/properties/{house}/timeline{query}", headers=headers)
        page = TimelinePage.model_validate_json(answer.content)
        seen += [item.seq for item in page.items]
        cursor = page.next_cursor
    assert seen == told[::-1]
    assert answer.json()["items"][0]["timestamp"].endswith("Z")


async def test_a_timeline_cursor_that_is_invented_is_refused(
    client: httpx.AsyncClient, sign_in: "SignIn", house: UUID
) -> None:
    for cursor in ("x", "WyJzZXEiLCJhIl0", encode_cursor("seq", "9" * 19), encode_cursor("seq", "9" * 40)):
        path = f"/v1/properties/{house}/timeline?cursor={cursor}"
        assert (await client.get(path, headers=await sign_in("viewer"))).status_code == 422
