import pytest

from reos_local.sandbox.where import WhereError, parse, pinned

FIELDS = ("APN", "SITUS_ADDR", "BEDROOMS", "LAST_EDITED")
TEXT = ("APN", "SITUS_ADDR")
ROW = {"APN": "0123456789", "SITUS_ADDR": "12 O'HARE ST   ", "BEDROOMS": 3, "LAST_EDITED": 1_782_864_000_000}


@pytest.mark.parametrize(
    ("clause", "holds"),
    [
        ("1=1", True),
        ("APN = '0123456789'", True),
        ("apn='0123456789' and BEDROOMS >= 3", True),
        ("APN IN ('1', '0123456789')", True),
        ("APN IN ('1')", False),
        ("SITUS_ADDR='12 O''HARE ST'", True),
        ("SITUS_ADDR LIKE '12 %'", True),
        ("BEDROOMS <> 3", False),
        ("BEDROOMS IS NOT NULL AND BEDROOMS < 4", True),
        ("BEDROOMS IS NULL", False),
        ("LAST_EDITED >= TIMESTAMP '2026-07-01 00:00:00'", True),
        ("LAST_EDITED > TIMESTAMP '2026-07-01 00:00:00' AND BEDROOMS = 3", False),
        ("LAST_EDITED < date '2026-07-02'", True),
    ],
)
def test_conditions_are_tested_on_a_row(clause: str, holds: bool) -> None:  # noqa: FBT001
    assert all(condition.holds(ROW) for condition in parse(clause, FIELDS, TEXT)) is holds


def test_a_null_meets_no_comparison() -> None:
    (condition,) = parse("BEDROOMS <> 3", FIELDS, TEXT)
    assert not condition.holds(ROW | {"BEDROOMS": None})


@pytest.mark.parametrize(
    "clause",
    [
        *("", "APN", "APN =", "APN = 12", "BEDROOMS = 'three'", "FOO = 1", "APN = 'x' OR 1=1", "APN IN ('a'", "1=2"),
        *("APN = 'a'; DROP", "APN IN ('a' 'b')", "BEDROOMS IS ABOUT", "BEDROOMS = 1.5.2"),
        *("LAST_EDITED > TIMESTAMP '2026-13-01'", "APN = TIMESTAMP '2026-07-01'"),
    ],
)
def test_what_it_does_not_understand_is_an_error(clause: str) -> None:
    with pytest.raises(WhereError):
        parse(clause, FIELDS, TEXT)


def test_pinned_values_are_those_of_equals_and_in() -> None:
    conditions = parse("BEDROOMS > 1 AND APN IN ('a','b')", FIELDS, TEXT)
    assert pinned(conditions, "APN") == ("a", "b")
    assert pinned(conditions, "BEDROOMS") is None
