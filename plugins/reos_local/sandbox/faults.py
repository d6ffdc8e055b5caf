"""Faults to order: what goes wrong between us and a provider, switched on and off while the sandbox runs.

A middleware in front of the providers alters some of their answers: late, refused, cut off, malformed, with other
field names, or with an error inside a success. Which requests are hit follows from the seed and the request count, so
that a test repeats.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reos_local.sandbox.draws import Draws

PROVIDERS = ("county", "attom", "census")
_DRIFT = {
    "county": (b'"SQFT_TOT_LIVING"', b'"SQFT_LIVING_TOTAL"'),
    "attom": (b'"building"', b'"structure"'),
    "census": (b'"addressMatches"', b'"matches"'),
}
_INNER = "Layer query encountered an error: java.lang.RuntimeException: Failed to return"
_ERROR_IN_200: dict[str, object] = {
    "census": {"result": {"input": {}, "addressMatches": [{"status": _INNER}]}},
    "county": {"error": {"code": 500, "message": "Unable to complete operation.", "details": []}},
    "attom": {"status": {"version": "1.0.0", "code": 400, "msg": "SuccessWithoutResult", "total": 0}, "property": []},
}


class Fault(BaseModel):
    """One fault: its kind, the share of requests it hits, and after how many it stops by itself."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["latency", "429", "500", "cut", "malformed", "schema_drift", "error_in_200"]
    rate: float = Field(default=1.0, ge=0, le=1)
    latency_ms: int = Field(default=0, ge=0, le=120_000)
    count: int | None = Field(default=None, ge=1)


@dataclass
class FaultSwitch:
    """The faults that are on, one a provider, and how often each provider was asked."""

    seed: int
    active: dict[str, Fault] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PROVIDERS, 0))

    def next_fault(self, provider: str) -> Fault | None:
        """Count a request and return the fault that hits it, if any; a fault that has run its count goes off."""
        self.requests[provider] += 1
        fault = self.active.get(provider)
        if fault is None or not Draws(self.seed, provider).chance(f"fault.{self.requests[provider]}", fault.rate):
            return None
        if fault.count == 1:
            del self.active[provider]
        elif fault.count is not None:
            self.active[provider] = fault.model_copy(update={"count": fault.count - 1})
        return fault


async def _reply(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    length = (b"content-length", str(len(body)).encode())
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [(b"content-type", b"application/json"), length, *headers],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})


class _Recorder:
    """Keeps an application's answer instead of sending it."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")


class FaultMiddleware:
    """Applies the switch to requests whose path starts with a provider's name."""

    def __init__(self, app: ASGIApp, switch: FaultSwitch) -> None:
        self.app = app
        self.switch = switch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, altered by the fault that hits it."""
        provider = scope["path"].split("/")[1] if scope["type"] == "http" else ""
        fault = self.switch.next_fault(provider) if provider in PROVIDERS else None
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "latency":
            await asyncio.sleep(fault.latency_ms / 1000)
            await self.app(scope, receive, send)
        elif fault.kind in ("429", "500", "error_in_200"):
            await _refuse(provider, fault, send)
        else:
            await self._distort(provider, fault, scope, receive, send)

    async def _distort(self, provider: str, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Recorder()
        await self.app(scope, receive, answer.send)
        if fault.kind == "schema_drift":
            await _reply(send, answer.status, answer.body.replace(*_DRIFT[provider]))
            return
        half = answer.body[: max(1, len(answer.body) // 2)]
        if fault.kind == "malformed":
            await _reply(send, answer.status, half)
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        # returning before the promised length makes the server drop the connection


async def _refuse(provider: str, fault: Fault, send: Send) -> None:
    if fault.kind == "429":
        body = orjson.dumps({"status": {"version": "1.0.0", "code": 429, "msg": "Too Many Requests", "total": 0}})
        await _reply(send, 429, body, (b"retry-after", b"1"))
    elif fault.kind == "500":
        await _reply(send, 500, b'{"message":"Internal Server Error"}')
    else:
        await _reply(send, 200, orjson.dumps(_ERROR_IN_200[provider]))
