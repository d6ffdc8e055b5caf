import pytest

from reos.address.place import is_foreign, is_home, read_city, read_region, read_state, read_zip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("98101", ("98101", "")),
        ("98101-1234", ("98101", "1234")),
        ("98101 1234", ("98101", "1234")),
        ("981011234", ("98101", "1234")),
        ("9810", None),
        ("00000", None),
        ("K1M 1M4", None),
    ],
)
def test_zip_codes(text: str, expected: object):
    assert read_zip(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("wa", "WA"), ("Washington", "WA"), ("W. Va.", "WV"), ("D.C.", "DC"), ("ZZ", None), ("", None)],
)
def test_states(text: str, expected: object):
    assert read_state(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("St. Paul", "SAINT PAUL"),
        ("N Las Vegas", "NORTH LAS VEGAS"),
        ("Winston-Salem", "WINSTON SALEM"),
        ("St", "ST"),
        ("Ca\u00f1on City", "CANON CITY"),
    ],
)
def test_cities(text: str, expected: object):
    assert read_city(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WA 98101", ("WA", "98101")),
        ("NEW YORK", ("NY", "")),
        ("98101-1234", ("", "98101-1234")),
        ("SEATTLE", None),
        ("WA 9810", None),
        ("", None),
    ],
)
def test_the_end_of_a_last_line(text: str, expected: object):
    assert read_region(text) == expected


def test_home_and_abroad():
    assert is_home("USA")
    assert not is_home("CANADA")
    assert is_foreign("CANADA")
    assert is_foreign("OTTAWA K1M 1M4")
    assert not is_foreign("WA 98101")
