"""The sandbox's OpenAddresses service in the shape of the real one: a list, a redirect with a token, a file."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from reos_local.sandbox.app import create_app

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/openaddresses"
FILE = "/openaddresses/api/job/700001/output/source.geojson.gz"
TOKEN = {"Authorization": "Bearer oa.any"}
PROPERTIES = {"hash", "number", "street", "unit", "city", "district", "region", "postcode", "id"}


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    with TestClient(create_app(seed=1), follow_redirects=False) as client:
        yield client


def test_the_list_has_the_place_and_what_an_entry_must_have(service: TestClient) -> None:
    (entry,) = service.get("/openaddresses/api/data", params={"source": "us/wa/king", "layer": "addresses"}).json()
    assert entry.keys() >= {"id", "fabric", "source", "updated", "layer", "name", "job", "size", "output"}
    for path in PUBLISHED.glob("schema_res.Data.json"):
        assert entry.keys() >= set(json.loads(path.read_text())["required"])
    assert service.get("/openaddresses/api/data", params={"source": "us/tx", "layer": "addresses"}).json() == []


def test_a_file_needs_a_token_and_lies_behind_a_redirect(service: TestClient) -> None:
    assert service.get(FILE).status_code == 403
    answer = service.get(FILE, headers=TOKEN)
    assert answer.status_code == 302
    assert service.get(FILE.replace("700001", "5"), headers=TOKEN).status_code == 404


def test_the_file_is_gzip_with_a_feature_a_line_in_the_published_form(service: TestClient) -> None:
    body = service.get(service.get(FILE, headers=TOKEN).headers["location"]).content
    features = [json.loads(line) for line in gzip.decompress(body).splitlines()]
    assert len(features) > 4000
    for feature in features:
        assert feature["properties"].keys() == PROPERTIES
        assert len(feature["geometry"]["coordinates"]) == 2
    assert any(feature["properties"]["unit"] is None for feature in features)
    for path in PUBLISHED.glob("addresses.geojsonl"):
        published = json.loads(path.read_text().splitlines()[1])
        assert published.keys() == features[0].keys()
        assert published["properties"].keys() == PROPERTIES
