import pytest

from reos.address import AddressParts, Problem, from_parts, parse


@pytest.mark.parametrize(
    ("text", "normalised", "key"),
    [
        (
            "123 Main St., Apt 4B, Seattle, WA 98101-1234",
            "123 MAIN ST APT 4B, SEATTLE, WA 98101-1234",
            "98101|123||MAIN|ST||4B",
        ),
        ("123 nowhere street suite 0 boring or 97009", "123 NOWHERE ST STE 0, BORING, OR 97009", None),
        ("12733 HWY 2/71, CRAWFORD, NE 69339", "12733 HIGHWAY 2/71, CRAWFORD, NE 69339", None),
        ("1600 Pennsylvania Ave NW Washington DC 20500, USA", "1600 PENNSYLVANIA AVE NW, WASHINGTON, DC 20500", None),
        ("27030 ESTUARY DR, UNIT #101, GALVESTON, TX  77554", "27030 ESTUARY DR UNIT 101, GALVESTON, TX 77554", None),
        ("12 Main St, Galveston, Texas, 77554", "12 MAIN ST, GALVESTON, TX 77554", None),
        ("12 Main St, 77554", "12 MAIN ST, 77554", "77554|12||MAIN|ST||"),
        ("12 Main St, Galveston, TX", "12 MAIN ST, GALVESTON, TX", "GALVESTON,TX|12||MAIN|ST||"),
        ("RR 2 Box 152, Ames IA 50010", "RR 2 BOX 152, AMES, IA 50010", "50010|RR 2 BOX 152|"),
        ("100 St. Marys Rd, Reno, NV 89501", "100 ST MARYS RD, RENO, NV 89501", "89501|100||ST MARYS|RD||"),
        ("100 Saint Marys Rd, Reno, NV 89501", "100 SAINT MARYS RD, RENO, NV 89501", "89501|100||ST MARYS|RD||"),
        ("12 Main St St Paul MN 55101", "12 MAIN ST, SAINT PAUL, MN 55101", "55101|12||MAIN|ST||"),
        ("12 Main St, PHA, Brooklyn, NY 11235", "12 MAIN ST PH A, BROOKLYN, NY 11235", "11235|12||MAIN|ST||PHA"),
        ("723 725 E 75th St, Chicago, IL 60619", "723-725 E 75TH ST, CHICAGO, IL 60619", None),
        ("62 04 69th St, Queens, NY 11379", "62-04 69TH ST, QUEENS, NY 11379", None),
        ("341 Beach 73 St, Queens, NY 11692", "341 BEACH 73RD ST, QUEENS, NY 11692", None),
        ("12 Mile 7 Rd, Mission, TX 78572", "12 MILE 7 RD, MISSION, TX 78572", None),
        ("2714 W Augusta Bl, Chicago, IL 60622", "2714 W AUGUSTA BLVD, CHICAGO, IL 60622", None),
        ("12 Sault Ste Marie Ave, Reno, NV 89501", "12 SAULT STE MARIE AVE, RENO, NV 89501", None),
        ("W123N4567 Main St Menomonee Falls WI 53051", "W123N4567 MAIN ST, MENOMONEE FALLS, WI 53051", None),
        ("10 N IH 35 Austin TX 78701", "10 N INTERSTATE 35, AUSTIN, TX 78701", None),
        ("RR 2 Box 152 Lot 4, Ames, IA 50010", "RR 2 BOX 152 LOT 4, AMES, IA 50010", "50010|RR 2 BOX 152|LOT4"),
        ("12 Main St, Ste Genevieve, MO 63670", "12 MAIN ST, SAINTE GENEVIEVE, MO 63670", None),
        ("12 Main St West Palm Beach FL 33401", "12 MAIN ST, WEST PALM BEACH, FL 33401", None),
        ("12 Main St, Le Mars, IA 51031", "12 MAIN ST, LE MARS, IA 51031", None),
        ("12 Main St Santa Fe NM 87501", "12 MAIN ST, SANTA FE, NM 87501", None),
        ("12 Mt St Helens Dr, Reno, NV 89501", "12 MT ST HELENS DR, RENO, NV 89501", None),
        ("500 5th Ave S Seattle WA 98104", "500 5TH AVE S, SEATTLE, WA 98104", None),
        ("12 Main St, NYC, NY 10001", "12 MAIN ST, NEW YORK, NY 10001", None),
        ("42 E 20th St between Park Ave S and Broadway, New York, NY 10003", "42 E 20TH ST, NEW YORK, NY 10003", None),
        ("9 US Rte 6, Erie, PA 16501", "9 US ROUTE 6, ERIE, PA 16501", "16501|9||US HIGHWAY 6|||"),
    ],
)
def test_text_is_read(text: str, normalised: str, key: str | None):
    address = parse(text)
    assert address.is_valid, address.explanation
    assert address.normalised == normalised
    assert address.raw == text
    if key:
        assert address.address_key == key


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", {Problem.EMPTY}),
        (" ., ", {Problem.EMPTY}),
        ("x" * 301, {Problem.TOO_LONG}),
        ("123 Main St\x00", {Problem.CONTROL_CHARACTERS}),
        ("123 Main St \U0001f3e0, Seattle, WA 98101", {Problem.UNSUPPORTED_CHARACTERS}),
        ("24 Sussex Drive, Ottawa, ON K1M 1M4", {Problem.FOREIGN}),
        ("10 Downing St, London, United Kingdom", {Problem.FOREIGN}),
        ("hello world", {Problem.NOT_AN_ADDRESS}),
        ("98101", {Problem.NOT_AN_ADDRESS}),
        ("Seattle, WA", {Problem.NOT_AN_ADDRESS}),
        ("Main St & 5th Ave, Seattle, WA", {Problem.INTERSECTION}),
        ("Whitney Lake Rd, Whitney, NE 69367", {Problem.NO_HOUSE_NUMBER}),
        ("123 Main St, Apt, Seattle, WA 98101", {Problem.NO_UNIT_NUMBER}),
        ("123 Main St", {Problem.NO_PLACE}),
        ("123 Main St, Seattle", {Problem.NO_PLACE}),
        ("123 Main St, Seattle, ZZ 98101", {Problem.UNKNOWN_STATE}),
        ("123 Main St Seattle, WA 9810", {Problem.BAD_ZIP}),
        ("PO Box 77, Fargo, ND 58102", {Problem.POST_OFFICE_BOX}),
        ("PSC 802 Box 74, APO AE 09499", {Problem.POST_OFFICE_BOX}),
        ("General Delivery, Reno, NV 89501", {Problem.POST_OFFICE_BOX}),
        ("24 Sussex Drive Ottawa Ontario Canada", {Problem.FOREIGN}),
        ("12 Main St, Garden, Brooklyn, NY 11235", {Problem.AMBIGUOUS}),
        ("12 Main St Lower Level, Brooklyn, NY 11235", {Problem.AMBIGUOUS}),
        ("12 Main St Garden Brooklyn NY 11235", {Problem.AMBIGUOUS}),
        ("12 Oak St Clair Shores MI 48080", {Problem.AMBIGUOUS}),
        ("12 Sunset Mount Vernon NY 10550", {Problem.AMBIGUOUS}),
        ("12 Calle Sol San Juan PR 00901", {Problem.AMBIGUOUS}),
        ("12 Main St NE 68001", {Problem.AMBIGUOUS}),
        ("330 Haven Avenue GK New York NY 10033", {Problem.AMBIGUOUS}),
        ("330 Haven Avenue PHA New York NY 10033", {Problem.AMBIGUOUS}),
        ("1330 Stevenson St #403 C San Francisco CA 94103", {Problem.AMBIGUOUS}),
        ("1866 Hutchinson River Parkway East Bronx NY 10461", {Problem.AMBIGUOUS}),
        ("12 Main St N Miami FL 33161", {Problem.AMBIGUOUS}),
        ("12 Broadway Apt 4 Mt Pleasant SC 29464", {Problem.AMBIGUOUS}),
        ("12 River Bend Cove Sioux Falls SD 57101", {Problem.AMBIGUOUS}),
        ("12 Las Palmas Truth or Consequences NM 87901", {Problem.AMBIGUOUS}),
        ("8316 South Ellis Avenue Building, Chicago, IL 60619", {Problem.NO_UNIT_NUMBER}),
        ("42 E 20th St between Park Ave S and Broadway # 5, New York, NY 10003", {Problem.AMBIGUOUS}),
        ("42 E 20th St behind the church, New York, NY 10003", {Problem.AMBIGUOUS}),
        ("123 Main St 456 Oak Ave Seattle WA 98101", {Problem.AMBIGUOUS}),
        ("123 Main St Seattle WA 98101 456 Oak Ave Reno NV 89501", {Problem.AMBIGUOUS}),
    ],
)
def test_what_is_no_usable_address_is_refused_with_the_reason(text: str, problems: set[Problem]):
    address = parse(text)
    assert set(address.problems) >= problems
    assert address.address_key is None
    assert address.explanation


