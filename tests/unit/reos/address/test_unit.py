import pytest

from reos.address.unit import Unit, is_bare_identifier, read_unit_field, split_units, unit_key


@pytest.mark.parametrize(
    ("text", "street", "units"),
    [
        ("MAIN ST APARTMENT 4", "MAIN ST", [("APT", "4")]),
        ("MAIN ST # 0 C", "MAIN ST", [("#", "0 C")]),
        ("MAIN ST UNIT # 101", "MAIN ST", [("UNIT", "101")]),
        ("MAIN ST NO 4", "MAIN ST", [("#", "4")]),
        ("MAIN ST STE A", "MAIN ST", [("STE", "A")]),
        ("MAIN ST APT GARDEN", "MAIN ST", [("APT", "GARDEN")]),
        ("MAIN ST BLDG 2 APT 4", "MAIN ST", [("BLDG", "2"), ("APT", "4")]),
        ("MAIN ST 2ND FLOOR", "MAIN ST", [("FL", "2")]),
        ("MAIN ST FIRST FL", "MAIN ST", [("FL", "1")]),
        ("MAIN ST FLOOR 3RD", "MAIN ST", [("FL", "3")]),
        ("MAIN ST REAR", "MAIN ST", [("REAR", "")]),
        ("MAIN ST PH1", "MAIN ST", [("PH", "1")]),
        ("MAIN ST APT4B", "MAIN ST", [("APT", "4B")]),
        ("BROADWAY FL 2", "BROADWAY", [("FL", "2")]),
        ("STATE HWY 9 SPC A4", "STATE HWY 9", [("SPC", "A4")]),
        ("CEDAR LN COT 23", "CEDAR LN", [("COT", "23")]),
        ("FRONT ST", "FRONT ST", []),
        ("LOWER RIVER RD", "LOWER RIVER RD", []),
        ("N LOWER RIVER RD", "N LOWER RIVER RD", []),
        ("HARBOR FRONT", "HARBOR FRONT", []),
        ("PARK SIDE AVE", "PARK SIDE AVE", []),
        ("OAK HILL STOP RD", "OAK HILL STOP RD", []),
        ("SAULT STE MARIE AVE", "SAULT STE MARIE AVE", []),
        ("MAIN ST LOT", "MAIN ST LOT", []),
        ("MAIN ST APT ONE TWO THREE FOUR", "MAIN ST APT ONE TWO THREE FOUR", []),
    ],
)
def test_where_a_unit_starts(text: str, street: str, units: list[tuple[str, str]]):
    split = split_units(text.split())
    assert (" ".join(split.street), list(split.units)) == (street, [Unit(*unit) for unit in units])


@pytest.mark.parametrize("text", ["MAIN ST APT", "MAIN ST #"])
def test_a_unit_without_its_number_is_told(text: str):
    assert split_units(text.split()).incomplete


def test_a_designator_that_lacks_its_number_before_another_word_is_no_unit():
    assert not split_units(["MAIN", "ST", "APT", "REAR"]).incomplete


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("APT 4B", [("APT", "4B")]),
        ("4B", [("UNIT", "4B")]),
        ("GK", [("UNIT", "GK")]),
        ("GARDEN LEVEL", []),
        ("1 2 3 4", []),
    ],
)
def test_a_field_that_holds_only_the_unit(text: str, expected: object):
    split = read_unit_field(text)
    assert list(split.units) == [Unit(*unit) for unit in expected]
    assert bool(split.street) != bool(split.units)


def test_a_number_behind_a_street_word_is_read_and_the_word_is_told():
    assert read_unit_field("AVE 345") == (["AVE"], (Unit("UNIT", "345"),), False)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (("APT", "4B"), ("UNIT", "4-B"), True),
        (("#", "4 B"), ("APT", "4B"), True),
        (("APT", "1 2"), ("APT", "12"), False),
        (("APT", "1-2"), ("APT", "12"), False),
        (("FL", "4"), ("APT", "4"), False),
        (("STE", "4"), ("APT", "4"), False),
        (("LOT", "4"), ("SPC", "4"), False),
    ],
)
def test_what_of_a_unit_identifies_the_home(left: tuple[str, str], right: tuple[str, str], *, same: bool):
    assert (unit_key([Unit(*left)]) == unit_key([Unit(*right)])) is same


@pytest.mark.parametrize(
    ("word", "expected"), [("G19", True), ("B", True), ("N", False), ("5TH", False), ("1234567", False), ("GK", False)]
)
def test_which_last_word_can_only_be_a_unit(word: str, expected: object):
    assert is_bare_identifier(word) is expected
