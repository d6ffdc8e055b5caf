"""The connectors and the warehouse read an answer alike: the same facts in Python, when it is bought, and in SQL."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

import pytest

from reos.connectors.attom.mapping import property_facts
from reos.connectors.attom.settings import DATASETS
from reos.connectors.contract import PropertyFacts
from reos.connectors.county_assessor.client import parcel_facts as county_facts
from reos.connectors.county_assessor.settings import known_counties
from reos.connectors.fema_nfhl.zones import flood_facts, worst_first
from reos.connectors.regrid.mapping import parcel_facts
from reos.connectors.zillow_bridge.mapping import estimate_facts
from reos_local.sandbox import attom_resources, bridge, county_tables, county_view, flood, regrid_view
from reos_local.sandbox.world import county_apns, parcel

SEED, COUNT, TODAY = 1, 60, date(2026, 11, 30)  # later than every sale of the invented county
PARCELS = [parcel(SEED, apn) for apn in county_apns(SEED, COUNT)]
Body = Mapping[str, Any]
PLACE = ("zip5", "state", "latitude", "longitude")
HOUSE = ("beds", "baths", "living_sqft", "lot_sqft", "year_built", "property_type")
FLOOD = ("flood_zone", "in_flood_hazard_area", "flood_map_date")
SALE = ("last_sale_date", "last_sale_price")


def attom(endpoint: str) -> Callable[[], Iterator[Body | None]]:
    return lambda: (attom_resources.RESOURCES[endpoint](SEED, true) for true in PARCELS)


def flood_answers() -> Iterator[Body]:
    for x, y in ((x, y) for x in range(12) for y in range(12)):
        longitude, latitude = -122.55 + 0.0137 * x, 47.05 + 0.0113 * y
        sheet = flood.panel(SEED, longitude, latitude)
        features = worst_first(flood.polygons(SEED, longitude, latitude))
        yield {"features": features, **({"panel": sheet} if sheet else {"availability": 0})}


def county(fips: str) -> Iterator[Body]:
    if fips == "53033":
        return (county_view.attributes(SEED, true.apn) for true in PARCELS)
    return islice(county_tables.rows(SEED, fips), COUNT)


# source: its landing table, its staging view, bodies, the connector's reader, what both tell
SOURCES: dict[str, tuple[str, str, Callable[[], Iterable[Body | None]], tuple[str, ...]]] = {
    "attom": ("attom_expanded_profile", "stg_attom__property", attom("/property/expandedprofile"),
              (*PLACE, *HOUSE, *SALE, "owner_occupied", "assessed_value")),
    "attom_basic_profile": ("attom_basic_profile", "stg_attom__basic_profile", attom("/property/basicprofile"),
                            (*PLACE, *HOUSE, *SALE, "owner_occupied", "assessed_value")),
    "attom_detail_owner": ("attom_detail_owner", "stg_attom__detail_owner", attom("/property/detailowner"),
                           (*PLACE, *HOUSE, "owner_occupied")),
    "attom_assessment": ("attom_assessment", "stg_attom__assessment", attom("/assessment/detail"),
                         (*PLACE, *HOUSE, "assessed_value")),
    "attom_sales_history": ("attom_sales_history", "stg_attom__sales_history", attom("/saleshistory/detail"),
                            (*PLACE, *SALE, "beds", "baths", "living_sqft", "year_built", "property_type")),
    "attom_avm": ("attom_avm", "stg_attom__valuation", attom("/attomavm/detail"),
                  ("estimated_value", *PLACE)),
    "regrid": ("regrid_parcel", "stg_regrid__parcel",
               lambda: (regrid_view.feature(SEED, true, geometry=False) for true in PARCELS),
               (*PLACE, *SALE, *FLOOD, "living_sqft", "lot_sqft", "year_built", "assessed_value", "zoning")),
    "fema_nfhl": ("fema_flood_zone", "stg_fema__flood_zone", flood_answers, FLOOD),
    "zillow_bridge": ("zillow_zestimate", "stg_zillow__zestimate",
                      lambda: (each for true in PARCELS for each in bridge.entries(SEED, true)),
                      ("estimated_value", "estimated_rent")),
    "53033": ("county_assessor_parcel", "stg_county_assessor__parcel", lambda: county("53033"),
              ("zip5", "state", *HOUSE, *SALE, "grade", "condition", "year_renovated")),
    "27163": ("county_assessor_parcel", "stg_county_assessor__parcel", lambda: county("27163"),
              ("zip5", "state", "living_sqft", "year_built", *SALE)),
    "26081": ("county_assessor_parcel", "stg_county_assessor__parcel", lambda: county("26081"),
              ("zip5", "state", "lot_sqft")),
}  # fmt: skip
COLUMNS = {"estimated_value": "avm_value"}


def facts_of(source: str, body: Body) -> PropertyFacts:
    if source in DATASETS:
        return property_facts(DATASETS[source], body)
    if source.isdigit():
        return county_facts(known_counties()[source], body)
    readers = {"regrid": parcel_facts, "fema_nfhl": flood_facts, "zillow_bridge": estimate_facts}
    return readers[source](body)


def land(conn: Any, tenant_id: UUID, source: str, table: str, bodies: Iterable[Body]) -> None:
    extra = {"county_fips": source} if source.isdigit() else {}
    for number, body in enumerate(bodies, start=1):
        property_id, text = uuid5(tenant_id, f"{source}{number}"), json.dumps(body)
        named = {"tenant_id": tenant_id, "property_id": property_id}
        home = {**named, "apn": str(number), "apn_key": f"{source}{number}", "county_fips": "53033", "source": "test"}
        answer = {"logical_date": TODAY, "fetched_at": datetime(2026, 11, 30, tzinfo=UTC), "licence": "test"}
        hashed = {"body": text, "body_sha256": hashlib.sha256(text.encode()).digest()}
        for relation, row in (("app.property", home), (f"raw.{table}", {**named, **answer, **hashed, **extra})):
            names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
            conn.execute(f"insert into {relation} ({names}) values ({marks})", list(row.values()))  # noqa: S608


def told(facts: PropertyFacts, names: tuple[str, ...]) -> dict[str, object]:
    """What the connector says, as the warehouse writes it: an estimated or undisclosed sale is none."""
    found = {name: getattr(facts, name) for name in names}
    if set(SALE) <= set(names) and (facts.last_sale_price is None or facts.last_sale_estimated):
        found.update(dict.fromkeys(SALE))
    if source_text := found.get("zoning"):
        found["zoning"] = str(source_text).upper()
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_an_answer_means_the_same_to_the_connector_and_to_the_warehouse(
    warehouse: Any, make_tenants: Any, source: str
) -> None:
    table, view, make, names = SOURCES[source]
    bodies = [body for body in make() if body is not None]
    assert len(bodies) > 20
    tenant_id, _ = make_tenants(warehouse)
    conn = warehouse.connect("superuser", autocommit=True)
    land(conn, tenant_id, source, table, bodies)
    columns = ", ".join(f"{COLUMNS.get(name, name)} as {name}" for name in names)
    rows = conn.execute(f"select {columns} from staging.{view} order by raw_id").fetchall()  # noqa: S608
    expected = [told(facts_of(source, json.loads(json.dumps(body))), names) for body in bodies]
    differing = [
        (name, mine[name], theirs[name])
        for mine, theirs in zip(rows, expected, strict=True)
        for name in names
        if mine[name] != theirs[name]
    ]
    assert differing == []
    for name in names:
        assert any(row[name] is not None for row in rows), name
