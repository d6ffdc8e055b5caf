import json
from datetime import date
from pathlib import Path

import pytest

from reos.connectors.arcgis import quoted
from reos.connectors.contract import PropertyFacts
from reos.connectors.county_assessor.mapping import check_columns, parcel_facts, parcel_number
from reos.connectors.county_assessor.settings import COUNTIES, known_counties, read_county
from reos.connectors.errors import SchemaDriftError
from reos.core.errors import ConfigurationError

HERE = Path(__file__).parent
KING = known_counties()["53033"]
KENT = {
    "fips": "26081",
    "name": "Kent County, MI",
    "driver": "arcgis",
    "service": "Parcels/MapServer/0",
    "attribution": "Kent County",
    "object_id": "OBJECTID",
    "apn": {"column": "PNUM", "digits": 12},
    "fields": {
        "owner_name": {"column": "OWNERNAME1", "read": "text"},
        "address_line": {"column": "PROPERTYADDRESS", "read": "text"},
        "assessed_value": {"column": "SEVTRIBUNAL1", "read": "rounded"},
    },
}

SET = {"id": "abcd-1234", "title": "parcels", "columns": {"rooms": []}}
SOCRATA = {
    "driver": "socrata",
    "service": None,
    "object_id": None,
    "fields": {"beds": {"column": "rooms", "read": "whole"}},
    "datasets": [SET],
}


def attributes(name="two_parcels.200.json", row=0):
    return json.loads((HERE / name).read_text())["features"][row]["attributes"]


def test_attributes_become_facts():
    assert parcel_facts(KING, attributes()) == PropertyFacts(
        address_line="101 ALDER AVE S",
        city="SEATTLE",
        state="WA",
        zip5="98178",
        latitude=47.5112,
        longitude=-122.257,
        property_type="single_family",
        owner_name="DOE JANE",
        mailing_address="9 FIR ST, TACOMA WA 98402",
        living_sqft=1180,
        lot_sqft=5650,
        beds=3,
        baths=1.0,
        floors=1.5,
        year_built=1955,
        grade=7,
        condition=3,
        assessed_land=80_000,
        assessed_improvements=100_000,
        assessed_value=180_000,
        roll_year=2026,
        last_sale_date=date(2014, 10, 13),
        last_sale_price=221_900,
    )


def test_a_layer_without_values_has_no_assessed_total():
    nothing = attributes() | {"APPR_LAND_VAL": None, "APPR_IMP_VAL": 0}
    assert parcel_facts(KING, nothing).assessed_value is None
    assert parcel_facts(KING, nothing | {"APPR_LAND_VAL": 5}).assessed_value == 5


@pytest.mark.parametrize(
    ("column", "value"),
    [("YR_BUILT", "old"), ("BEDROOMS", -1), ("LAT", 91), ("OWNER_NAME", 7), ("LAST_SALE_DATE", 1e18)],
)
def test_a_cell_of_another_kind_is_drift_that_names_column_and_value(column, value):
    with pytest.raises(SchemaDriftError, match=f"column {column}"):
        parcel_facts(KING, attributes() | {column: value})


def test_every_column_of_the_layer_is_read_or_declared_ignored():
    assert check_columns(KING, attributes()) == frozenset()
    assert check_columns(KING, [*attributes(), "ZONE"]) == {"ZONE"}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("7129300520", "7129300520"),
        ("712930-0520", "7129300520"),
        (" 1800010 ", "0001800010"),
        (1800010, "0001800010"),
        (1800010.0, "0001800010"),
        ("12345678901", None),
        ("1800010.00000000", "0001800010"),
        ("1800010.5", "0018000105"),
        ("71293A0520", None),
        ("", None),
        ("--", None),
        ("٧١٢", None),
        (None, None),
    ],
)
def test_parcel_numbers_are_written_as_the_county_does(written, number):
    assert parcel_number(KING, written) == number


def test_quotes_in_a_value_cannot_end_the_literal():
    assert quoted(["7", "x' OR '1'='1"]) == "'7', 'x'' OR ''1''=''1'"


def test_shipped_maps_are_valid_and_named_after_their_county():
    assert set(known_counties()) == {path.stem for path in COUNTIES.glob("*.yml")}
    assert KING.address(None) is None
    assert KING.address("http://127.0.0.1:1/county/") == (
        "http://127.0.0.1:1/county/53033/arcgis/rest/services/Parcels/FeatureServer/0"
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"fips": "26082"}, "describes county 26082"),
        ({"fips": "2608"}, "fips"),
        ({"driver": "carrier-pigeon"}, "driver"),
        ({"service": "/../x"}, "service"),
        ({"colour": "red"}, "colour"),
        ({"fields": {"colour": {"column": "A", "read": "text"}}}, "no such facts: colour"),
        ({"fields": {"beds": {"column": "A", "read": "guess"}}}, "`read` is one of"),
        ({"fields": {"beds": {"column": "A"}}}, "either `read` or `codes`"),
        ({"fields": {"beds": {"column": "A", "first": ["B"], "read": "whole"}}}, "one of `column`"),
        ({"fields": {"beds": {"read": "whole"}}}, "one of `column`"),
        ({"fields": {"city": {"join": ["A", "B"], "read": "text"}}}, "take no reader"),
        ({"service": None}, "arcgis takes `service`"),
        ({"driver": "socrata"}, "socrata takes `datasets`"),
        (SOCRATA | {"datasets": []}, "socrata takes `datasets`"),
        (SOCRATA | {"datasets": [SET, SET]}, "columns of one name"),
        (SOCRATA | {"datasets": [SET | {"columns": {"b": []}}]}, "no data set has rooms"),
        (SOCRATA | {"datasets": [SET | {"newest": "year"}]}, "not among the columns of abcd-1234: year"),
        (SOCRATA | {"datasets": [SET | {"years": 3}]}, "`years` needs `newest`"),
        (SOCRATA | {"datasets": [SET | {"id": "../x"}]}, "id"),
        ({"fields": {"beds": {"column": "A", "read": "whole", "codes": {}}}}, "either `read` or `codes`"),
    ],
)
def test_a_faulty_map_is_refused_with_its_name(tmp_path, change, complaint):
    path = tmp_path / "26081.yml"
    path.write_text(json.dumps(KENT | change))
    with pytest.raises(ConfigurationError, match=complaint) as refused:
        read_county(path)
    assert "26081.yml" in str(refused.value)


def test_a_county_of_data_sets_is_valid_too(tmp_path):
    path = tmp_path / "26081.yml"
    path.write_text(json.dumps(KENT | SOCRATA))
    assert read_county(path).facts == {"beds"}
    assert read_county(path).address("http://127.0.0.1:1/county/") == "http://127.0.0.1:1/county/26081"


def test_an_unreadable_map_is_refused(tmp_path):
    path = tmp_path / "26081.yml"
    path.write_text("fips: [")
    with pytest.raises(ConfigurationError, match=r"26081\.yml"):
        read_county(path)
