import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from reos.connectors.egress import EgressPolicy, EgressRequest
from reos.connectors.errors import (
    EgressRefusedError,
    ErrorKind,
    InvalidRequestError,
    ProviderUnavailableError,
    RateLimitedError,
)
from reos.connectors.guard import Destination
from reos.connectors.retry import RetryRule

URL = "https://api.acme.test/v1/parcels"
GET = EgressRequest("GET", URL)
OK = httpx.Response(200, json={"ok": True})


class Stream(httpx.AsyncByteStream):
    """A body that comes in pieces and may break off."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            self.sent += 1
            yield piece


class Dripping(httpx.AsyncByteStream):
    """A body that comes so slowly that no read times out and nobody sees its end."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)


def test_an_answer_is_returned_whole(wire) -> None:
    wire.answers = [httpx.Response(200, text="hello", headers={"X-Thing": "1"})]
    response = wire.send(EgressRequest("GET", URL, params={"a": "b c"}))
    assert (response.status, response.body, response.headers["x-thing"]) == (200, b"hello", "1")
    assert wire.requests[0].url.query == b"a=b+c"


def test_a_form_is_posted(wire) -> None:
    wire.answers = [OK]
    wire.send(EgressRequest("POST", URL, form={"where": "APN IN ('1')"}))
    assert wire.requests[0].content == b"where=APN+IN+%28%271%27%29"


def test_the_connection_goes_to_the_address_that_was_checked(wire) -> None:
    wire.answers = [OK]
    wire.send(GET)
    (sent,) = wire.requests
    assert sent.url.host == "93.184.216.34"
    assert sent.headers["host"] == "api.acme.test"
    assert sent.extensions["sni_hostname"] == "api.acme.test"
    assert wire.resolved == ["api.acme.test:443"]


def test_a_name_that_rebinds_is_caught_at_the_next_request_and_never_connected_to(wire) -> None:
    wire.answers = [httpx.Response(500), OK]
    wire.addresses = [["93.184.216.34"], ["127.0.0.1"]]
    with pytest.raises(EgressRefusedError, match=r"127\.0\.0\.1"):
        wire.send(GET)
    assert [request.url.host for request in wire.requests] == ["93.184.216.34"]


def test_the_next_address_is_tried_when_one_refuses(wire) -> None:
    wire.answers = [httpx.ConnectError("refused"), OK]
    wire.addresses = [["2606:2800:220:1::1", "93.184.216.34"]]
    assert wire.send(GET).status == 200
    assert [request.url.host for request in wire.requests] == ["2606:2800:220:1::1", "93.184.216.34"]
    assert wire.waits == []


def test_each_host_has_connections_of_its_own(wire) -> None:
    wire.answers = [OK]
    places = (Destination.below("https://one.test/"), Destination.below("https://two.test/"))

    async def both() -> None:
        async with wire.egress() as egress:
            for host in ("one", "two", "one"):
                asked = EgressRequest("GET", f"https://{host}.test/")
                await egress.send(EgressPolicy("acme", places), asked, lambda response: response)

    asyncio.run(both())
    assert wire.transports == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_and_is_not_followed(wire, status: int) -> None:
    wire.answers = [httpx.Response(status, headers={"location": "http://169.254.169.254/latest"})]
    with pytest.raises(EgressRefusedError, match="redirect"):
        wire.send(GET)
    assert len(wire.requests) == 1


def test_nothing_is_sent_to_a_place_that_is_not_on_the_list(wire) -> None:
    wire.answers = [OK]
    for url in ("https://evil.test/v1", "file:///etc/passwd", "http://127.0.0.1:5432/v1"):
        with pytest.raises(EgressRefusedError):
            wire.send(EgressRequest("GET", url))
    assert wire.requests == []
    assert wire.resolved == []


def test_an_oversized_body_is_cut_off_while_it_comes(wire) -> None:
    stream = Stream(*[b"x" * 100] * 50)
    wire.answers = [httpx.Response(200, stream=stream)]
    with pytest.raises(ProviderUnavailableError, match="more than 1000 bytes"):
        wire.send(GET, max_bytes=1000, retry=RetryRule(attempts=1))
    assert stream.sent == 11


