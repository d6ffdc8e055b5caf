import asyncio

import httpx
import pytest

from reos.connectors.errors import ErrorKind, InvalidRequestError, ProviderUnavailableError, RecordNotFoundError
from reos.connectors.zillow_research.download import ResearchStore
from reos.connectors.zillow_research.settings import find_file

FILE = find_file("zori_zip")
NEW = httpx.Response(200, text="RegionID\n", headers={"ETag": '"v2"', "Last-Modified": "Wed, 18 Nov 2026 10:00:00 GMT"})


@pytest.fixture
def fetch(wire, tmp_path):
    def run(*answers, known=None):
        wire.answers = list(answers)
        store = ResearchStore(wire.egress(), "https://files.test/research/public_csvs")
        return asyncio.run(store.fetch(FILE, tmp_path / "zillow/zori_zip.csv", known))

    return run


@pytest.fixture
def folder(tmp_path):
    """Return the names of the files that are there after a fetch."""
    return lambda: sorted(path.name for path in (tmp_path / "zillow").iterdir())


def test_a_file_is_written_whole_and_its_version_returned(fetch, wire, tmp_path):
    assert fetch(NEW) == 'etag:"v2"'
    assert (tmp_path / "zillow/zori_zip.csv").read_text() == "RegionID\n"
    (sent,) = wire.requests
    assert sent.url.path == "/research/public_csvs/zori/Zip_zori_uc_sfrcondomfr_sm_month.csv"
    assert "if-none-match" not in sent.headers


@pytest.mark.parametrize(
    ("known", "header", "value"),
    [
        ('etag:"v1"', "if-none-match", '"v1"'),
        ("last-modified:Wed, 14 Oct 2026 10:00:00 GMT", "if-modified-since", "Wed, 14 Oct 2026 10:00:00 GMT"),
    ],
)
def test_the_version_that_is_known_is_asked_with(fetch, wire, known, header, value):
    fetch(NEW, known=known)
    assert wire.requests[0].headers[header] == value


def test_a_file_that_has_not_changed_is_not_written(fetch, folder):
    assert fetch(httpx.Response(304), known='etag:"v1"') is None
    assert folder() == []


def test_a_version_by_content_is_nothing_to_ask_with(fetch, wire):
    assert fetch(httpx.Response(200, text="x"), known="sha256:00") == ""
    assert not {"if-none-match", "if-modified-since"} & wire.requests[0].headers.keys()


def test_without_an_etag_the_time_is_the_version(fetch):
    answer = httpx.Response(200, text="x", headers={"Last-Modified": "Wed, 18 Nov 2026 10:00:00 GMT"})
    assert fetch(answer) == "last-modified:Wed, 18 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(404), RecordNotFoundError),
        (httpx.Response(403, text="<Error><Code>AccessDenied</Code></Error>"), RecordNotFoundError),
        (httpx.Response(302, headers={"Location": "https://elsewhere.test/"}), InvalidRequestError),
        (httpx.Response(400), InvalidRequestError),
        (httpx.Response(500), ProviderUnavailableError),
    ],
)
def test_a_refusal_has_its_kind_and_leaves_no_file(fetch, folder, answer, error):
    with pytest.raises(error) as raised:
        fetch(answer)
    assert folder() == []
    if error is RecordNotFoundError:
        assert raised.value.kind is ErrorKind.NOT_FOUND
        assert "files.yml" in raised.value.remedy


def test_a_second_try_gets_the_file(fetch, wire):
    assert fetch(httpx.Response(503, headers={"Retry-After": "2"}), NEW) == 'etag:"v2"'
    assert wire.waits == [2]
