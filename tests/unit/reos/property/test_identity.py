import pytest

from reos.core.errors import InvalidInputError
from reos.property.identity import COLUMNS, Claim, identify

KING = "53033"


def test_a_parcel_number_with_its_county_identifies():
    found = identify(Claim(apn="712930-0520", county_fips=KING, zip_code="98178-0001", latitude=47.5, longitude=-122.2))
    assert (found.key, found.apn, found.apn_key) == ("53033:7129300520", "712930-0520", "7129300520")
    assert (found.state, found.zip5, found.zip4) == ("WA", "98178", "0001")
    assert (found.latitude, found.longitude) == (47.5, -122.2)
    assert found.address_line is None
    assert len(found.apn_hash or b"") == 32


def test_an_address_identifies():
    found = identify(Claim(address="12 N Main Street Apt 4, St. Paul, MN 55102-1234"))
    assert found.key == "address:55102|12|N|MAIN|ST||4"
    assert (found.address_line, found.unit, found.city) == ("12 N MAIN ST", "APT 4", "SAINT PAUL")
    assert (found.state, found.zip5, found.zip4, found.county_fips) == ("MN", "55102", "1234", None)


def test_a_parcel_number_comes_before_an_address():
    found = identify(Claim(apn="7129300520", county_fips=KING, address="12 Main St", zip_code="98178"))
    assert found.key == "53033:7129300520"
    assert found.address_key == "98178|12||MAIN|ST||"


def test_with_a_parcel_number_an_unusable_address_is_kept_as_written_and_not_as_a_key():
    found = identify(Claim(apn="7129300520", county_fips=KING, address="behind the mill", city="Renton"))
    assert (found.address_raw, found.address_line, found.address_key) == ("behind the mill", None, None)
    assert found.city == "RENTON"


def test_city_and_state_beside_a_parcel_number_are_normalised():
    found = identify(Claim(apn="7129300520", county_fips=KING, city="Mt Si", state="washington"))
    assert (found.city, found.state) == ("MOUNT SI", "WA")


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (Claim(), "names no property"),
        (Claim(city="Seattle", state="WA"), "names no property"),
        (Claim(apn="7129300520"), "without its county"),
        (Claim(apn="7129300520", county_fips="53999"), "not the FIPS code"),
        (Claim(apn="712930052012", county_fips=KING), "is not a parcel number of King County"),
        (Claim(address="hello world"), "It is not an address"),
        (Claim(address="12 Main St"), "neither a ZIP code nor a city"),
        (Claim(address="PO Box 5, Reno, NV 89501"), "post office box"),
        (Claim(apn="7129300520", county_fips=KING, state="OR"), "County 53033 is in WA"),
        (Claim(address="12 Main St, Reno, NV 89501", county_fips=KING), "County 53033 is in WA"),
        (Claim(address="12 Main St, Reno, NV 89501", county_fips="00000"), "not the FIPS code"),
    ],
)
def test_a_lead_that_identifies_nothing_is_refused_with_a_remedy(claim: Claim, reason: str):
    with pytest.raises(InvalidInputError, match=reason) as caught:
        identify(claim)
    assert caught.value.remedy


def test_the_columns_are_those_of_the_record():
    found = identify(Claim(address="12 Main St, Reno, NV 89501"))
    assert tuple(found.columns()) == COLUMNS
