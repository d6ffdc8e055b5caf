import asyncio
from dataclasses import replace
from datetime import date

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reos.connectors.contract import LookupRequest, PropertyFacts
from reos.connectors.errors import ConnectorError, ErrorKind

UNKNOWN_FIELD = {"error": {"code": 400, "message": "Failed to execute query.", "details": []}}
HTML = '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML//EN"><!-- Copyright (C) 2000 Tivoli Systems, Inc. -->'
NO_SERVER = {"error": {"code": 500, "message": "Server object extension 'featureserver' not found."}}


def test_the_point_is_asked_for_in_degrees_then_the_date_of_its_map(ask, fema):
    ask()
    zones, panels = fema.requests
    assert (zones.method, zones.url.path) == ("GET", "/arcgis/rest/services/public/NFHL/MapServer/28/query")
    assert dict(zones.url.params) == {
        "geometry": "-80.74,40.07",
        "geometryType": "esriGeometryPoint",
        "inSR": "4326",
        "spatialRel": "esriSpatialRelIntersects",
        "outFields": "FLD_ZONE,ZONE_SUBTY,SFHA_TF,STATIC_BFE,DFIRM_ID",
        "returnGeometry": "false",
        "f": "json",
    }
    assert panels.url.path.endswith("/3/query")
    assert panels.url.params["outFields"] == "DFIRM_ID,FIRM_PAN,PANEL_TYP,EFF_DATE"


def test_an_answer_is_kept_with_the_worst_polygon_first(ask, fema, polygon):
    fema.zones = [polygon("X", "0.2 PCT ANNUAL CHANCE FLOOD HAZARD", "F"), polygon("AE", "FLOODWAY"), polygon("AE")]
    (record,) = ask().records
    assert [each["ZONE_SUBTY"] for each in record.body["features"]] == [
        "FLOODWAY",
        None,
        "0.2 PCT ANNUAL CHANCE FLOOD HAZARD",
    ]
    assert (record.body["point"], record.body["panel"], record.cost) == ([-80.74, 40.07], fema.panels[0], 0)
    assert record.facts == PropertyFacts(flood_zone="AE", in_flood_hazard_area=True, flood_map_date=date(2014, 11, 19))


def test_a_landed_body_parses_again(ask, connector):
    (record,) = ask().records
    assert connector.facts(record.body, {}) == record.facts


@pytest.mark.parametrize("count", [0, 1])
def test_a_point_off_the_maps_is_an_answer_that_says_unknown(ask, fema, count):
    fema.zones, fema.availability = [], httpx.Response(200, json={"count": count})
    result = ask()
    (record,) = result.records
    assert (record.facts, record.error, result.not_found, result.failed) == (PropertyFacts(), None, [], {})
    assert record.body == {"point": [-80.74, 40.07], "features": [], "availability": count}


def test_the_ledger_has_one_free_call_a_point(ask, fema):
    (call,) = ask().calls
    assert (call.provider, call.dataset, call.outcome, call.records, call.cost) == ("fema", "flood_zone", "ok", 1, 0)
    assert call.property_id == fema.home.property_id


@pytest.mark.parametrize("down", [httpx.ReadTimeout("slow"), httpx.Response(503), httpx.Response(429)])
def test_a_slow_second_layer_costs_the_date_and_not_the_zone(ask, fema, down):
    fema.panels = down
    (record,) = ask().records
    assert (record.facts.flood_zone, record.facts.flood_map_date, "panel" in record.body) == ("X", None, False)
    fema.zones, fema.availability = [], down
    (record,) = ask().records
    assert "availability" not in record.body


def test_a_changed_second_layer_is_told(ask, fema):
    fema.panels = [{"FIRM_PAN": "1", "EFFECTIVE": 1}]
    assert {error.kind for error in ask().failed.values()} == {ErrorKind.SCHEMA_DRIFT}


