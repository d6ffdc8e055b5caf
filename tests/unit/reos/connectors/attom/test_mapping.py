import json
from datetime import date
from pathlib import Path

import pytest

from reos.connectors.attom.mapping import AttomMap, attom_map, named, property_facts, property_leaves, undeclared
from reos.connectors.attom.settings import EXPANDED_PROFILE
from reos.connectors.contract import PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.connectors.field_map import read_field_map
from reos.connectors.identity import Named
from reos.core.errors import ConfigurationError

HERE = Path(__file__).parent


def profile(name):
    return json.loads((HERE / name).read_text())["property"][0]


def facts_of(body):
    return property_facts(EXPANDED_PROFILE, body)


def test_a_profile_becomes_facts():
    assert facts_of(profile("found.200.json")) == PropertyFacts(
        address_line="101 ALDER AVE S",
        city="SEATTLE",
        state="WA",
        zip5="98178",
        latitude=47.5112,
        longitude=-122.257,
        property_type="single_family",
        owner_name="DOE JANE",
        owner_occupied=False,
        mailing_address="9 FIR ST, TACOMA, WA 98402",
        living_sqft=1180,
        lot_sqft=5650,
        beds=3,
        baths=1.0,
        floors=1.5,
        year_built=1955,
        assessed_land=80_000,
        assessed_improvements=100_000,
        assessed_value=180_000,
        roll_year=2025,
        last_sale_date=date(2014, 10, 13),
        last_sale_price=221_900,
    )


def test_the_casing_of_keys_does_not_matter():
    assert facts_of(profile("lower_case_keys.200.json")) == facts_of(profile("found.200.json"))


def test_of_keys_that_differ_only_in_case_the_first_wins():
    body = {"lot": {"lotSize2": 1, "lotsize2": 2}, "Lot": {"lotSize2": 3}}
    assert property_leaves(body) == {"lot.lotsize2": 1}


def test_a_section_in_its_own_place_goes_before_one_in_another():
    body = {"owner": {"type": "a", "description": "b"}, "assessment": {"owner": {"type": "c"}}}
    assert property_leaves(body) == {"assessment.owner.type": "c", "assessment.owner.description": "b"}


def test_an_estimated_price_is_marked_and_only_a_price_can_be_estimated():
    estimated = profile("non_disclosure.200.json")
    assert (facts_of(estimated).last_sale_price, facts_of(estimated).last_sale_estimated) == (1_299_000, True)
    estimated["sale"]["saleAmountData"]["saleAmt"] = 0
    estimated["sale"].pop("amount", None)
    assert (facts_of(estimated).last_sale_price, facts_of(estimated).last_sale_estimated) == (None, None)


def test_a_field_that_nobody_declared_is_reported_and_no_error():
    strange = profile("new_field.200.json")
    assert undeclared(strange) == {"building.rooms.saunas"}
    assert facts_of(strange).beds == 3


def test_a_new_section_beside_all_known_ones_is_reported_and_no_error():
    more = {**profile("found.200.json"), "hazards": {"score": 1}}
    assert undeclared(more) == {"hazards.score"}
    assert facts_of(more).beds == 3


def test_absent_and_empty_sections_are_no_drift():
    assert facts_of({"identifier": {"fips": "53033"}, "lot": {}, "sale": None}) == PropertyFacts()


@pytest.mark.parametrize(
    ("case", "named"),
    [
        ("new_section.200.json", "new section structure and no building"),
        ("unknown_code.200.json", "summary.proptype: unknown code"),
    ],
)
def test_drift_is_named(case, named):
    with pytest.raises(SchemaDriftError, match=named):
        facts_of(profile(case))


def test_a_record_says_what_it_is_about():
    assert named(profile("found.200.json")) == Named("53033", ("712930-0520",), "101 ALDER AVE S", "WA", "98178")
    assert named({"identifier": {"fips": 8031}}).county_fips == "08031"
    assert named({"summary": {"propType": "SFR"}}).silent


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("summary", "yearBuilt", "old"), ("lot", "lotSize2", -5), ("location", "latitude", 95)],
)
def test_a_value_of_another_kind_is_drift_of_that_record(section, key, value):
    strange = profile("found.200.json")
    strange[section][key] = value
    with pytest.raises(SchemaDriftError, match=f"{section}.{key.lower()}") as drift:
        facts_of(strange)
    assert not drift.value.provider_wide


def test_zero_is_how_attom_writes_unknown():
    unknown = profile("found.200.json")
    unknown["sale"] = {"saleAmountData": {"saleAmt": 0.0}}
    unknown["summary"]["yearBuilt"] = 0
    facts = facts_of(unknown)
    assert (facts.last_sale_price, facts.year_built, facts.last_sale_date) == (None, None, None)


def test_the_map_reads_nothing_that_it_ignores():
    known = attom_map()
    assert not known.read_paths & set(known.ignored)
    assert all(path == path.lower() for path in (*known.read_paths, *known.ignored))
    assert all(code == code.upper() for codes in known.codes.values() for code in codes)
    assert all(word == word.upper() for word in known.not_sales)


def test_a_map_without_its_own_keys_is_refused_with_its_name(tmp_path):
    path = tmp_path / "fields.yml"
    path.write_text("facts: {}")
    with pytest.raises(ConfigurationError, match=r"fields\.yml"):
        read_field_map(path, AttomMap)
