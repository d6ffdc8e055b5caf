import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reos.connectors.contract import PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.connectors.regrid.mapping import named, news, parcel_facts, parcel_id, regrid_map, stored, updated_at
from reos.connectors.regrid.settings import SPEC

HERE = Path(__file__).parent
PUBLISHED = Path(__file__).resolve().parents[6] / "shared/contracts/samples/regrid"


def feature(case="found.200", **columns):
    found = json.loads((HERE / f"{case}.json").read_text())["parcels"]["features"][0]
    found["properties"]["fields"] |= columns
    return found


def test_a_feature_becomes_facts():
    assert parcel_facts(feature()) == PropertyFacts(
        address_line="101 ALDER AVE S",
        city="SEATTLE",
        state="WA",
        zip5="98178",
        latitude=47.5112,
        longitude=-122.257,
        property_type="single_family",
        owner_name="DOE JANE",
        mailing_address="9 FIR ST, TACOMA, WA 98402",
        living_sqft=1180,
        lot_sqft=5650,
        floors=1.5,
        year_built=1955,
        assessed_land=80_000,
        assessed_improvements=100_000,
        assessed_value=180_000,
        roll_year=2024,
        last_sale_date=date(2014, 10, 13),
        last_sale_price=221_900,
        zoning="SF 5000",
        flood_zone="AE",
        in_flood_hazard_area=True,
        flood_map_date=date(2020, 8, 19),
    )


def test_the_specification_fills_what_the_map_gives():
    assert SPEC.fills == regrid_map().facts.keys() | {"property_type"}
    assert parcel_facts(feature()).known().keys() == SPEC.fills


@pytest.mark.parametrize(
    ("columns", "fact", "value"),
    [
        ({"saleprice": 0.0}, "last_sale_price", None),
        ({"saleprice": "415000"}, "last_sale_price", 415_000),
        ({"szip5": None}, "zip5", "98178"),
        ({"sqft": 6000.0}, "lot_sqft", 6000),
        ({"taxyear": "2023-2024"}, "roll_year", 2023),
        ({"owner": " ", "ownfrst": "JANE", "ownlast": "DOE"}, "owner_name", "JANE DOE"),
        ({"address": None, "saddno": "9", "saddpref": "N", "saddstr": "FIR"}, "address_line", "9 N FIR"),
        ({"mailadd": None, "mail_city": None}, "mailing_address", "WA 98402"),
        ({"fema_flood_zone": "x"}, "in_flood_hazard_area", False),
        ({"fema_flood_zone": "D"}, "in_flood_hazard_area", None),
        ({"fema_flood_zone": "AREA NOT INCLUDED"}, "in_flood_hazard_area", None),
        ({"fema_flood_zone": "V12"}, "in_flood_hazard_area", True),
        ({"usedesc": None, "lbcs_structure": "1121"}, "property_type", "duplex"),
        ({"usedesc": "HERMITAGE", "lbcs_activity": 2300.0}, "property_type", "commercial"),
        ({"usedesc": "HERMITAGE"}, "property_type", None),
        ({"lat": "", "lon": None}, "latitude", None),
    ],
)
def test_columns_are_read_by_their_map(columns, fact, value):
    assert getattr(parcel_facts(feature(**columns)), fact) == value


@pytest.mark.parametrize(
    ("columns", "named_"),
    [
        ({"yearbuilt": "old"}, "yearbuilt: expected a number"),
        ({"fema_flood_zone": "Z"}, "fema_flood_zone: unknown code"),
        ({"lbcs_activity": 12000}, "unknown code 12000"),
        ({"ll_updated_at": "yesterday"}, "Invalid isoformat"),
        ({"ll_updated_at": "2026-02-06 13:03:55"}, "a time with its offset"),
        ({"lat": "147.5"}, "lat: expected degrees"),
    ],
)
def test_a_value_of_another_kind_is_drift_of_that_record(columns, named_):
    with pytest.raises(SchemaDriftError, match=named_) as drift:
        parcel_facts(feature(**columns))
    assert not drift.value.provider_wide


