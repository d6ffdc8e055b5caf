"""Start and stop of one API process: connections, the self-check of the role, the relay, and the recorder."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import anyio.to_thread
from fastapi import FastAPI

from reos.core.clock import Clock
from reos.core.settings import Settings
from reos.identity import passwords
from reos.identity.access_tokens import AccessTokens
from reos.identity.keyring import KeyRing
from reos.timeline.relay import Relay
from reos.timeline.wakeups import follow
from reos_api.decisions import DecisionLog
from reos_api.events.log import PostgresLog
from reos_api.metrics import ApiMetrics
from reos_api.pools import Pools, open_pools
from reos_api.services import Services
from reos_api.sessions import SessionGate
from reos_api.settings import ApiSettings

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def lifespan_of(settings: Settings, api: ApiSettings, clock: Clock, metrics: ApiMetrics) -> Lifespan:
    """Return the lifespan; building it refuses weak keys, entering it refuses an unsafe role (`ConfigurationError`)."""
    keys = KeyRing.parse(settings.required("jwt_keys"))
    tokens = AccessTokens(keys, settings.jwt_issuer, settings.jwt_audience, clock)
    url = settings.required("db_app_url")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            pools = await stack.enter_async_context(open_pools(url, api))
            running = _assemble(settings, api, clock, keys, tokens, metrics, pools)
            app.state.services = running
            await running.relay.start()
            await stack.enter_async_context(_background(running))
            await anyio.to_thread.run_sync(passwords.prepare, api.bcrypt_rounds)
            gc.collect()
            gc.freeze()  # what lives as long as the process is never scanned again: p99 falls by half and more
            yield
            gc.unfreeze()

    return lifespan


def _assemble(
    settings: Settings,
    api: ApiSettings,
    clock: Clock,
    keys: KeyRing,
    tokens: AccessTokens,
    metrics: ApiMetrics,
    pools: Pools,
) -> Services:
    relay = Relay(
        PostgresLog(pools),
        poll_seconds=api.stream_poll_seconds,
        max_listeners=api.stream_clients,
        buffer=api.stream_buffer,
    )
    decisions = DecisionLog(pools, clock)
    sessions = SessionGate(tokens, pools, api.session_check_seconds)
    return Services(settings, api, clock, keys, tokens, metrics, pools, relay, decisions, sessions)


@asynccontextmanager
async def _background(app: Services) -> AsyncIterator[None]:
    jobs: list[Any] = [app.relay.run(), app.decisions.run()]
    if app.redis_url is not None:
        jobs.append(follow(app.redis_url, app.relay.wake))
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        app.relay.close()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await app.decisions.flush()