def test_a_small_body_that_inflates_is_cut_off(wire) -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    wire.answers = [httpx.Response(200, content=bomb, headers={"content-encoding": "gzip"})]
    with pytest.raises(ProviderUnavailableError, match="more than"):
        wire.send(GET, max_bytes=1_000_000, retry=RetryRule(attempts=1))


def test_an_encoding_that_was_not_asked_for_is_not_decoded(wire) -> None:
    wire.answers = [httpx.Response(200, stream=Stream(b"?"), headers={"content-encoding": "zstd"})]
    with pytest.raises(ProviderUnavailableError, match="encoding"):
        wire.send(GET, retry=RetryRule(attempts=1))


def test_an_answer_that_drips_is_given_up(wire) -> None:
    class Drip(Stream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0.005)
                yield b"."

    wire.answers = [httpx.Response(200, stream=Drip())]
    with pytest.raises(ProviderUnavailableError, match=r"no complete answer within 0\.05 s"):
        wire.send(GET, attempt_s=0.05, retry=RetryRule(attempts=1))


@pytest.mark.parametrize(
    "first",
    [
        httpx.Response(500),
        httpx.Response(502),
        httpx.Response(408),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(200, stream=Stream(b"{", httpx.ReadError("cut"))),
    ],
    ids=["500", "502", "408", "read-timeout", "connect", "protocol", "cut-body"],
)
def test_what_passes_is_tried_again_with_growing_waits(wire, first: httpx.Response | Exception) -> None:
    wire.answers = [first, httpx.Response(503), OK]
    assert wire.send(GET).status == 200
    assert wire.waits == [0.5, 1.0]


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 422])
def test_other_answers_are_the_connectors_to_judge(wire, status: int) -> None:
    wire.answers = [httpx.Response(status)]
    assert wire.send(GET).status == status
    assert wire.waits == []


def test_the_providers_wish_sets_the_wait(wire) -> None:
    wire.answers = [
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(503, headers={"Retry-After": "Tue, 24 Nov 2026 12:00:09 GMT"}),
        OK,
    ]
    assert wire.send(GET).status == 200
    assert wire.waits == [7.0, 9.0]


def test_a_wish_beyond_the_patience_ends_the_tries_at_once(wire) -> None:
    wire.answers = [httpx.Response(429, headers={"Retry-After": "3600"})]
    with pytest.raises(RateLimitedError) as limited:
        wire.send(GET)
    assert limited.value.retry_after == 3600
    assert (len(wire.requests), wire.waits) == (1, [])


def test_the_number_of_tries_is_bounded(wire) -> None:
    wire.answers = [httpx.Response(500)]
    with pytest.raises(ProviderUnavailableError) as down:
        wire.send(GET, retry=RetryRule(attempts=4))
    assert len(wire.requests) == 4
    assert (down.value.kind, down.value.http_status, down.value.billed) == (ErrorKind.UNAVAILABLE, 500, 0)


def test_a_lost_answer_that_is_billed_is_not_asked_for_again(wire) -> None:
    wire.answers = [httpx.Response(200, stream=Stream(b"{", httpx.ReadError("cut"))), OK]
    with pytest.raises(ProviderUnavailableError) as lost:
        wire.send(GET, bills_answers=True)
    assert (lost.value.billed, len(wire.requests)) == (1, 1)


@pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), httpx.ReadError("cut"), httpx.RemoteProtocolError("cut")])
def test_an_answer_that_never_came_may_be_billed_so_it_counts_and_is_not_asked_for_again(wire, error) -> None:
    wire.answers = [error, OK]
    with pytest.raises(ProviderUnavailableError) as lost:
        wire.send(replace(GET, most_records=20), bills_answers=True)
    assert (lost.value.billed, lost.value.http_status, len(wire.requests)) == (20, None, 1)


@pytest.mark.parametrize("first", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.Response(503)])
def test_a_failure_before_the_work_costs_nothing_and_is_tried_again(wire, first) -> None:
    wire.answers = [first, OK]
    assert wire.send(GET, bills_answers=True).status == 200


