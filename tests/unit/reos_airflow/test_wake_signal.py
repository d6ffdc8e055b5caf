import asyncio
import socket
import time

from reos_airflow.wake_signal import WakeSignal


def waited(signal: WakeSignal, seconds: float) -> float:
    async def once() -> float:
        started = time.monotonic()
        await signal.wait(seconds)
        await signal.aclose()
        return time.monotonic() - started

    return asyncio.run(once())


def test_without_redis_it_is_a_sleep() -> None:
    assert 0.05 <= waited(WakeSignal(None), 0.05) < 0.5


def test_a_redis_that_does_not_answer_is_a_sleep_too() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        url = f"redis://127.0.0.1:{reserved.getsockname()[1]}/0"
        assert 0.1 <= waited(WakeSignal(url), 0.1) < 1.0


def test_closing_twice_is_harmless() -> None:
    signal = WakeSignal(None)
    asyncio.run(signal.aclose())
    asyncio.run(signal.aclose())
