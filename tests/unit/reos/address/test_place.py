import pytest

from reos.address.place import is_foreign, is_home, read_city, read_state, read_zip, take_region


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
    ("parts", "expected"),
    [
        (["12 MAIN ST", "WA 98101"], (["12 MAIN ST"], "WA", "98101")),
        (["12 MAIN ST", "WA", "98101-1234"], (["12 MAIN ST"], "WA", "98101-1234")),
        (["12 MAIN ST SEATTLE WASHINGTON 98101 1234"], (["12 MAIN ST SEATTLE"], "WA", "98101 1234")),
        (["12 MAIN ST", "FORT WASHINGTON"], (["12 MAIN ST", "FORT WASHINGTON"], "", "")),
        (["12 MAIN ST", "NEW YORK"], (["12 MAIN ST"], "NY", "")),
        (["12 MAIN ST", "WA 9810"], (["12 MAIN ST", "WA 9810"], "", "")),
        (["98101"], ([], "", "98101")),
        ([], ([], "", "")),
    ],
)
def test_the_end_of_a_last_line(parts: list[str], expected: object):
    assert take_region(parts) == expected


def test_home_and_abroad():
    assert is_home("USA")
    assert not is_home("CANADA")
    assert is_foreign("CANADA")
    assert is_foreign("OTTAWA K1M 1M4")
    assert not is_foreign("WA 98101")
