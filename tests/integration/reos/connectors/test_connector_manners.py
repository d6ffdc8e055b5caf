"""What every connector owes its provider and us: it waits as it was asked to, and never lets a key be read."""

import logging
import traceback

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from tests.integration.reos.connectors.every_connector import (
    HOUSE,
    NOW,
    SECRET,
    SOURCES,
    Wire,
    ask,
    connected,
    settings,
)

from reos.connectors.errors import ErrorKind
from reos.core.settings import Settings

QUOTED = httpx.QueryParams({"k": SECRET})["k"], str(httpx.QueryParams({"k": SECRET})).removeprefix("k=")
KEYED = frozenset(SOURCES) - connected(Settings())
ECHO = {"status": {"msg": f"Invalid key {SECRET}", "code": 401}, "message": f"Invalid key {SECRET}", "token": SECRET}


def whole(request: httpx.Request) -> str:
    return f"{request.url} {dict(request.headers)} {request.content.decode(errors='replace')}"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "Tue, 24 Nov 2026 12:00:04 GMT"}, 4.0),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 5)}, 5.0),
        ({"RateLimit-Reset": "6"}, 6.0),
    ],
)
def test_it_waits_as_long_as_it_was_asked_to(source, headers, wait):
    wire = Wire([httpx.Response(429, headers=headers)])
    result = ask(wire, source)
    assert wire.waits
    assert set(wire.waits) == {wait}
    error = result.failed[HOUSE.property_id]
    assert (error.kind, error.retry_after, error.provider_wide) == (ErrorKind.RATE_LIMITED, wait, True)
    assert sum(call.cost for call in result.calls) == 0


@pytest.mark.parametrize("source", SOURCES)
def test_a_wish_that_takes_too_long_ends_the_tries(source):
    wire = Wire([httpx.Response(503, headers={"Retry-After": "3600"})])
    result = ask(wire, source)
    assert (len(wire.requests), wire.waits) == (1, [])
    assert result.failed[HOUSE.property_id].retry_after == 3600


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(401, json=ECHO),
        httpx.Response(403, json=ECHO),
        httpx.Response(400, json=ECHO),
        httpx.Response(404, text=f"no such page, key={SECRET}"),
        httpx.Response(429, json=ECHO),
        httpx.Response(500, text=SECRET),
        httpx.Response(302, headers={"location": f"https://elsewhere.test/?token={SECRET}"}),
        httpx.Response(200, text=f"<html>{SECRET}</html>"),
        httpx.Response(200, json={"error": {"code": 498, "message": f"Invalid token {SECRET}"}, **ECHO}),
    ],
    ids=lambda answer: str(getattr(answer, "status_code", type(answer).__name__)),
)
def test_no_error_no_ledger_entry_and_no_log_line_has_the_key(source, answer, caplog):
    caplog.set_level(logging.DEBUG)
    wire = Wire([answer])
    with capture_logs() as lines:
        result = ask(wire, source)
    shown = [repr(result), repr(lines), caplog.text, *(str(call.error) for call in result.calls)]
    for error in result.failed.values():
        shown += [str(error), repr(error), repr(error.context), "".join(traceback.format_exception(error))]
    carried = any(form in text for form in QUOTED for text in map(whole, wire.requests))
    assert carried == (source in KEYED)  # nobody else's provider ever gets it, nor can quote it
    for text in shown if carried else ():
        assert not any(form in text for form in QUOTED), text


@pytest.mark.parametrize("source", sorted(KEYED))
@pytest.mark.parametrize("key", ["k3y-0123456789\n", "k3y-0123456789é", "k3y-0123\r\nHost: evil.test"])
def test_a_key_with_a_character_too_many_is_an_error_that_does_not_quote_it(source, key, caplog):
    given = settings()
    names = [name for name in Settings.model_fields if name.endswith(("_api_key", "_token"))]
    given = given.model_copy(update=dict.fromkeys(names, SecretStr(key)))
    wire = Wire([httpx.LocalProtocolError(f"Illegal header value {key.encode()!r}")])
    result = ask(wire, source, given=given)
    error = result.failed[HOUSE.property_id]
    shown = [repr(result), caplog.text, str(error), "".join(traceback.format_exception(error))]
    assert not any("k3y-0123" in text for text in shown), shown


@pytest.mark.parametrize("source", SOURCES)
def test_a_connector_does_not_show_its_key(source):
    wire = Wire([httpx.Response(404)])
    ask(wire, source)
    assert SECRET not in repr(wire.egress())
    for request in wire.requests:
        assert "authorization" not in request.headers or SECRET in request.headers["authorization"]
