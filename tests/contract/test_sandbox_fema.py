"""The sandbox's flood layer in the shape of the real one, and the connector against it."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from reos.connectors.contract import LookupRequest, LookupResult
from reos.connectors.egress import Egress
from reos.connectors.errors import ErrorKind
from reos.connectors.fema_nfhl.client import FemaNfhl
from reos.connectors.fema_nfhl.zones import worst_first
from reos.core.clock import SystemClock
from reos_local.sandbox.app import create_app
from reos_local.sandbox.flood import zone_at
from reos_local.sandbox.world import county_apns, parcel

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/fema_nfhl"
SERVICE = "/fema/arcgis/rest/services/public/NFHL/MapServer"
SEATTLE = {"geometry": "-122.3,47.6", "geometryType": "esriGeometryPoint", "inSR": "4326", "f": "json"}
AT_SEA = SEATTLE | {"geometry": "-130.0,47.6"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(seed=1)


@pytest.fixture(scope="module")
def fema(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def ask(fema: TestClient, layer: int = 28, **params: str) -> Any:
    return fema.get(f"{SERVICE}/{layer}/query", params=params).json()


def test_a_polygon_has_the_columns_of_a_published_one(fema: TestClient) -> None:
    for layer, name in ((28, "layer28_rows_verbatim.json"), (3, "layer3_firm_panels_verbatim.json")):
        (ours,) = ask(fema, layer, **SEATTLE, outFields="*")["features"]
        if PUBLISHED.is_dir():
            published = json.loads((PUBLISHED / name).read_text())["features"][-1]["attributes"]
            assert ours["attributes"].keys() >= published.keys()
            assert {key: type(ours["attributes"][key]) for key in ("OBJECTID", "DFIRM_ID")} == {
                "OBJECTID": int,
                "DFIRM_ID": str,
            }


def test_errors_are_those_of_the_real_service(fema: TestClient) -> None:
    unknown = ask(fema, **SEATTLE, outFields="FLD_ZONE,EFF_DATE")
    assert unknown == {"error": {"code": 400, "message": "Failed to execute query.", "details": []}}
    if PUBLISHED.is_dir():
        modes = json.loads((PUBLISHED / "failure_modes.json").read_text())
        assert unknown == modes["bad_outField_http200"]
        assert modes["no_coverage_http200"].items() <= ask(fema, **AT_SEA, outFields="FLD_ZONE").items()
    assert ask(fema, f="json", where="1=1")["error"]["code"] == 400
    assert ask(fema, layer=99, **SEATTLE)["error"]["code"] == 404
    former = fema.get("/fema/gis/nfhl/rest/services/public/NFHL/MapServer/28/query")
    assert (former.status_code, former.text[:9]) == (404, "<!DOCTYPE")


def test_a_point_off_the_maps_has_no_features_and_no_availability(fema: TestClient) -> None:
    assert ask(fema, **AT_SEA, outFields="FLD_ZONE")["features"] == []
    assert ask(fema, 0, **AT_SEA, returnCountOnly="true") == {"count": 0}
    assert ask(fema, 0, **SEATTLE, returnCountOnly="true") == {"count": 1}


def test_a_point_may_be_written_as_json(fema: TestClient) -> None:
    written = json.dumps({"x": -122.3, "y": 47.6, "spatialReference": {"wkid": 4326}})
    assert ask(fema, **SEATTLE | {"geometry": written}, outFields="*") == ask(fema, **SEATTLE, outFields="*")


def test_whoever_tells_of_a_point_s_zone_tells_the_same(fema: TestClient) -> None:
    for place in range(300):
        longitude, latitude = -122.3 + place * 0.0021, 47.3 + place * 0.0013
        found = ask(fema, **SEATTLE | {"geometry": f"{longitude},{latitude}"}, outFields="*")["features"]
        worst = worst_first([each["attributes"] for each in found])
        assert zone_at(1, latitude, longitude) == (worst[0]["FLD_ZONE"] if worst else None)


def looked_up(app: FastAPI, points: list[tuple[float, float]], base: str = SERVICE) -> list[LookupResult]:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34"]

    async def run() -> list[LookupResult]:
        transport = httpx.ASGITransport(app)
        async with Egress(clock=SystemClock(), resolver=resolve, transport=lambda: transport) as egress:
            connector = FemaNfhl(egress, f"https://hazards.fema.test{base}", SystemClock())
            requests = [LookupRequest(UUID(int=1), longitude=x, latitude=y) for x, y in points]
            return [await connector.lookup([request]) for request in requests]

    return asyncio.run(run())


def test_about_six_in_a_hundred_parcels_lie_in_hazard_area_and_some_on_no_map(app: FastAPI) -> None:
    parcels = [parcel(1, apn) for apn in county_apns(1)[:600]]
    results = looked_up(app, [(each.longitude, each.latitude) for each in parcels])
    facts = [record.facts for result in results for record in result.records]
    assert len(facts) == len(parcels)
    hazard = Counter(fact.in_flood_hazard_area for fact in facts if fact)
    assert 0.02 < hazard[True] / len(parcels) < 0.12
    unmapped = [fact for fact in facts if fact and fact.flood_zone is None]
    assert 0 < len(unmapped) < 0.2 * len(parcels)
    assert all(fact.flood_map_date for fact in facts if fact and fact.flood_zone)


def test_the_former_address_is_told_as_such(app: FastAPI) -> None:
    (result,) = looked_up(app, [(-122.3, 47.6)], "/fema/gis/nfhl/rest/services/public/NFHL/MapServer")
    (error,) = result.failed.values()
    assert (error.kind, error.http_status) == (ErrorKind.SCHEMA_DRIFT, 404)
