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
        ("42 E 20th St between Park Ave S and Broadway, New York, NY 10003", {Problem.AMBIGUOUS}),
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


def test_reading_is_remembered():
    assert parse("1 Pine St, Reno, NV 89501") is parse("1 Pine St, Reno, NV 89501")
