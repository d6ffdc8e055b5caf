"""Faults to order: what goes wrong between us and a provider, switched on and off while the sandbox runs.

A middleware in front of the providers alters some of their answers: late, refused, cut off, dripping, malformed, with
other names, or with an error inside a success. Which requests are hit follows from the seed and the request count, so
that a test repeats.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reos_local.sandbox.draws import Draws
from reos_local.sandbox.fault_words import JSON, PROVIDERS, Words, malformed, provider_of, words_of

__all__ = ["PROVIDERS", "Fault", "FaultMiddleware", "FaultSwitch"]

_DRIP_MS = 500


class Fault(BaseModel):
    """One fault: its kind, the share of requests it hits, and after how many it stops by itself.

    `latency_ms` is the delay of `latency`, and the pause between two bytes of `drip` (500 unless said);
    `retry_after_s` is what a 429 asks for. With `path` it hits only requests whose path has this text in it.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["latency", "429", "500", "cut", "drip", "malformed", "schema_drift", "error_in_200"]
    rate: float = Field(default=1.0, ge=0, le=1)
    latency_ms: int = Field(default=0, ge=0, le=120_000)
    retry_after_s: int = Field(default=1, ge=0, le=86_400)
    count: int | None = Field(default=None, ge=1)
    path: str = Field(default="", max_length=200)


@dataclass
class FaultSwitch:
    """The faults that are on, one a provider, and how often each provider was asked."""

    seed: int
    active: dict[str, Fault] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PROVIDERS, 0))

    def next_fault(self, provider: str, path: str) -> Fault | None:
        """Count a request and return the fault that hits it, if any; a fault that has run its count goes off."""
        self.requests[provider] += 1
        fault = self.active.get(provider)
        if fault is None or fault.path not in path:
            return None
        if not Draws(self.seed, provider).chance(f"fault.{self.requests[provider]}", fault.rate):
            return None
        if fault.count == 1:
            del self.active[provider]
        elif fault.count is not None:
            self.active[provider] = fault.model_copy(update={"count": fault.count - 1})
        return fault


class _Recorder:
    """Keeps an application's answer instead of sending it."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [each for each in message["headers"] if each[0] != b"content-length"]
        else:
            self.body += message.get("body", b"")


class FaultMiddleware:
    """Applies the switch to requests below a provider's prefix.

    Except for refusals the provider does its work, and sells its record, whether or not the answer arrives.
    """

    def __init__(self, app: ASGIApp, switch: FaultSwitch) -> None:
        self.app = app
        self.switch = switch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, altered by the fault that hits it."""
        provider = provider_of(scope["path"]) if scope["type"] == "http" else None
        fault = self.switch.next_fault(provider, scope["path"]) if provider else None
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "latency":
            await asyncio.sleep(fault.latency_ms / 1000)
            await self.app(scope, receive, send)
        elif fault.kind in ("429", "500", "error_in_200"):
            await _refuse(words_of(scope["path"]), fault, send)
        else:
            await self._distort(fault, scope, receive, send)

    async def _distort(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Recorder()
        await self.app(scope, receive, answer.send)
        if fault.kind == "schema_drift":
            await _reply(send, answer, words_of(scope["path"]).drifted(answer.body))
        elif fault.kind == "malformed":
            await _reply(send, answer, malformed(answer.body))
        else:
            await _start(send, answer, len(answer.body))
            if fault.kind == "drip":
                await _drip(answer.body, (fault.latency_ms or _DRIP_MS) / 1000, receive, send)
            else:
                half = answer.body[: max(1, len(answer.body) // 2)]
                await send({"type": "http.response.body", "body": half, "more_body": True})
                # returning before the promised length makes the server drop the connection


async def _refuse(words: Words, fault: Fault, send: Send) -> None:
    answer = _Recorder()
    media_type = words.media_type if fault.kind == "error_in_200" else JSON
    answer.headers = [(b"content-type", media_type.encode())]
    if fault.kind == "429":
        answer.status = 429
        answer.headers.append((b"retry-after", str(fault.retry_after_s).encode()))
        await _reply(send, answer, words.too_many)
    elif fault.kind == "500":
        answer.status = 500
        await _reply(send, answer, b'{"message":"Internal Server Error"}')
    else:
        await _reply(send, answer, words.error)


async def _reply(send: Send, answer: _Recorder, body: bytes) -> None:
    await _start(send, answer, len(body))
    await send({"type": "http.response.body", "body": body})


async def _start(send: Send, answer: _Recorder, length: int) -> None:
    headers = [*answer.headers, (b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})


async def _drip(body: bytes, pause_s: float, receive: Receive, send: Send) -> None:
    """Send byte after byte, until the last one or until nobody listens any more."""
    gone = asyncio.ensure_future(_gone(receive))
    try:
        for position in range(len(body)):
            more = position + 1 < len(body)
            await send({"type": "http.response.body", "body": body[position : position + 1], "more_body": more})
            if more and (await asyncio.wait({gone}, timeout=pause_s))[0]:
                return
    finally:
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
