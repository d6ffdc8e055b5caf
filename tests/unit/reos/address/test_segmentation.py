import pytest

from reos.address.confidence import Reading
from reos.address.fields import Fields
from reos.address.place import read_place
from reos.address.segmentation import ends_in_place, segment, split_unit_part


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("12 MAIN ST, SEATTLE, WA 98101", Fields("12 MAIN ST", "", "SEATTLE", "WA", "98101")),
        ("12 MAIN ST, APT 4, SEATTLE, WA", Fields("12 MAIN ST", "APT 4", "SEATTLE", "WA", "")),
        ("12 MAIN ST, SEATTLE, WA, 98101, USA", Fields("12 MAIN ST", "", "SEATTLE", "WA", "98101")),
        ("12 BROADWAY, SIOUX FALLS SD 57101", Fields("12 BROADWAY", "", "SIOUX FALLS", "SD", "57101")),
    ],
)
def test_text_in_comma_form_is_cut_by_rule(text: str, fields: Fields):
    assert segment(text) == fields._replace(reading=Reading.COMMAS)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("12 MAIN ST, 98101", Fields("12 MAIN ST", zip_code="98101")),
        ("12 MAIN ST SEATTLE, WA 98101", Fields("12 MAIN ST", "", "SEATTLE", "WA", "98101")),
        ("12 MAIN ST SEATTLE WA 98101", Fields("12 MAIN ST", "", "SEATTLE", "WA", "98101")),
        ("12 E ST MARYS ST ST PAUL MN 55101", Fields("12 E ST MARYS ST", "", "ST PAUL", "MN", "55101")),
        ("12 MAIN ST NE APT 4 SALT LAKE CITY UT", Fields("12 MAIN ST NE APT 4", "", "SALT LAKE CITY", "UT", "")),
        ("12 STATE RD 9 PARK CITY UTAH 84060", Fields("12 STATE RD 9", "", "PARK CITY", "UT", "84060")),
        ("RR 2 BOX 152 AMES IA 50010", Fields("RR 2 BOX 152", "", "AMES", "IA", "50010")),
        ("12 N MAIN ST, APT 4", Fields("12 N MAIN ST", "APT 4")),
        ("12 MAIN CT", Fields("12 MAIN CT")),
    ],
)
def test_text_with_one_possible_cut_is_cut_by_tables(text: str, fields: Fields):
    assert segment(text) == fields._replace(reading=Reading.TABLES)


def test_what_is_abroad_is_not_cut():
    assert segment("OTTAWA, CANADA") == Fields(leftover="OTTAWA, CANADA", foreign=True, reading=Reading.NONE)
    assert segment("24 SUSSEX DR OTTAWA ONTARIO CANADA").foreign


@pytest.mark.parametrize(
    ("text", "line", "city"),
    [
        ("12 BROADWAY, NY 10024", "12 BROADWAY", ""),
        ("12 BROADWAY SEATTLE WA 98101", "12 BROADWAY", "SEATTLE"),
        ("12 MAIN ST, GREENWOOD, SEATTLE, WA 98101", "12 MAIN ST", "GREENWOOD SEATTLE"),
    ],
)
def test_other_text_is_cut_by_the_model(text: str, line: str, city: str):
    fields = segment(text)
    assert fields.reading is Reading.MODEL
    assert (fields.line, fields.city) == (line, city)


def test_two_addresses_are_not_cut():
    assert segment("123 MAIN ST SEATTLE WA 98101 456 OAK AVE RENO NV 89501").repeated


def test_a_line_in_its_own_field_may_hold_the_unit():
    assert split_unit_part("12 MAIN ST") == Fields("12 MAIN ST")
    assert split_unit_part("12 MAIN ST, BLDG 2, APT 4") == Fields("12 MAIN ST", "BLDG 2 APT 4")
    assert split_unit_part("12 MAIN ST, SEATTLE") is None


@pytest.mark.parametrize(
    ("text", "city", "state", "expected"),
    [
        ("12 MAIN ST 98101", "", "", True),
        ("12 MAIN ST SEATTLE", "SEATTLE", "", True),
        ("12 MAIN ST WA", "", "WA", True),
        ("12 MAIN ST", "SEATTLE", "", False),
        ("98101 MAIN ST", "", "WA", False),
    ],
)
def test_whether_a_line_goes_on_to_its_place(text: str, city: str, state: str, *, expected: bool):
    assert ends_in_place(text, read_place(city, state, "")) is expected