@pytest.mark.parametrize(
    ("answer", "kind", "tries"),
    [
        (httpx.Response(404, html=HTML), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(200, json=NO_SERVER), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(200, json=UNKNOWN_FIELD), ErrorKind.INVALID_REQUEST, 2),
        (httpx.Response(200, json={"error": {"code": 500, "message": "Error"}}), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(200, json={"error": None}), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(200, json={"error": {"code": 498, "message": "Invalid token."}}), ErrorKind.AUTH, 1),
        (httpx.Response(200, html="<html>maintenance</html>"), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(200, json=[]), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(200, json={"features": {}}), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(200, json={"features": [], "fields": 7}), ErrorKind.SCHEMA_DRIFT, 1),
        (httpx.Response(429), ErrorKind.RATE_LIMITED, 3),
        (httpx.Response(502), ErrorKind.UNAVAILABLE, 3),
        (httpx.ConnectTimeout("no"), ErrorKind.UNAVAILABLE, 3),
        (httpx.Response(302, headers={"location": "https://evil.test"}), ErrorKind.INVALID_REQUEST, 1),
    ],
)
def test_every_error_has_its_kind_also_inside_a_success(ask, fema, answer, kind, tries):
    fema.zones = answer
    result = ask()
    assert [error.kind for error in result.failed.values()] == [kind]
    assert (result.calls[0].outcome, len(fema.requests), result.records) == (kind, tries, [])


def test_the_address_that_moved_says_what_to_do(ask, fema):
    fema.zones = httpx.Response(404, html=HTML)
    (error,) = ask().failed.values()
    assert error.provider_wide
    assert "find its new address" in error.remedy


def test_a_field_that_is_gone_is_named(ask, fema):
    fema.zones, fema.columns = httpx.Response(200, json=UNKNOWN_FIELD), ("FLD_ZONE", "SFHA_TF", "DFIRM_ID")
    (error,) = ask().failed.values()
    assert error.kind is ErrorKind.SCHEMA_DRIFT
    assert "no field STATIC_BFE, ZONE_SUBTY any more" in str(error)


def test_an_unknown_zone_is_kept_and_spoils_its_record_only(ask, fema, polygon):
    fema.zones = [polygon("QQ")]
    result = ask()
    (record,) = result.records
    assert (record.facts, record.error.provider_wide, result.calls[0].outcome) == (None, False, "schema_drift")
    assert record.body["features"][0]["FLD_ZONE"] == "QQ"


def test_without_a_point_there_is_nothing_to_ask(connector, fema):
    assert connector.refusal(LookupRequest(fema.home.property_id, apn="1", county_fips="53033")) == "no_point"
    assert connector.refusal(replace(fema.home, longitude=None)) == "no_point"
    assert connector.refusal(fema.home) is None
    assert connector.batches([fema.home, fema.home]) == [[fema.home], [fema.home]]


def test_many_points_at_once_keep_their_own_answers(connector, fema, polygon):
    fema.zones = lambda request: [polygon("AE" if request.url.params["geometry"].endswith("2.0") else "VE")]
    requests = [replace(fema.home, latitude=float(number % 3)) for number in range(9)]

    async def all_of_them():
        return await asyncio.gather(*(connector.lookup([request]) for request in requests))

    zones = [result.records[0].facts.flood_zone for result in asyncio.run(all_of_them())]
    assert zones == ["VE", "VE", "AE"] * 3


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.sampled_from([[], {}, [{}], 10**400, "1e999"]),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["FLD_ZONE", "ZONE_SUBTY", "SFHA_TF", "EFF_DATE"]), ODD, max_size=4))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(ROWS | ODD, ROWS | ODD, ODD)
def test_whatever_comes_only_the_taxonomy_is_told(ask, fema, zones, panels, count):
    told = lambda rows: {"features": [{"attributes": row} for row in rows] if isinstance(rows, list) else rows}  # noqa: E731 - used twice
    fema.zones, fema.panels = (httpx.Response(200, json=told(rows)) for rows in (zones, panels))
    fema.availability = httpx.Response(200, json={"count": count})
    fema.requests.clear()
    result = ask()
    assert len(result.records) + len(result.failed) == 1
    assert all(isinstance(error, ConnectorError) for error in result.failed.values())
