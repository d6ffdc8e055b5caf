"""What loads whole data sets reaches neither our network nor a file: base URLs, addresses in files, redirects."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import httpx
import pytest
from tests.integration.reos.connectors.every_connector import PUBLIC, SECRET, Wire, settings
from tests.integration.reos.connectors.every_load import LOADS

from reos.connectors.errors import ConnectorError, ErrorKind, InvalidRequestError
from reos.connectors.openaddresses.download import OpenAddresses
from reos.core.clock import FixedClock
from reos.pipeline import load_reference_county
from reos.reference.source import known_sources

CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
HOSTILE = [
    "http://127.0.0.1:{port}",
    "https://127.0.0.1:{port}/x",
    "https://localhost:{port}",
    "https://provider.test:{port}",
    "http://169.254.169.254/latest",
    "https://user:pw@provider.test",
    "{file}",
]


@pytest.fixture
def conn(database):
    return database.connect("pipeline", autocommit=True)


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("canary")
    return path.as_uri()


def private(host):
    return ["127.0.0.1"] if host in {"localhost", "provider.test"} else [host]


def refused(load: str, conn: Any, url: str, tmp_path: Any) -> ConnectorError:
    wire = Wire(resolve=private)
    given = settings(url).model_copy(update={"state_dir": tmp_path})
    with pytest.raises(ConnectorError) as error:
        LOADS[load](conn, settings=given, clock=CLOCK, egress=lambda *_: wire.egress())
    return error.value


@pytest.mark.parametrize("load", LOADS)
def test_a_base_url_into_our_network_or_to_a_file_is_refused(canary, secret_file, conn, tmp_path, load):
    for base in HOSTILE:
        conn.execute("update app.provider_health set retry_at = %s where state <> 'closed'", (CLOCK.now(),))
        error = refused(load, conn, base.format(port=canary.port, file=secret_file), tmp_path)
        assert error.kind is ErrorKind.INVALID_REQUEST, base
        assert "canary" not in str(error)
    assert canary.paths == []


@pytest.mark.parametrize("load", ["arcgis", "socrata"])
def test_an_address_in_a_countys_file_is_no_better(canary, secret_file, conn, tmp_path, load):
    source = known_sources()[{"arcgis": "king_wa_parcels", "socrata": "cook_il_addresses"}[load]]
    for base in HOSTILE:
        conn.execute("update app.provider_health set retry_at = %s where state <> 'closed'", (CLOCK.now(),))
        changed = source.model_copy(update={"url": base.format(port=canary.port, file=secret_file)})
        wire = Wire(resolve=private)
        given = settings().model_copy(update={"county_base_url": None, "state_dir": tmp_path})
        with (
            mock.patch.object(load_reference_county, "find_source", lambda *_, found=changed: found),
            pytest.raises(InvalidRequestError),
        ):
            LOADS[load](conn, settings=given, clock=CLOCK, egress=lambda *_, held=wire: held.egress())
    assert canary.paths == []


@pytest.mark.parametrize("load", LOADS)
def test_a_redirect_is_not_followed(canary, conn, tmp_path, load):
    canary.moved = True
    host = f"127.0.0.1:{canary.port}"
    wire = Wire(resolve=lambda name: [name])
    given = settings(f"http://{host}/base", host).model_copy(update={"state_dir": tmp_path})
    with pytest.raises(ConnectorError):
        LOADS[load](conn, settings=given, clock=CLOCK, egress=lambda *_: wire.egress([host]))
    assert canary.paths
    assert "/secret" not in canary.paths


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/secret",
        "//127.0.0.1:{port}/secret",
        "https://v2.openaddresses.io@127.0.0.1:{port}/secret",
        "https://v2.openaddresses.io.evil.test/batch-prod/x",
        "https://v2.openaddresses.io:{port}/batch-prod/x",
        "http://v2.openaddresses.io/batch-prod/x",
        "{file}",
        "ftp://v2.openaddresses.io/x",
        "/../../secret",
    ],
)
def test_a_job_of_openaddresses_leads_to_its_file_store_or_nowhere(canary, secret_file, tmp_path, location):
    moved = httpx.Response(302, headers={"location": location.format(port=canary.port, file=secret_file)})
    wire = Wire([moved])
    target = tmp_path / "out" / "file.gz"
    with pytest.raises(ConnectorError):
        asyncio.run(_download(wire, target))
    assert not target.exists()
    assert [request.headers["host"] for request in wire.requests] == ["provider.test"] * len(wire.requests)
    assert canary.paths == []


def test_the_file_store_is_asked_without_the_token(tmp_path):
    moved = httpx.Response(302, headers={"location": "https://v2.openaddresses.io/batch-prod/job/1/source.geojson.gz"})
    wire = Wire([moved, httpx.Response(200, content=b"file")])
    asyncio.run(_download(wire, tmp_path / "file.gz"))
    first, second = wire.requests
    assert first.headers["authorization"] == f"Bearer {SECRET}"
    assert "authorization" not in second.headers
    assert second.headers["host"] == "v2.openaddresses.io"
    assert (tmp_path / "file.gz").read_bytes() == b"file"


def test_a_file_store_that_leads_into_our_network_is_refused(canary, tmp_path):
    moved = httpx.Response(302, headers={"location": "https://v2.openaddresses.io/batch-prod/x"})
    wire = Wire([moved], resolve=lambda host: ["127.0.0.1"] if host == "v2.openaddresses.io" else [PUBLIC])
    with pytest.raises(InvalidRequestError, match="not a public address"):
        asyncio.run(_download(wire, tmp_path / "file.gz"))
    assert canary.paths == []


async def _download(wire: Wire, path: Any) -> None:
    dataset = mock.Mock(job=1)
    async with wire.egress() as egress:
        await OpenAddresses(egress, "https://provider.test/oa", SECRET).download(dataset, path)