@pytest.mark.parametrize(
    "body", [{}, {"properties": None}, {"properties": {"fields": []}}, {"properties": {"fields": {}}}]
)
def test_a_feature_without_columns_is_drift_of_the_provider(body):
    with pytest.raises(SchemaDriftError, match=r"properties\.fields") as drift:
        parcel_facts(body)
    assert drift.value.provider_wide


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-02-06 13:03:55 -0500", datetime(2024, 2, 6, 18, 3, 55, tzinfo=UTC)),
        ("2019-06-06 12:45:21.285102-04", datetime(2019, 6, 6, 16, 45, 21, 285102, tzinfo=UTC)),
        ("2024-02-06T13:03:55+00:00", datetime(2024, 2, 6, 13, 3, 55, tzinfo=UTC)),
        (None, None),
    ],
)
def test_the_time_of_the_last_change_has_its_offset(written, moment):
    assert updated_at(feature(ll_updated_at=written)) == moment


def test_the_stable_id_is_the_uuid():
    assert parcel_id(feature()) == "16bc4f67-009a-496c-bd0a-9e9d55f5228b"


def test_a_feature_says_what_it_is_about():
    about = named(feature(geoid=1001, tax_id="T-1"))
    assert (about.county_fips, about.zip5, about.state) == ("01001", "98178", "WA")
    assert about.parcels == ("712930-0520", "7129300520", "T-1")


def test_what_is_kept_has_no_outline_and_no_figures_about_people():
    kept = stored(feature("people.200") | {"geometry": {}})
    assert "geometry" not in kept
    assert parcel_facts(kept) == parcel_facts(feature())
    assert stored({"properties": None, "geometry": 1}) == {"properties": None}


def test_new_columns_and_unknown_wordings_are_reported_and_no_error():
    assert news(feature("new_column.200")) == {"roof_age", "usedesc HERMITAGE"}
    assert news(feature("people.200")) == frozenset()
    assert parcel_facts(feature("new_column.200")).year_built == 1955


def test_no_column_is_declared_twice():
    known = regrid_map()
    groups = [known.read_paths, set(known.ignored), set(known.withheld)]
    assert sum(map(len, groups)) == len(frozenset().union(*groups))
    assert len(known.ignored) == len(set(known.ignored))


def published_columns():
    """Return the columns of Regrid's dictionary and of its schema, where they are at hand."""
    rows = list(csv.reader((PUBLISHED / "data_dictionary_parcels.csv").read_text().splitlines(keepends=True)))[2:]
    schema = json.loads((PUBLISHED / "schema_us_parcel.json").read_text())["schema"]
    return {row[0] for row in rows} | schema.keys()


def test_every_column_of_the_dictionary_is_declared_and_no_other():
    known = regrid_map()
    declared = known.read_paths | set(known.ignored) | set(known.withheld)
    assert len(declared) == 165
    assert declared == (published_columns() if PUBLISHED.exists() else declared)


PUBLISHED_FACTS = {
    "address_response": {
        "address_line": "440 BURROUGHS ST",
        "city": "DETROIT",
        "state": "MI",
        "zip5": "48202",
        "latitude": 42.365083,
        "longitude": -83.073037,
        "property_type": "commercial",
        "owner_name": "TECHONE DEVELOPMENT LLC",
        "mailing_address": "440 BURROUGHS, DETROIT, MI 48202",
        "living_sqft": 142_125,
        "lot_sqft": 30_365,
        "year_built": 1926,
        "zoning": "SD2",
        "flood_zone": "X",
        "in_flood_hazard_area": False,
        "flood_map_date": date(2023, 10, 17),
    },
    "apn_response": {
        "address_line": "7085 RYEGRASS ROAD",
        "city": "JACKSON",
        "state": "WY",
        "zip5": "83001",
        "latitude": 43.582527,
        "longitude": -110.765062,
        "property_type": "vacant_land",
        "owner_name": "7085 RYEGRASS ROAD LLC",
        "mailing_address": "PO BOX 8785, WY, WY 83002-8785",
        "lot_sqft": 770_227,
        "assessed_land": 4_068_000,
        "assessed_value": 4_068_000,
        "roll_year": 2022,
        "flood_zone": "X",
        "in_flood_hazard_area": False,
        "flood_map_date": date(2023, 10, 17),
    },
}
PUBLISHED_FACTS["point_response"] = PUBLISHED_FACTS["address_response"]


def test_published_answers_give_these_facts():
    known = {"own": (feature(), parcel_facts(feature()).known())}
    for name, facts in PUBLISHED_FACTS.items() if PUBLISHED.exists() else ():
        (found,) = json.loads((PUBLISHED / f"{name}.json").read_text())["parcels"]["features"]
        known[name] = (found, facts)
    for name, (found, facts) in known.items():
        assert parcel_facts(stored(found)).known() == facts, name
        assert news(found) == frozenset(), name
