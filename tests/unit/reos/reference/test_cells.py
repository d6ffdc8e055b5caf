"""Single cells: texts and numbers of any type, lost zeros, and coordinates that cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.reference import cells


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("", ""), ("  98178   ", "98178"), (98178, "98178"), (98178.0, "98178"), (1.5, "1.5"), (True, "")],
)
def test_a_cell_as_text(value, text):
    assert cells.text({"a": value}, ["a"]) == text


def test_several_cells_are_joined_and_an_absent_one_is_nothing():
    assert cells.text({"dir": "N ", "street": " MAIN  ST"}, ["dir", "street", "suffix"]) == "N MAIN ST"


@pytest.mark.parametrize(
    ("value", "zip_code"), [(2139, "02139"), (2139.0, "02139"), ("2139", "2139"), ("02139", "02139"), (0, "0")]
)
def test_a_zip_code_that_came_as_a_number_gets_its_zeros_back(value, zip_code):
    assert cells.zip_code({"zip": value}, ["zip"]) == zip_code


@pytest.mark.parametrize(
    ("latitude", "longitude", "found"),
    [
        (47.6, -122.3, (47.6, -122.3, None)),
        ("47.6", "-122.3", (47.6, -122.3, None)),
        (None, None, (None, None, None)),
        ("", " ", (None, None, None)),
        (0, 0, (None, None, None)),
        (-122.3, 47.6, (None, None, "coordinates: latitude and longitude are swapped")),
        (51.5, -0.1, (None, None, "coordinates: outside the country")),
        (0, -122.3, (None, None, "coordinates: outside the country")),
        ("north", -122.3, (None, None, "coordinates: not numbers")),
        ("nan", "nan", (None, None, "coordinates: outside the country")),
        ("inf", 1, (None, None, "coordinates: outside the country")),
        (13.45, 144.78, (13.45, 144.78, None)),
        (52.0, 177.0, (52.0, 177.0, None)),
    ],
)
def test_a_place(latitude, longitude, found):
    assert tuple(cells.place(latitude, longitude)) == found


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers()), st.one_of(st.none(), st.text(), st.floats()))
def test_a_place_is_whole_or_none_and_never_raises(latitude, longitude):
    found = cells.place(latitude, longitude)
    assert (found.latitude is None) == (found.longitude is None)
    assert found.problem is None or found.latitude is None


def test_the_centre_of_a_point_and_of_nothing():
    assert cells.centre({"x": -122.3, "y": 47.6}) == (47.6, -122.3)
    assert cells.centre(None) == (None, None)
    assert cells.centre({"rings": []}) == (None, None)


def test_the_centre_of_a_polygon_is_by_area_and_not_by_corners():
    ring = [[0, 0], [0, 2], [4, 2], [4, 0], [3, 0], [2, 0], [1, 0], [0, 0]]
    assert cells.centre({"rings": [[[x - 122, y + 47] for x, y in ring]]}) == pytest.approx((48, -120))


def test_the_centre_of_a_line_without_area_is_its_first_corner():
    assert cells.centre({"rings": [[[-122, 47], [-122, 48], [-122, 47]]]}) == (47, -122)
