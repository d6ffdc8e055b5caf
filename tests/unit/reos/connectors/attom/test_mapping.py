import json
from datetime import date
from pathlib import Path

import pytest

from reos.connectors.attom.mapping import leaves, profile_facts, profile_map, read_map, undeclared
from reos.connectors.contract import PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.core.errors import ConfigurationError

HERE = Path(__file__).parent
SHARED = Path(__file__).resolve().parents[6] / "shared/contracts/samples/attom"


def profile(name, folder=HERE):
    return json.loads((folder / name).read_text())["property"][0]


def test_a_profile_becomes_facts():
    assert profile_facts(profile("found.200.json")) == PropertyFacts(
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
    assert profile_facts(profile("lower_case_keys.200.json")) == profile_facts(profile("found.200.json"))


def test_of_keys_that_differ_only_in_case_the_first_wins():
    assert leaves({"lot": {"lotSize2": 1, "lotsize2": 2}, "Lot": {"lotSize2": 3}}) == {"lot.lotsize2": 1}


def test_an_estimated_price_is_marked():
    facts = profile_facts(profile("non_disclosure.200.json"))
    assert (facts.last_sale_price, facts.last_sale_estimated) == (1_299_000, True)


def test_every_field_of_the_samples_is_read_or_declared_ignored():
    published = sorted(SHARED.glob("*profile*.json"))
    samples = [profile("found.200.json"), *(profile(path.name, SHARED) for path in published)]
    assert [undeclared(leaves(sample)) for sample in samples] == [frozenset()] * len(samples)
    assert all(profile_facts(sample).owner_name for sample in samples)


def test_a_field_that_nobody_declared_is_reported_and_no_error():
    strange = profile("new_field.200.json")
    assert undeclared(leaves(strange)) == {"building.rooms.saunas"}
    assert profile_facts(strange).beds == 3


@pytest.mark.parametrize(
    ("case", "named"),
    [("new_section.200.json", "new section structure"), ("unknown_code.200.json", "summary.proptype: unknown code")],
)
def test_drift_is_named(case, named):
    with pytest.raises(SchemaDriftError, match=named):
        profile_facts(profile(case))


def test_a_profile_without_identity_is_drift():
    anonymous = profile("found.200.json")
    del anonymous["identifier"]["fips"]
    with pytest.raises(SchemaDriftError, match=r"no identifier\.fips"):
        profile_facts(anonymous)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("summary", "yearBuilt", "old"), ("lot", "lotSize2", -5), ("location", "latitude", 95)],
)
def test_a_value_of_another_kind_is_drift_of_that_record(section, key, value):
    strange = profile("found.200.json")
    strange[section][key] = value
    with pytest.raises(SchemaDriftError, match=f"{section}.{key.lower()}") as drift:
        profile_facts(strange)
    assert not drift.value.provider_wide


def test_zero_is_how_attom_writes_unknown():
    unknown = profile("found.200.json")
    unknown["sale"] = {"saleAmountData": {"saleAmt": 0.0}}
    unknown["summary"]["yearBuilt"] = 0
    facts = profile_facts(unknown)
    assert (facts.last_sale_price, facts.year_built, facts.last_sale_date) == (None, None, None)


def test_the_map_reads_nothing_that_it_ignores():
    known = profile_map()
    assert not known.read_paths & set(known.ignored)
    assert all(path == path.lower() for path in (*known.read_paths, *known.ignored))
    assert all(code == code.upper() for codes in known.codes.values() for code in codes)


@pytest.mark.parametrize(
    "text",
    [
        "facts: [",
        "facts: {}",
        "{facts: {colour: {paths: [a.b], read: text}}, checked: [], ignored: [], codes: {}}",
        "{facts: {beds: {paths: [a.b], read: guess}}, checked: [], ignored: [], codes: {}}",
        "{facts: {beds: {paths: [a.b], codes: lost}}, checked: [], ignored: [], codes: {}}",
    ],
)
def test_a_malformed_map_is_refused_with_its_name(tmp_path, text):
    path = tmp_path / "fields.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"fields\.yml"):
        read_map(path)
