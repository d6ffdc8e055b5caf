import pytest

from reos.address.segmentation import Fields, ends_in_place, segment, split_unit_part


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("12 MAIN ST, SEATTLE, WA 98101", Fields("12 MAIN ST", "", "SEATTLE", "WA", "98101")),
        ("12 MAIN ST, APT 4, SEATTLE, WA", Fields("12 MAIN ST", "APT 4", "SEATTLE", "WA", "")),
        ("12 MAIN ST, SEATTLE, WA, 98101, USA", Fields("12 MAIN ST", "", "SEATTLE", "WA", "98101")),
        ("12 MAIN ST, 98101", Fields("12 MAIN ST", "", "", "", "98101")),
        ("OTTAWA, CANADA", Fields(leftover="OTTAWA, CANADA", foreign=True)),
    ],
)
def test_text_in_comma_form_is_cut_by_rule(text: str, fields: Fields):
    assert segment(text) == fields


@pytest.mark.parametrize(
    ("text", "line", "city"),
    [
        ("12 MAIN ST SEATTLE, WA 98101", "12 MAIN ST", "SEATTLE"),
        ("12 BROADWAY, NY 10024", "12 BROADWAY", ""),
        ("12 MAIN ST SEATTLE WA 98101", "12 MAIN ST", "SEATTLE"),
        ("12 MAIN ST, GREENWOOD, SEATTLE, WA 98101", "12 MAIN ST", "GREENWOOD SEATTLE"),
    ],
)
def test_other_text_is_cut_by_the_model(text: str, line: str, city: str):
    fields = segment(text)
    assert fields.by_model
    assert (fields.line, fields.city) == (line, city)


def test_two_addresses_are_not_cut():
    assert segment("123 MAIN ST SEATTLE WA 98101 456 OAK AVE RENO NV 89501").repeated


def test_a_line_in_its_own_field_may_hold_the_unit():
    assert split_unit_part("12 MAIN ST") == Fields("12 MAIN ST")
    assert split_unit_part("12 MAIN ST, BLDG 2, APT 4") == Fields("12 MAIN ST", "BLDG 2 APT 4")
    assert split_unit_part("12 MAIN ST, SEATTLE") is None


@pytest.mark.parametrize(
    ("text", "places", "expected"),
    [
        ("12 MAIN ST 98101", (), True),
        ("12 MAIN ST SEATTLE", ("SEATTLE", ""), True),
        ("12 MAIN ST", ("SEATTLE", ""), False),
        ("98101 MAIN ST", ("", "WA"), False),
    ],
)
def test_whether_a_line_goes_on_to_its_place(text: str, places: tuple[str, ...], *, expected: bool):
    assert ends_in_place(text, places) is expected
