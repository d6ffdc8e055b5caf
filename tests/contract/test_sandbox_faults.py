"""Faults to order, against a sandbox that really listens, because a cut connection has no in-process form."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from reos_local.sandbox.app import DEFAULT_ATTOM_KEY, create_app
from reos_local.sandbox.fault_words import PROVIDERS, malformed, words_of

COUNTY = "/county/53033/arcgis/rest/services/Parcels/FeatureServer/0/query"
ATTOM = "/attom/propertyapi/v1.0.0/property/expandedprofile"
COOK = "/county/17031/resource/3723-97qp.json"
FILE = "/openaddresses/batch-prod/job/700001/source.geojson.gz"
PARCEL = {"fips": "53033", "apn": "6207088974"}
QUERY = {"where": "APN='6207088974'", "outFields": "*", "f": "json"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(create_app(seed=1), log_level="critical", access_log=False))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def client(server: str) -> Iterator[httpx.Client]:
    headers = {"apikey": DEFAULT_ATTOM_KEY, "accept": "application/json"}
    with httpx.Client(base_url=server, headers=headers, trust_env=False, timeout=60) as ready:
        yield ready
        ready.delete("/_faults")


def _order(client: httpx.Client, provider: str, **fault: str | float) -> None:
    assert client.put(f"/_faults/{provider}", json=fault).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500)])
def test_refusals_have_the_status_asked_for(client: httpx.Client, kind: str, status: int) -> None:
    _order(client, "attom", kind=kind)
    answer = client.get(ATTOM, params=PARCEL)
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (status == 429)
    assert client.get(COUNTY, params=QUERY).status_code == 200


def test_a_cut_answer_breaks_the_connection(client: httpx.Client) -> None:
    _order(client, "county", kind="cut")
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(COUNTY, params=QUERY)


def test_a_malformed_answer_is_complete_but_no_json(client: httpx.Client) -> None:
    _order(client, "county", kind="malformed")
    answer = client.get(COUNTY, params=QUERY)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(
    ("provider", "path", "params", "gone", "there"),
    [
        ("county", COUNTY, QUERY, '"SQFT_TOT_LIVING"', '"SQFT_LIVING_TOTAL"'),
        ("attom", ATTOM, PARCEL, '"building"', '"structure"'),
    ],
)
def test_drift_renames_a_field(
    client: httpx.Client, provider: str, path: str, params: dict[str, str], gone: str, there: str
) -> None:
    assert gone in client.get(path, params=params).text
    _order(client, provider, kind="schema_drift")
    drifted = client.get(path, params=params)
    assert gone not in drifted.text
    assert there in drifted.text
    assert drifted.json()


def test_an_error_can_hide_in_a_success(client: httpx.Client) -> None:
    _order(client, "county", kind="error_in_200")
    _order(client, "attom", kind="error_in_200")
    county, attom = client.get(COUNTY, params=QUERY), client.get(ATTOM, params=PARCEL)
    assert (county.status_code, attom.status_code) == (200, 200)
    assert county.json()["error"]["code"] == 500
    assert attom.json()["status"]["msg"] == "SuccessWithoutResult"


def test_an_answer_drips_byte_by_byte(client: httpx.Client) -> None:
    _order(client, "county", kind="drip", latency_ms=20)
    started = time.monotonic()
    with client.stream("GET", COUNTY, params=QUERY) as answer:
        sizes = [len(chunk) for chunk, _ in zip(answer.iter_raw(), range(10), strict=False)]
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 1_000
    assert sum(sizes) < 100
    assert time.monotonic() - started >= 0.15


def test_a_compressed_file_breaks_off_or_drifts_inside(client: httpx.Client) -> None:
    _order(client, "openaddresses", kind="malformed", path="/batch-prod/")
    assert client.get("/openaddresses/api/data").json()[0]["job"]
    with pytest.raises(EOFError):
        gzip.decompress(client.get(FILE).content)
    _order(client, "openaddresses", kind="schema_drift")
    first = gzip.decompress(client.get(FILE).content).splitlines()[0]
    assert "road" in json.loads(first)["properties"]
    assert "street" not in json.loads(first)["properties"]


def test_a_portal_of_a_county_has_its_own_words(client: httpx.Client) -> None:
    _order(client, "county", kind="schema_drift")
    assert "parcel_pin" in client.get(COOK, params={"$limit": "1"}).json()[0]
    _order(client, "county", kind="error_in_200")
    assert client.get(COOK).json()["error"] is True
    assert client.get(COUNTY, params=QUERY).json()["error"]["code"] == 500


def test_a_429_says_when_to_come_back(client: httpx.Client) -> None:
    _order(client, "attom", kind="429", retry_after_s=17)
    assert client.get(ATTOM, params=PARCEL).headers["retry-after"] == "17"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_can_fail(client: httpx.Client, provider: str) -> None:
    prefixes = {"census": ("/census/x", "/acs/x"), "zillow": ("/zillow/x", "/bridge/x")}
    paths = prefixes.get(provider, (f"/{provider}/x",))
    assert {client.get(path).status_code for path in paths} == {404}
    _order(client, provider, kind="500")
    assert {client.get(path).status_code for path in paths} == {500}
    for path in paths:
        assert len(words_of(path).drift) >= 1


@pytest.mark.parametrize(
    ("body", "drifted"),
    [
        ("/zillow/a.csv", (b"RegionID,RegionName\n1,2\n", b"RegionID,Region\n1,2\n")),
        ("/acs/data/2024/acs/acs5", (b'[["NAME","B25035_001E"]]', b'[["NAME","B25035_1E"]]')),
        ("/bridge/api/v2", (b'{"bundle":[]}', b'{"results":[]}')),
    ],
)
def test_words_follow_the_interface(body: str, drifted: tuple[bytes, bytes]) -> None:
    assert words_of(body).drifted(drifted[0]) == drifted[1]


def test_a_malformed_csv_ends_within_a_quote() -> None:
    assert malformed(b"a,b\n1,2\n") == b'a,b\n,"'


def test_latency_delays_a_good_answer(client: httpx.Client) -> None:
    _order(client, "county", kind="latency", latency_ms=150)
    started = time.monotonic()
    assert len(client.get(COUNTY, params=QUERY).json()["features"]) == 1
    assert time.monotonic() - started >= 0.15


def test_a_count_ends_the_fault_by_itself(client: httpx.Client) -> None:
    _order(client, "attom", kind="500", count=2)
    assert [client.get(ATTOM, params=PARCEL).status_code for _ in range(4)] == [500, 500, 200, 200]


def test_a_rate_hits_its_share_of_requests(client: httpx.Client) -> None:
    _order(client, "attom", kind="500", rate=0.3)
    statuses = [client.get(ATTOM, params=PARCEL).status_code for _ in range(200)]
    assert 35 <= statuses.count(500) <= 85


def test_health_counts_requests_and_names_faults(client: httpx.Client) -> None:
    before = client.get("/_health").json()
    _order(client, "county", kind="latency", latency_ms=1)
    client.get(COUNTY, params=QUERY)
    after = client.get("/_health").json()
    assert after["requests"]["county"] == before["requests"]["county"] + 1
    assert after["faults"]["county"]["kind"] == "latency"
    assert (after["status"], after["seed"]) == ("ok", 1)


def test_unknown_faults_and_providers_are_refused(client: httpx.Client) -> None:
    assert client.put("/_faults/attom", json={"kind": "gremlins"}).status_code == 422
    assert client.put("/_faults/attom", json={"kind": "500", "rate": 2}).status_code == 422
    assert client.put("/_faults/nobody", json={"kind": "500"}).status_code == 404


def test_the_export_is_served_as_csv(client: httpx.Client) -> None:
    answer = client.get("/_export/king-county.csv", params={"rows": 20})
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) == 21
    assert client.get("/_export/king-county.csv", params={"rows": 0}).status_code == 422
