import json
import re
from pathlib import Path

import pytest
import yaml

from reos.core.errors import InvalidInputError
from reos.pipeline.profiles import fitting, fold, load_profile, parse_profile, profile_names
from reos.pipeline.profiles.proposals import as_document

KING_COLUMNS = (
    "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,floors,waterfront,view,condition,grade,sqft_above,"
    "sqft_basement,yr_built,yr_renovated,zipcode,lat,long,sqft_living15,sqft_lot15"
)
KING_HEADER = KING_COLUMNS.split(",")


def test_the_profiles_that_come_with_the_platform_are_well_formed():
    assert profile_names() == ["generic", "king-county"]
    for name in profile_names():
        assert load_profile(name).name == name


def test_king_county_knows_every_column_of_its_file():
    profile = load_profile("king-county")
    assert profile.missing(KING_HEADER) == []
    assert profile.unknown(KING_HEADER) == []
    assert profile.positions(KING_HEADER)["sale_price"] == (2,)


def test_missing_columns_are_named():
    profile = load_profile("king-county")
    assert profile.missing([name for name in KING_HEADER if name not in {"lat", "grade"}]) == ["grade", "lat"]


def test_the_generic_profile_wants_a_parcel_number_or_an_address():
    profile = load_profile("generic")
    assert profile.missing(["Parcel Number", "County FIPS"]) == []
    assert profile.missing(["SITUS_ADDRESS"]) == []
    assert profile.missing(["city", "beds"]) == ["apn or address"]
    assert profile.unknown(["APN", "shoe size"]) == ["shoe size"]


def test_of_several_spellings_the_first_of_the_profile_wins():
    assert load_profile("generic").positions(["pin", "APN"])["apn"] == (1,)


def test_a_column_twice_is_found_when_the_profile_reads_it():
    profile = load_profile("king-county")
    assert profile.twice([*KING_HEADER, "Price", "other", "other"]) == ["price"]


def test_which_profiles_fit_a_header():
    assert list(fitting(KING_HEADER)) == ["king-county"]
    assert list(fitting(["address", "zip"])) == ["generic"]
    assert list(fitting(["a", "b"])) == []


def test_names_are_compared_without_case_blanks_and_marks():
    assert fold("Sale_Date") == fold("sale date") == fold("SALE-DATE")


def test_a_profile_of_ones_own_is_read_from_its_file(tmp_path: Path):
    path = tmp_path / "mine.yml"
    path.write_text(
        "name: mine\ntitle: Mine\nlicence: CC0\ncolumns:\n  - {from: PIN, to: apn, as: digits, width: 10}\n"
    )
    assert load_profile(str(path)).positions(["pin"]) == {"apn": (0,)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("name: [", "not well formed"),
        ("name: mine", "not well formed"),
        ("name: m\ntitle: M\nlicence: C\ncolumns: [{from: a, to: nonsense, as: text}]", "none of our names"),
        ("name: m\ntitle: M\nlicence: C\ncolumns: [{from: a, to: apn, as: digits}]", "width"),
        ("name: m\ntitle: M\nlicence: C\ncolumns: [{from: a, to: apn, as: magic}]", "not well formed"),
        ("name: m\ntitle: M\nlicence: C\nfoo: 1\ncolumns: [{from: a, to: apn, as: text}]", "not well formed"),
    ],
)
def test_a_malformed_profile_is_refused(tmp_path: Path, content: str, reason: str):
    path = tmp_path / "mine.yml"
    path.write_text(content)
    with pytest.raises(InvalidInputError, match=reason) as caught:
        load_profile(str(path))
    assert "generic.yml" in (caught.value.remedy or "")


@pytest.mark.parametrize("name", ["nope", "../king-county", "nope.yml"])
def test_a_profile_that_is_not_there_is_refused(name: str):
    with pytest.raises(InvalidInputError):
        load_profile(name)


def test_a_profile_of_ones_own_is_named_by_what_it_says(tmp_path: Path):
    text = "name: mine\ntitle: Mine\nlicence: ours\ncolumns:\n- {from: [PIN], to: apn, as: text}\n"
    path = tmp_path / "mine.yml"
    names = []
    for content in (text, text.replace("mine", "ours"), text.replace("PIN", "APN")):
        path.write_text(content)
        names.append(load_profile(str(path)).name)
    assert names[0] == names[1] != names[2]
    assert re.fullmatch("custom-[0-9a-f]{12}", names[0])
    assert parse_profile("mapping", json.dumps(yaml.safe_load(text))).name == names[0]


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_of_the_platform_keeps_its_name_wherever_it_comes_from(name: str, tmp_path: Path):
    path = tmp_path / "copy.yml"
    path.write_text(yaml.safe_dump(as_document(load_profile(name))))
    assert load_profile(str(path)) == load_profile(name)
