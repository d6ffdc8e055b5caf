"""The batch service: the latest job of a place, and a file behind a redirect that never sees the token."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from reos.connectors.egress import Egress
from reos.connectors.errors import ConnectorError, ErrorKind
from reos.connectors.openaddresses.download import OpenAddresses
from reos.connectors.openaddresses.listing import read_dataset
from reos.core.clock import SystemClock

BASE = "https://batch.openaddresses.io"
STORE = "https://v2.openaddresses.io/batch-prod/job/9/source.geojson.gz"


OUTPUT = {"cache": True, "output": True, "preview": True, "validated": False}


def entry(**known):
    common = {"id": 1, "fabric": False, "layer": "addresses", "name": "county", "size": 5, "output": OUTPUT}
    return common | {"source": "us/wa/king", "job": 9, "latest_job": 9, "updated": 300} | known


FILE = read_dataset(entry())


def service(reply, what):
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34"]

    async def no_wait(_seconds: float) -> None:
        """Stand in for sleeping between retries."""

    async def run():
        async with Egress(
            clock=SystemClock(), resolver=resolve, transport=lambda: httpx.MockTransport(reply), sleep=no_wait
        ) as egress:
            return await what(OpenAddresses(egress, BASE, "oa.secret"))

    return asyncio.run(run())


def latest(entries):
    return service(lambda _: httpx.Response(200, json=entries), lambda oa: oa.latest("us/wa/king"))


def test_the_latest_job_of_the_very_place_is_taken():
    entries = [
        entry(job=7, updated=100),
        entry(job=9, updated=300),
        entry(job=10, updated=None),
        entry(job=11, updated=900, source="us/wa/kingston"),
        entry(job=12, updated=900, layer="parcels"),
        entry(job=13, updated=900, output=OUTPUT | {"output": False}),
    ]
    assert latest(entries) == FILE


def test_an_unknown_place_is_told():
    with pytest.raises(ConnectorError) as refused:
        latest([])
    assert refused.value.kind == ErrorKind.NOT_FOUND


@pytest.mark.parametrize(
    "entries",
    [
        {"error": "x"},
        ["us/wa/king"],
        [entry(job="9")],
        [entry(output=None)],
        [entry(updated="today")],
        [entry(updated=10**30)],
        [entry(source="")],
        [{"source": "us/wa/king", "updated": 1}],
    ],
)
def test_a_list_of_another_form_is_drift(entries):
    with pytest.raises(ConnectorError) as refused:
        latest(entries)
    assert refused.value.kind == ErrorKind.SCHEMA_DRIFT


def test_an_error_inside_a_success_is_no_list_and_no_file(tmp_path):
    told = httpx.Response(200, json={"status": 500, "message": "Internal Error", "messages": []})
    page = httpx.Response(200, html="<html>down</html>")
    download = lambda oa: oa.download(FILE, tmp_path / "f")  # noqa: E731 - used twice
    tries = [(told, lambda oa: oa.latest("us/wa/king")), (told, download), (page, download)]
    for answer, what in tries:
        with pytest.raises(ConnectorError) as refused:
            service(lambda _, answer=answer: answer, what)
        assert refused.value.kind == ErrorKind.UNAVAILABLE
    assert list(tmp_path.iterdir()) == []


def test_the_list_is_asked_for_by_source_and_layer():
    seen = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(dict(request.url.params))
        parcels = entry(layer="parcels", latest_job=10, output=OUTPUT | {"pmtiles": True})
        return httpx.Response(200, json=[entry(), parcels])

    async def both(oa):
        return await oa.datasets(), await oa.datasets("us/wa", "parcels")

    found, _ = service(reply, both)
    assert seen == [{}, {"source": "us/wa", "layer": "parcels"}]
    assert [(each.layer, each.job, each.latest_job) for each in found] == [("addresses", 9, 9), ("parcels", 9, 10)]
    assert found[1].outputs == {"cache", "output", "preview", "pmtiles"}
    assert found[0].updated == datetime.fromtimestamp(0.3, UTC)


@pytest.mark.parametrize(
    ("told", "licence"),
    [
        (False, None),
        (True, None),
        (None, None),
        ({}, None),
        ("CC BY 4.0", "CC BY 4.0"),
        ({"url": "https://x.test/terms.pdf"}, "https://x.test/terms.pdf"),
        ({"text": "Public Domain", "attribution": False, "share-alike": False}, "Public Domain"),
        ({"text": "ODbL", "attribution": True, "share-alike": True}, "ODbL; attribution: required; share alike"),
        ({"text": "CC BY", "attribution": True, "attribution name": "King"}, "CC BY; attribution: King"),
    ],
)
def test_the_licence_is_what_the_jobs_source_names(told, licence):
    seen = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(200, json={"id": 9, "license": told})

    assert service(reply, lambda oa: oa.licence(FILE)) == licence
    assert seen == ["/api/job/9"]


def test_the_file_is_written_and_its_store_never_sees_the_token(tmp_path):
    seen = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["host"], request.url.path, request.headers.get("authorization")))
        if "/api/job/9/" in request.url.path:
            return httpx.Response(302, headers={"location": STORE})
        return httpx.Response(200, content=b"packed")

    path = tmp_path / "deep" / "9.geojson.gz"
    service(reply, lambda oa: oa.download(FILE, path))
    assert path.read_bytes() == b"packed"
    assert seen[0][2] == "Bearer oa.secret"
    assert seen[1] == ("v2.openaddresses.io", "/batch-prod/job/9/source.geojson.gz", None)
    assert [each.name for each in path.parent.iterdir()] == ["9.geojson.gz"]


@pytest.mark.parametrize(
    "location",
    ["https://evil.test/x.gz", "http://v2.openaddresses.io/x.gz", "https://169.254.169.254/x", "file:///etc/passwd"],
)
def test_a_redirect_to_anywhere_else_is_refused(tmp_path, location):
    reply = lambda _: httpx.Response(302, headers={"location": location})  # noqa: E731 - one answer
    with pytest.raises(ConnectorError, match="Refused"):
        service(reply, lambda oa: oa.download(FILE, tmp_path / "f"))
    assert list(tmp_path.iterdir()) == []


def test_a_second_redirect_is_refused(tmp_path):
    reply = lambda _: httpx.Response(302, headers={"location": STORE})  # noqa: E731 - one answer
    with pytest.raises(ConnectorError, match="redirect"):
        service(reply, lambda oa: oa.download(FILE, tmp_path / "f"))


def test_a_refused_token_says_which_setting_to_set(tmp_path):
    with pytest.raises(ConnectorError, match="REOS_OPENADDRESSES_TOKEN") as refused:
        service(lambda _: httpx.Response(403, json={}), lambda oa: oa.download(FILE, tmp_path / "f"))
    assert refused.value.kind == ErrorKind.AUTH
    assert "oa.secret" not in str(refused.value)


def test_a_file_that_breaks_off_replaces_nothing(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"the old one")

    def reply(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    with pytest.raises(ConnectorError):
        service(reply, lambda oa: oa.download(FILE, path))
    assert path.read_bytes() == b"the old one"
    assert [each.name for each in tmp_path.iterdir()] == ["f"]
