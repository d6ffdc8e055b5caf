"""Counties that are known to group their digits in one way: all writings meet, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.address import county_name, parcel_key
from reos.address.apn_groups import Grouping, regroup
from reos.address.pub28 import table_rows

LOS_ANGELES, MARICOPA, SALT_LAKE, UNLISTED = "06037", "04013", "49035", "41051"
FORM = Grouping((3, 2, 3), letter=True)
DIGITS = st.text("0123456789", min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("fips", "written", "canonical"),
    [
        (LOS_ANGELES, "5555-012-034", "5555-012-034"),
        (LOS_ANGELES, "5555012034", "5555-012-034"),
        (LOS_ANGELES, "5555 012034", "5555-012-034"),
        (LOS_ANGELES, "5555-12-34", "5555-012-034"),
        (MARICOPA, "123-45-678a", "123-45-678A"),
        (MARICOPA, "12345678A", "123-45-678A"),
        (SALT_LAKE, "1605226001", "16-05-226-001"),
        (SALT_LAKE, "16-05-226-001-0000", "16-05-226-001-0000"),
    ],
)
def test_all_writings_of_a_number_have_one_form(fips: str, written: str, canonical: str):
    assert parcel_key(fips, written).canonical == canonical


@pytest.mark.parametrize(
    ("fips", "text"),
    [
        (LOS_ANGELES, "555-5012-034"),  # as many digits, other groups
        (LOS_ANGELES, "55550-12034"),
        (LOS_ANGELES, "55550120345"),
        (LOS_ANGELES, "555012034"),  # a zero may be lost, or not: nothing is guessed
        (LOS_ANGELES, "5555-012-034A"),
        (MARICOPA, "1234567"),  # another form of the county's
        (MARICOPA, "A23-45-678"),
        (SALT_LAKE, "605226001"),
        (UNLISTED, "R123456"),
        (UNLISTED, "12-345"),
    ],
)
def test_what_is_not_of_the_form_keeps_its_own_separators(fips: str, text: str):
    assert regroup(fips, text) == text


def test_the_table_names_counties_and_widths():
    rows = list(table_rows("apn_groups.csv"))
    forms: dict[str, set[int]] = {}
    for row in rows:
        assert county_name(row["fips"])
        widths = [int(width) for width in row["widths"].split("-")]
        assert len(widths) > 1
        assert min(widths) > 0
        forms.setdefault(row["fips"], set()).add(sum(widths))
    assert sum(map(len, forms.values())) == len(rows), "two forms of one county have as many digits"


@given(st.lists(DIGITS, min_size=1, max_size=4), st.lists(DIGITS, min_size=1, max_size=4))
def test_numbers_meet_only_as_the_same_groups_or_the_same_row_of_digits(one: list[str], other: list[str]):
    left, right = (FORM.read(tokens) or "-".join(tokens) for tokens in (one, other))
    if left == right:
        same_groups = [int(token) for token in one] == [int(token) for token in other]
        assert same_groups or _complete(one) == _complete(other)


def _complete(tokens: list[str]) -> str:
    """Return the number's row of digits, each group padded where there are as many groups as the form has."""
    padded = zip(tokens, FORM.widths, strict=True) if len(tokens) == len(FORM.widths) else ((t, 0) for t in tokens)
    return "".join(token.zfill(width) for token, width in padded)
