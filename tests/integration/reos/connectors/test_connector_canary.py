"""No input of any connector reaches our network or a file: base URLs, ids, addresses, redirects, rebinding names."""

from dataclasses import replace

import httpx
import pytest
from tests.integration.reos.connectors.every_connector import HOUSE, PUBLIC, SOURCES, Wire, ask, hostile, settings

from reos.connectors.errors import ErrorKind
from reos.connectors.registry import SPECS

TEXTS = [
    "http://127.0.0.1:{port}/secret",
    "//127.0.0.1:{port}/secret",
    "@127.0.0.1:{port}/secret",
    "x@127.0.0.1:{port}",
    "../../../secret",
    "..%2f..%2fsecret",
    "%2e%2e/secret",
    "\\..\\secret",
    "1\r\nHost: 127.0.0.1:{port}\r\n\r\nGET /secret",
    "1\0/secret",
    "?x=http://127.0.0.1:{port}/#",
    "{file}",
    "'; drop table app.property; --",
    "\u202e127.0.0.1",
]
FIELDS = ("county_fips", "apn", "address_line", "city", "state", "zip5")


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("canary")
    return path.as_uri()


def usual_paths(source: str) -> set[str]:
    """Return the paths that the connector asks at for the house, and for one of which less is known."""
    wire = Wire([httpx.Response(404)])
    without_place = {"latitude": None, "longitude": None}
    for unknown in ({}, {"county_fips": None}, {"apn": None}, {"apn": None, "address_line": None}, without_place):
        ask(wire, source, replace(HOUSE, **unknown))
    return {request.url.path for request in wire.requests}


@pytest.mark.parametrize("source", SOURCES)
def test_the_house_of_these_tests_is_one_that_the_connector_asks_about(source):
    wire = Wire([httpx.Response(404)])
    assert ask(wire, source) is not None
    assert wire.requests


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("field", FIELDS)
def test_what_people_enter_changes_neither_host_nor_path(canary, secret_file, source, field):
    homes = usual_paths(source)
    for text in TEXTS:
        wire = Wire([httpx.Response(404)])
        ask(wire, source, hostile(field, text.format(port=canary.port, file=secret_file)))
        for request in wire.requests:
            assert request.url.host == PUBLIC
            assert request.headers["host"] == "provider.test"
            assert ".." not in request.url.path.split("/")
            assert request.url.path in homes
            assert not any("\r" in value or "\n" in value for value in request.headers.values())
    assert canary.paths == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:{port}",
        "https://127.0.0.1:{port}/x",
        "https://localhost:{port}/",
        "https://[::1]:{port}/",
        "http://169.254.169.254/latest/meta-data",
        "https://user:pw@provider.test/x",
        "{file}",
        "gopher://127.0.0.1:{port}/",
    ],
)
def test_a_base_url_into_our_network_or_to_a_file_is_refused(canary, secret_file, source, base):
    wire = Wire(resolve=lambda host: ["127.0.0.1"] if host in {"localhost", "provider.test"} else [host])
    url = base.format(port=canary.port, file=secret_file)
    result = ask(wire, source, given=settings(url))
    assert result is not None
    assert {error.kind for error in result.failed.values()} == {ErrorKind.INVALID_REQUEST}
    assert all(call.http_status is None and not call.cost for call in result.calls)
    assert "canary" not in repr(result)
    assert canary.paths == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_redirect_is_not_followed(canary, source):
    canary.moved = True
    host = f"127.0.0.1:{canary.port}"
    result = ask(Wire(resolve=lambda name: [name]), source, given=settings(f"http://{host}/base", host))
    assert result is not None
    assert set(result.failed) == {HOUSE.property_id}
    assert canary.paths
    assert "/secret" not in canary.paths


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"]])
def test_a_name_that_leads_into_our_network_is_refused(canary, source, addresses):
    wire = Wire(resolve=lambda _: addresses)
    result = ask(wire, source, given=settings(f"https://provider.test:{canary.port}/x"))
    assert result is not None
    assert {error.kind for error in result.failed.values()} == {ErrorKind.INVALID_REQUEST}
    assert canary.paths == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_name_that_rebinds_between_two_tries_is_refused_at_the_second(canary, source):
    resolved = [[PUBLIC], ["127.0.0.1"]]
    wire = Wire([httpx.Response(503)], resolve=lambda _: resolved.pop(0) if len(resolved) > 1 else resolved[0])
    result = ask(wire, source, given=settings(f"https://provider.test:{canary.port}/x"))
    assert result is not None
    assert {error.kind for error in result.failed.values()} == {ErrorKind.INVALID_REQUEST}
    assert {request.url.host for request in wire.requests} == {PUBLIC}
    assert canary.paths == []


def test_no_source_is_left_out():
    assert set(SPECS) < set(SOURCES)