def test_an_answer_that_drips_is_a_lost_one(wire) -> None:
    wire.answers = [httpx.Response(200, stream=Dripping()), OK]
    with pytest.raises(ProviderUnavailableError, match=r"within 0\.05 s") as lost:
        wire.send(GET, bills_answers=True, attempt_s=0.05)
    assert (lost.value.billed, lost.value.http_status, len(wire.requests)) == (1, 200, 1)


def test_an_error_that_the_reader_finds_follows_the_same_rules(wire) -> None:
    wire.answers = [httpx.Response(400)]

    def read(_: object) -> None:
        raise InvalidRequestError("wrong column", provider="acme")

    with pytest.raises(InvalidRequestError):
        asyncio.run(wire.egress().send(EgressPolicy("acme", (Destination.below(URL),)), GET, read))
    assert len(wire.requests) == 1


@pytest.fixture
def every_log_line(caplog, monkeypatch):
    """All of our lines and of httpx's, whatever a library has configured in this process before."""
    structlog.reset_defaults()
    for name, value in (("disabled", False), ("propagate", True)):
        monkeypatch.setattr(logging.getLogger("httpx"), name, value)
    caplog.set_level(logging.DEBUG, logger="httpx")
    return caplog


def test_no_secret_is_in_an_error_or_a_log_line(wire, every_log_line) -> None:
    secret = "t0p-s3cret-key"
    wire.answers = [httpx.ConnectError(f"cannot reach https://api.acme.test/v1?x={secret}"), httpx.Response(500)]
    request = EgressRequest("GET", URL, params={"token": secret}, headers={"apikey": secret})
    with capture_logs() as lines, pytest.raises(ProviderUnavailableError) as down:
        wire.send(request, secrets=(secret,), retry=RetryRule(attempts=1))
    with pytest.raises(ProviderUnavailableError):
        wire.send(request, secrets=(secret,))
    for text in (str(down.value), repr(down.value.context), repr(lines), every_log_line.text):
        assert secret not in text
    assert any(line["event"] == "provider_request" for line in lines)
    assert "HTTP Request: GET" in every_log_line.text
    assert down.value.__cause__ is None


def into(wire, path, **policy):
    rules = EgressPolicy("acme", (Destination.below("https://api.acme.test/v1"),), **policy)
    return asyncio.run(wire.egress().send(rules, GET, lambda response: response, into=path))


def test_a_large_answer_goes_into_a_file_and_not_into_memory(wire, tmp_path) -> None:
    wire.answers = [httpx.Response(200, stream=Stream(b"a" * 70_000, b"b"))]
    response = into(wire, tmp_path / "body")
    assert response.body == b""
    assert (tmp_path / "body").read_bytes() == b"a" * 70_000 + b"b"


def test_a_second_try_begins_the_file_anew(wire, tmp_path) -> None:
    broken = httpx.Response(200, stream=Stream(b"half of it", httpx.ReadError("gone")))
    wire.answers = [broken, httpx.Response(200, content=b"all")]
    into(wire, tmp_path / "body")
    assert (tmp_path / "body").read_bytes() == b"all"


def test_a_file_is_capped_as_a_body_is(wire, tmp_path) -> None:
    wire.answers = [httpx.Response(200, content=b"x" * 101)]
    with pytest.raises(ProviderUnavailableError, match="more than 100 bytes"):
        into(wire, tmp_path / "body", max_bytes=100, retry=RetryRule(attempts=1))


def test_an_error_is_not_written_into_the_file(wire, tmp_path) -> None:
    wire.answers = [httpx.Response(404, content=b"no such job")]
    assert into(wire, tmp_path / "body").body == b"no such job"
    assert not (tmp_path / "body").exists()


def test_a_connector_that_judges_redirects_sees_them_and_none_is_followed(wire) -> None:
    wire.answers = [httpx.Response(302, headers={"location": "https://elsewhere.test/x"})]
    response = wire.send(GET, reads_redirects=True)
    assert (response.status, response.headers["location"]) == (302, "https://elsewhere.test/x")
    assert len(wire.requests) == 1