@pytest.mark.parametrize(
    ("text", "line", "unit"),
    [
        ("Laguna Vista Pl = 102, 88345", "102 LAGUNA VISTA PL", ""),
        ("N. Central Dr.310, 88345", "310 N CENTRAL DR", ""),
        ("510 1 6th St, 29611", "510 6TH ST", "UNIT 1"),
    ],
)
def test_number_or_unit_in_an_odd_place_is_read_but_identifies_no_home(text: str, line: str, unit: str):
    address = parse(text)
    assert (address.line, address.unit) == (line, unit)
    assert address.is_ambiguous


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("4214 S ST LAWRENCE", "4214 S ST LAWRENCE"),
        ("8300 S. St. Louis", "8300 S ST LOUIS"),
        ("2450 broadway between 90th and 91st sts., new york", "2450 BROADWAY"),
        ("4300 N. California", "4300 N CALIFORNIA"),
        ("5610 W LAKE", "5610 W LAKE"),
        ("S St. NW", "S ST NW"),
    ],
)
def test_a_line_without_its_place_is_read_whole(text: str, line: str):
    address = parse(text)
    assert address.line == line
    assert not address.is_ambiguous


def test_a_long_text_is_refused_at_once_and_not_remembered():
    text = "12 Main St " * 1_000_000
    assert parse(text).problems == (Problem.TOO_LONG,)
    assert from_parts(AddressParts(text, zip_code="98101")).problems == (Problem.TOO_LONG,)
    assert parse(text) is not parse(text)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("123 Main St", {"city": "Seattle", "state": "WA", "zip_code": "98101"}),
        ("123 Main St, Seattle, WA 98101", {"zip_code": "98101"}),
        ("123 Main St Seattle WA 98101", {"zip_code": "98101", "city": "Seattle"}),
        ("123 Main St Seattle", {"city": "Seattle", "state": "WA", "zip_code": "98101"}),
        ("123 Main St Seattle WA", {"state": "WA", "city": "Seattle", "zip_code": "98101"}),
    ],
)
def test_fields_beside_the_text_complete_it(text: str, fields: dict[str, str]):
    assert parse(text, **fields).address_key == parse("123 Main St, Seattle, WA 98101").address_key


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("123 Main St, Seattle, WA 98101", {"zip_code": "98102"}),
        ("123 Main St, Seattle, WA 98101", {"state": "OR"}),
        ("123 Main St Apt 4", {"unit": "5", "zip_code": "98101"}),
    ],
)
def test_fields_that_contradict_the_text_are_told(text: str, fields: dict[str, str]):
    assert parse(text, **fields).contradicts_itself


