"""The shipped maps against rows in their counties' own form, and against the published ones where those are at hand."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.connectors.contract import PropertyFacts
from reos.connectors.county_assessor.mapping import check_columns, parcel_facts, parcel_number
from reos.connectors.county_assessor.settings import known_counties
from reos.connectors.errors import SchemaDriftError

SHARED = Path(__file__).resolve().parents[6] / "shared"
COOK, NEW_YORK, KENT, WASHINGTON = (known_counties()[fips] for fips in ("17031", "36061", "26081", "27163"))

KENT_ROW = {
    "PPN": 410106100009,
    "PNUM": "41-01-06-100-009",
    "OWNERNAME1": "DOE JANE                           ",
    "OWNERNAME2": "                                   ",
    "PROPERTYADDRESS": "4660 22 MILE RD NW              ",
    "PROPADDRESSCITY": "GRANT                    ",
    "PROPADDRESSSTATE_ZIPCODE": "MI49327     ",
    "SEVTRIBUNAL1": 56100,
    "TAXABLETRIBUNAL1": 55270,
    "PROPADDRESSNUMBER": " 4660",
    "PROPADDSTREET": "22 MILE RD NW              ",
    "OBJECTID": 1,
    "SHAPE.STArea()": 160469.21826171875,
    "SHAPE.STLength()": 1603.7360378288413,
}
COOK_ROW = {
    "pin": "14083010190000",
    "class": "211",
    "lat": "41.97",
    "lon": "-87.66",
    "address_year": "2025",
    "prop_address_full": "2350 N CLARK ST",
    "prop_address_city_name": "CHICAGO",
    "prop_address_state": "IL",
    "prop_address_zipcode_1": "60614",
    "mail_address_name": "TAXPAYER OF 14083010190000",
    "mail_address_full": "PO BOX 1000",
    "mail_address_city_name": "CHICAGO",
    "mail_address_state": "IL",
    "mail_address_zipcode_1": "60601",
    "value_year": "2026.0",
    "mailed_land": "10500.0",
    "mailed_bldg": "36000",
    "mailed_tot": "46500",
    "board_tot": "44000.00",
    "char_year": "2025",
    "card": "1",
    "char_bldg_sf": "2400",
    "char_fbath": "2",
    "char_hbath": "1",
    "char_beds": "5.0",
    "char_yrblt": "1912",
    "sale_date": "2019-06-01T00:00:00.000",
    "sale_price": "0",
}


def lots():
    """Return rows of tax lots: one of ours, and the published ones where they are at hand."""
    rows = [{"bbl": "1000010100.00000000", "address": "CARDER ROAD", "lotarea": "23121", "yearbuilt": "0"}]
    for path in sorted((SHARED / "contracts/samples/socrata_pluto").glob("F0*.json")):
        body = json.loads(path.read_text())["response_body_raw"]
        rows += json.loads(body) if body else []
    return rows


def test_kents_padded_cells_become_facts():
    assert parcel_facts(KENT, KENT_ROW) == PropertyFacts(
        address_line="4660 22 MILE RD NW",
        city="GRANT",
        state="MI",
        zip5="49327",
        owner_name="DOE JANE",
        lot_sqft=160_469,
        assessed_value=56_100,
    )
    assert check_columns(KENT, KENT_ROW) == frozenset()
    assert parcel_number(KENT, "41-01-06-100-009") == parcel_number(KENT, 410106100009.0) == "410106100009"


def test_kents_published_rows_and_columns_are_the_mapped_ones():
    samples = SHARED / "contracts/samples/arcgis_parcels"
    rows = [KENT_ROW]
    if samples.is_dir():
        rows = [each["attributes"] for each in json.loads((samples / "us-mi-kent-0.json").read_text())["features"]]
        fields = json.loads((samples / "us-mi-kent-metadata.json").read_text())["fields"]
        assert check_columns(KENT, [field["name"] for field in fields]) == frozenset()
    for row in rows:
        facts = parcel_facts(KENT, row)
        assert (facts.state, len(facts.zip5 or ""), facts.assessed_value) == ("MI", 5, row["SEVTRIBUNAL1"])
        assert parcel_number(KENT, row["PPN"]) == parcel_number(KENT, row["PNUM"])


def washington():
    """Return Washington's rows as its layer sends them: dates as milliseconds."""
    rows = [dict.fromkeys(WASHINGTON.mapped_columns) | {"OBJECTID": 1, "PIN": "0902721410036", "YEAR_BUILT": 0}]
    path = SHARED / "data/washington_county_mn_parcels.geojson"
    if path.exists():
        rows += [each["properties"] for each in json.loads(path.read_text())["features"]]
    for row in rows:
        sold = row["SALE_DATE"]
        row["SALE_DATE"] = sold and int(datetime.fromisoformat(sold).astimezone(UTC).timestamp() * 1000)
    return rows


