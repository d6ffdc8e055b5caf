import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from reos.core.errors import UnavailableError
from reos.timeline.frames import Frame
from reos.timeline.relay import Listener, Relay

NORTH, SOUTH = UUID(int=1), UUID(int=2)
HOUSE, BARN = UUID(int=3), UUID(int=4)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class FakeLog:
    """A log in memory; `before_read` runs inside a read, as another task would."""

    frames: list[tuple[UUID, Frame]] = field(default_factory=list)
    fails: bool = False
    reads: int = 0

    def append(self, *seqs: int, tenant: UUID = NORTH, house: UUID = HOUSE) -> None:
        self.frames += [(tenant, Frame(seq, house, b"%d" % seq)) for seq in seqs]

    async def head(self) -> int:
        await asyncio.sleep(0)
        if self.fails:
            raise UnavailableError("down")
        return max((frame.seq for _, frame in self.frames), default=0)

    async def read(
        self, tenant_id: UUID, after: int, head: int, *, property_id: UUID | None = None, limit: int = 500
    ) -> list[Frame]:
        await asyncio.sleep(0)
        self.reads += 1
        mine = [frame for tenant, frame in self.frames if tenant == tenant_id and after < frame.seq <= head]
        return [frame for frame in mine if property_id in {None, frame.property_id}][:limit]


def seqs(frames: Iterable[Frame]) -> list[int]:
    return [frame.seq for frame in frames]


async def taken(listener: Listener) -> list[int]:
    return seqs(await listener.take(0.01))


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_listener_hears_what_comes_after_it_joined_once_and_in_order() -> None:
    log = FakeLog()
    log.append(1, 2)
    relay = Relay(log)
    await relay.start()
    async with relay.listening(NORTH, None) as listener:
        log.append(3, 4)
        await relay.tick()
        await relay.tick()
        assert listener.joined_at == 2
        assert await taken(listener) == [3, 4]
        assert await taken(listener) == []


async def test_a_listener_hears_its_own_tenant_and_property_only() -> None:
    log = FakeLog()
    relay = Relay(log)
    await relay.start()
    async with (
        relay.listening(NORTH, None) as everything,
        relay.listening(NORTH, BARN) as barn,
        relay.listening(SOUTH, None) as south,
    ):
        log.append(1)
        log.append(2, house=BARN)
        log.append(3, tenant=SOUTH)
        await relay.tick()
        assert [await taken(one) for one in (everything, barn, south)] == [[1, 2], [2], [3]]


async def test_nothing_is_read_while_nobody_listens_or_nothing_is_new() -> None:
    log = FakeLog()
    log.append(1)
    relay = Relay(log)
    await relay.tick()
    async with relay.listening(NORTH, None):
        await relay.tick()
    assert (log.reads, relay.listeners) == (0, 0)


async def test_one_who_joins_while_the_log_is_read_misses_nothing_after_its_place() -> None:
    log = FakeLog()
    relay = Relay(log)
    await relay.start()
    async with relay.listening(NORTH, None) as early:
        log.append(1)
        tick = asyncio.create_task(relay.tick())
        await asyncio.sleep(0)
        async with relay.listening(SOUTH, None) as late, relay.listening(NORTH, None) as beside:
            await tick
            log.append(2)
            log.append(3, tenant=SOUTH)
            await relay.tick()
            assert await taken(early) == [1, 2]
            assert await taken(late) == [3]
            assert [seq for seq in await taken(beside) if seq > beside.joined_at] == [1, 2]


async def test_a_tenant_that_leaves_during_the_read_is_forgotten() -> None:
    log = FakeLog()
    relay = Relay(log)
    await relay.start()
    async with relay.listening(NORTH, None):
        log.append(1)
        tick = asyncio.create_task(relay.tick())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await tick
    assert relay.listeners == 0


async def test_a_long_backlog_is_read_in_pages() -> None:
    log = FakeLog()
    relay = Relay(log, buffer=2000)
    await relay.start()
    async with relay.listening(NORTH, None) as listener:
        log.append(*range(1, 1202))
        await relay.tick()
        assert await taken(listener) == list(range(1, 1202))
        assert log.reads == 3


async def test_replay_returns_what_was_missed_up_to_the_head_in_pages() -> None:
    log = FakeLog()
    log.append(*range(1, 1003))
    log.append(2000, house=BARN)
    relay = Relay(log)
    async with relay.listening(NORTH, HOUSE) as listener:
        pages = [seqs(page) async for page in relay.replay(listener, 1, 1001)]
        assert [len(page) for page in pages] == [500, 500]
        assert [seq for page in pages for seq in page] == list(range(2, 1002))
        assert [page async for page in relay.replay(listener, 1002, 2000)] == []


async def test_replay_stops_when_the_client_has_left() -> None:
    log = FakeLog()
    log.append(*range(1, 1003))
    relay = Relay(log)
    async with relay.listening(NORTH, None) as listener:
        pages = 0
        async for _page in relay.replay(listener, 0, 1002):
            pages += 1
            listener.dismiss()
        assert pages == 1


async def test_one_that_lags_too_far_behind_gets_nothing_until_it_listens_again() -> None:
    log = FakeLog()
    relay = Relay(log, buffer=3)
    await relay.start()
    async with relay.listening(NORTH, None) as slow:
        log.append(1, 2, 3)
        await relay.tick()
        assert not slow.behind
        log.append(4, 5)
        await relay.tick()
        assert slow.behind
        assert await slow.take(60) == []
        slow.resume()
        log.append(6)
        await relay.tick()
        assert await taken(slow) == [6]


async def test_a_full_server_refuses_the_next_stream() -> None:
    relay = Relay(FakeLog(), max_listeners=1)
    async with relay.listening(NORTH, None):
        with pytest.raises(UnavailableError, match="streams"):
            async with relay.listening(SOUTH, None):
                pytest.fail("joined")
    async with relay.listening(SOUTH, None) as listener:
        assert listener.tenant_id == SOUTH


async def test_a_wake_up_is_heard_at_once_and_without_one_the_poll_comes() -> None:
    log = FakeLog()
    relay = Relay(log, poll_seconds=60)
    await relay.start()
    async with relay.listening(NORTH, None) as listener, running(relay):
        log.append(1)
        relay.wake()
        assert seqs(await listener.take(5)) == [1]
    polling = Relay(log, poll_seconds=0.01)
    async with polling.listening(NORTH, None) as listener, running(polling):
        log.append(2)
        assert seqs(await listener.take(5)) == [1, 2]


async def test_a_log_that_fails_is_asked_again_and_nobody_loses_their_place() -> None:
    log = FakeLog()
    relay = Relay(log, poll_seconds=0.01)
    await relay.start()
    async with relay.listening(NORTH, None) as listener, running(relay):
        log.fails = True
        log.append(1)
        await asyncio.sleep(0.05)
        assert await taken(listener) == []
        log.fails = False
        assert seqs(await listener.take(5)) == [1]


async def test_closing_dismisses_everybody() -> None:
    relay = Relay(FakeLog())
    async with relay.listening(NORTH, None) as one, relay.listening(SOUTH, None) as other:
        relay.close()
        assert one.gone
        assert other.gone
        assert await one.take(60) == []