@pytest.mark.parametrize(
    ("parts", "normalised"),
    [
        (AddressParts("Main St", number="12", unit="4F", zip_code="98101"), "12 MAIN ST UNIT 4F, 98101"),
        (AddressParts("12 Main St Apt 4", unit="#4", zip_code="98101"), "12 MAIN ST APT 4, 98101"),
        (AddressParts("12 Main St, Apt 4", zip_code="98101"), "12 MAIN ST APT 4, 98101"),
        (AddressParts("12 Main St, Bldg 2, Apt 4", zip_code="98101"), "12 MAIN ST BLDG 2 APT 4, 98101"),
        (AddressParts("12 Main St, Seattle, WA 98101"), "12 MAIN ST, SEATTLE, WA 98101"),
    ],
)
def test_fields_are_read(parts: AddressParts, normalised: str):
    address = from_parts(parts)
    assert address.is_valid, address.explanation
    assert address.normalised == normalised


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        (AddressParts("12 Main St", unit="Garden Level", zip_code="98101"), Problem.AMBIGUOUS),
        (AddressParts("12 Main St", unit="Ave 345", zip_code="98101"), Problem.AMBIGUOUS),
        (AddressParts("12 Main St Suite Garden View", zip_code="98101"), Problem.AMBIGUOUS),
        (AddressParts("12 Main St \U0001f3e0", zip_code="98101"), Problem.UNSUPPORTED_CHARACTERS),
        (AddressParts("12 Main\x00 St", zip_code="98101"), Problem.CONTROL_CHARACTERS),
        (AddressParts("12 Main St", city="Crawford 69339", state="NE"), Problem.AMBIGUOUS),
        (AddressParts("12 St", zip_code="98101"), Problem.NO_STREET),
        (AddressParts("12 Main St", state="Ontario", zip_code="K1M 1M4"), Problem.FOREIGN),
        (AddressParts("12 Main St", state="Nowhere", zip_code="98101"), Problem.UNKNOWN_STATE),
        (AddressParts("12 Main St", zip_code="123"), Problem.BAD_ZIP),
        (AddressParts("", zip_code="98101"), Problem.EMPTY),
        (AddressParts("12 Main & 5th", zip_code="98101"), Problem.INTERSECTION),
    ],
)
def test_fields_that_name_no_house_are_refused(parts: AddressParts, problem: Problem):
    address = from_parts(parts)
    assert problem in address.problems
    assert address.address_key is None


def test_the_place_beside_an_empty_line_is_kept():
    address = from_parts(AddressParts("", city="St. Paul", state="Minnesota", zip_code="55102-1234"))
    assert address.problems == (Problem.EMPTY,)
    assert address.last_line == "SAINT PAUL, MN 55102-1234"


def test_reading_is_remembered():
    assert parse("1 Pine St, Reno, NV 89501") is parse("1 Pine St, Reno, NV 89501")