def test_washingtons_records_become_facts():
    blank, *published = washington()
    assert parcel_facts(WASHINGTON, blank) == PropertyFacts()
    for row in published:
        facts = parcel_facts(WASHINGTON, row)
        assert check_columns(WASHINGTON, row) == frozenset()
        assert parcel_number(WASHINGTON, row["PIN"]) == row["PIN"]
        assert (facts.year_built, facts.assessed_value) == (row["YEAR_BUILT"] or None, row["EMV_TOTAL"] or None)
    if published:
        first = parcel_facts(WASHINGTON, published[0])
        assert (first.address_line, first.city, first.zip5) == ("7710 IVERSON AVE S", "COTTAGE GROVE", "55016")
        assert (first.living_sqft, first.lot_sqft, first.owner_occupied) == (1596, 13_504, True)
        assert (first.last_sale_date, first.last_sale_price) == (date(1989, 10, 1), 97_000)


def test_cooks_joined_row_becomes_facts():
    assert parcel_facts(COOK, COOK_ROW) == PropertyFacts(
        address_line="2350 N CLARK ST",
        city="CHICAGO",
        state="IL",
        zip5="60614",
        latitude=41.97,
        longitude=-87.66,
        property_type="multi_family",
        owner_name="TAXPAYER OF 14083010190000",
        mailing_address="PO BOX 1000 CHICAGO IL 60601",
        living_sqft=2400,
        beds=5,
        baths=2.5,
        year_built=1912,
        assessed_land=10_500,
        assessed_improvements=36_000,
        assessed_value=44_000,
        roll_year=2026,
        last_sale_date=date(2019, 6, 1),
    )
    assert parcel_facts(COOK, {"pin": "14083010190000"}) == PropertyFacts()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("203", "single_family"),
        ("299", "condominium"),
        ("297", "residential_other"),
        ("517", "commercial"),
        ("EX", None),
    ],
)
def test_cooks_classes_are_translated(code, kind):
    assert parcel_facts(COOK, {"class": code}).property_type == kind


def test_a_pin_has_fourteen_digits_with_its_leading_zeros():
    assert parcel_number(COOK, "1011000040000") == "01011000040000"
    assert parcel_number(COOK, "14-08-301-019-0000") == "14083010190000"
    assert parcel_number(COOK, 1011000040000) == "01011000040000"
    assert parcel_number(COOK, "140830101900001") is None


def test_tax_lots_of_new_york_become_facts():
    rows = lots()
    for row in rows:
        facts = parcel_facts(NEW_YORK, row)
        assert parcel_number(NEW_YORK, row["bbl"]) == row["bbl"].partition(".")[0]
        assert (facts.address_line, facts.lot_sqft) == (row["address"], int(row["lotarea"]))
        assert facts.year_built in {None, *range(1800, 2030)}
    assert parcel_facts(NEW_YORK, rows[0]) == PropertyFacts(address_line="CARDER ROAD", lot_sqft=23_121)


CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just([]) | st.just({})


@given(st.sampled_from(list(known_counties().values())), st.data())
def test_whatever_the_cells_hold_it_parses_or_is_drift(county, data):
    row = data.draw(st.fixed_dictionaries(dict.fromkeys(sorted(county.mapped_columns), CELLS)))
    with suppress(SchemaDriftError):
        assert isinstance(parcel_facts(county, row), PropertyFacts)
    assert len(parcel_number(county, row[county.apn.column]) or "x" * county.apn.digits) == county.apn.digits


@pytest.mark.parametrize("county", known_counties().values(), ids=lambda county: county.fips)
def test_every_county_says_what_it_can_give(county):
    assert county.fields.keys() <= county.facts
    assert {"address_line", "assessed_value"} <= county.facts
