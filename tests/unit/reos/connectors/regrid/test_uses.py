import pytest

from reos.connectors.regrid.uses import property_type, read_uses, uses
from reos.core.errors import ConfigurationError

PRODUCT = {
    *("single_family", "townhouse", "duplex", "triplex", "fourplex", "multi_family", "apartment", "condominium"),
    *("cooperative", "manufactured_home", "residential_other", "vacant_land", "commercial"),
}


@pytest.mark.parametrize(
    ("wording", "found"),
    [
        ("SINGLE FAMILY(C/I ZONE)", "single_family"),
        ("Single-Family Residence", "single_family"),
        ("TOWNHOUSE PLAT", "townhouse"),
        ("Duplex", "duplex"),
        ("RES 3-FAMILY", "triplex"),
        ("4-PLEX", "fourplex"),
        ("APTS 5+ UNITS", "apartment"),
        ("Multi-Family", "multi_family"),
        ("CONDOMINIUM(RESIDENTIAL)", "condominium"),
        ("Commercial Condominium", "commercial"),
        ("MOBILE HOME", "manufactured_home"),
        ("Mobile Home Park", "commercial"),
        ("Res Vacant Land", "vacant_land"),
        ("VACANT(COMMERCIAL)", "vacant_land"),
        ("OFFICE BLDG-3 STORIES OR MORE", "commercial"),
        ("Residential", "residential_other"),
        ("Church", None),
        ("EXEMPT - GOVERNMENT", None),
        ("EVACUATION CENTRE", None),
    ],
)
def test_a_countys_wording_is_read_by_its_words(wording, found):
    assert uses().of_wording(wording)[0] == found


def test_a_wording_is_known_or_not():
    assert [uses().of_wording(each)[1] for each in ("Church", " ", None, "HERMITAGE")] == [True, True, True, False]


@pytest.mark.parametrize(
    ("structure", "activity", "found"),
    [
        (1110.0, None, "single_family"),
        ("1121", None, "duplex"),
        (1125, None, "townhouse"),
        (1203.0, None, "triplex"),
        (1240, None, "multi_family"),
        (2350, None, "commercial"),
        (9000, 1100, "vacant_land"),
        (9999, 1100, "residential_other"),
        (4100, 1900.0, "vacant_land"),
        (0, 3100, "commercial"),
        (None, None, None),
    ],
)
def test_standard_codes_stand_for_all_below_them(structure, activity, found):
    assert property_type(None, structure, activity) == found


def test_the_wording_goes_before_the_codes_where_it_says_something():
    assert property_type("DUPLEX", 1110, None) == "duplex"
    assert property_type("CITY OF RENTON", 1110, None) == "single_family"


@pytest.mark.parametrize("code", [999, 10_000, -1000, "odd"])
def test_a_code_that_is_not_listed_is_an_error(code):
    with pytest.raises(ValueError, match=r"code|number"):
        property_type(None, code, None)


def test_all_types_are_the_products():
    named = {line.type for line in uses().phrases} | {*uses().lbcs_structure.values(), *uses().lbcs_activity.values()}
    assert named <= PRODUCT | {None}
    assert all(phrase == phrase.upper() for line in uses().phrases for phrase in line.phrases)


def test_a_malformed_list_is_refused_with_its_name(tmp_path):
    path = tmp_path / "uses.yml"
    path.write_text("phrases: 3")
    with pytest.raises(ConfigurationError, match=r"uses\.yml"):
        read_uses(path)
