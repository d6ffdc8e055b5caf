import pytest

from reos.address import ParcelKey, parcel_key
from reos.core.errors import InvalidInputError

KING, COOK, ALAMEDA, STORY, MANHATTAN, QUEENS = "53033", "17031", "06001", "19169", "36061", "36081"
WASHINGTON_MN = "27163"
UNLISTED = "41051"  # Multnomah County, OR: no rule of its own


@pytest.mark.parametrize(
    ("fips", "written", "canonical"),
    [
        (KING, "7129300520", "7129300520"),
        (KING, "712930-0520", "7129300520"),
        (KING, " 712930 0520 ", "7129300520"),
        (KING, "16000397", "0016000397"),
        (KING, "16000-397", "0160000397"),
        (COOK, "14-28-322-038-1001", "14283220381001"),
        (COOK, "14-28-322-038", "14283220380000"),
        (COOK, "14283220381001", "14283220381001"),
        (ALAMEDA, "5-385-4", "005038500400"),
        (ALAMEDA, "005 038500400", "005038500400"),
        (ALAMEDA, "3-27-38-1", "003002703801"),
        (ALAMEDA, "48A-7070-13", "048A707001300"),
        (ALAMEDA, "048A707001300", "048A707001300"),
        (STORY, "526301100", "0526301100"),
        (STORY, "05-26-301-100", "0526301100"),
        (MANHATTAN, "1-439-1030", "1004391030"),
        (MANHATTAN, "1004391030", "1004391030"),
        (QUEENS, "4-13666-105", "4136660105"),
        (QUEENS, "13666-0105", "4136660105"),
        (WASHINGTON_MN, "902721410036", "0902721410036"),
        (WASHINGTON_MN, "09.027.21.41.0036", "0902721410036"),
        (UNLISTED, "r-12.34/ 56", "R-12-34-56"),
        (UNLISTED, "R123456", "R123456"),
    ],
)
def test_all_writings_of_a_number_have_one_form(fips: str, written: str, canonical: str):
    key = parcel_key(fips, written)
    assert (key.county_fips, key.canonical, key.raw) == (fips, canonical, written)


@pytest.mark.parametrize(
    ("fips", "one", "other"),
    [
        (ALAMEDA, "10-765-44", "10-765-4-4"),
        (MANHATTAN, "1-143-21", "1-1432-1"),
        (UNLISTED, "10-765-44", "10-765-4-4"),
        (UNLISTED, "0123", "123"),
        (UNLISTED, "12-3", "123"),
        (UNLISTED, "12-34A", "12-34"),
    ],
)
def test_numbers_that_differ_by_the_place_of_a_separator_never_merge(fips: str, one: str, other: str):
    assert parcel_key(fips, one).canonical != parcel_key(fips, other).canonical


@pytest.mark.parametrize(
    ("fips", "written"),
    [
        (KING, "71293005200"),
        (KING, "712930-05201"),
        (KING, "7129-300520-1"),
        (KING, "71293X0520"),
        (KING, "7129300520.0"),
        (COOK, "14283220381"),
        (ALAMEDA, "5-385"),
        (ALAMEDA, "5038500400"),
        (ALAMEDA, "00503 8500400"),
        (QUEENS, "1-439-1030"),
        (QUEENS, "439-1030"),
        (QUEENS, "1004391030"),
    ],
)
def test_a_number_that_is_none_of_its_county_is_refused(fips: str, written: str):
    with pytest.raises(InvalidInputError, match="is not a parcel number of") as caught:
        parcel_key(fips, written)
    assert "as in" in caught.value.remedy


@pytest.mark.parametrize(
    "written", ["", "   ", "0", "000-000", "N/A", "none", "12\u00bd", "12\x0034", "9" * 61, "\u0661\u0662"]
)
def test_what_is_no_number_anywhere_is_refused(written: str):
    with pytest.raises(InvalidInputError):
        parcel_key(UNLISTED, written)


@pytest.mark.parametrize("written", ["7.1293E+09", "7E9"])
def test_a_number_rounded_by_a_spreadsheet_is_refused_as_such(written: str):
    with pytest.raises(InvalidInputError, match="spreadsheet"):
        parcel_key(UNLISTED, written)


def test_an_unknown_county_is_refused():
    with pytest.raises(InvalidInputError, match="not the FIPS code"):
        parcel_key("53999", "1")


def test_the_county_is_part_of_the_key():
    here, there = parcel_key(UNLISTED, "R1"), parcel_key("41067", "R1")
    assert (str(here), str(there)) == ("41051:R1", "41067:R1")
    assert here.hash != there.hash


def test_the_hash_is_the_same_for_all_writings_and_for_ever():
    assert parcel_key(KING, "712930-0520").hash == parcel_key(KING, "7129300520").hash
    assert ParcelKey(KING, "7129300520", "").hash.hex().startswith("002a6ee4aa7f282d")
