import pytest

from reos.connectors.county_assessor.readers import acres, first_of, joined, state_code, translated, weighed, zip_code
from reos.connectors.values import rounded


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("MI49327     ", "49327"),
        ("98115-1234", "98115"),
        ("981151234", "98115"),
        (39046, "39046"),
        (94704.0, "94704"),
        ("94704.00000000", "94704"),
        (501, "00501"),
        (0, None),
        (None, None),
        ("  ", None),
    ],
)
def test_a_zip_code_is_found_at_the_end_of_a_text_and_in_a_number(written, code):
    assert zip_code(written) == code


@pytest.mark.parametrize("written", ["4932", "MI493271", "Grant", True, -1, 1.5, [], "x\u0664\u0669\u0663\u0662\u0667"])
def test_what_holds_no_zip_code_is_an_error(written):
    with pytest.raises(ValueError, match="expected"):
        zip_code(written)


def test_a_state_is_the_two_letters_that_a_text_begins_with():
    assert [state_code(each) for each in ("MI49327   ", "wa", None, " ")] == ["MI", "WA", None, None]
    for written in ("Michigan", "4", 7):
        with pytest.raises(ValueError, match="expected"):
            state_code(written)


def test_acres_become_square_feet():
    assert [acres(each) for each in (0.31, "9.43", 0.0, None)] == [13_504, 410_771, None, None]


def test_codes_are_translated_the_longest_beginning_wins():
    read = translated({"203": "house", "2*": "other", "29*": "flat", "EX": None})
    assert [read(each) for each in ("203", "204", "299", "ex", None, " ")] == [
        "house",
        "other",
        "flat",
        None,
        None,
        None,
    ]
    with pytest.raises(ValueError, match="unknown code '9'"):
        read("9")


def test_the_first_cell_that_holds_something_counts():
    assert [first_of(rounded)(cells) for cells in (["", 5, 7], [0, None], [3])] == [5, None, 3]


def test_cells_are_joined_and_weighed_and_blank_ones_left_out():
    assert joined(["7710", " ", "IVERSON ", None, "AVE"]) == "7710 IVERSON AVE"
    assert joined([" ", None]) is None
    baths = weighed((1, 0.5))
    assert [baths(cells) for cells in (["2", "1"], ["2", None], [None, ""], ["0", 0])] == [2.5, 2, None, None]
    for cells in (["two", "1"], [True, None]):
        with pytest.raises(ValueError, match="expected"):
            baths(cells)
