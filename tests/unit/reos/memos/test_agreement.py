import pytest

from reos.memos.agreement import agreement, same
from reos.memos.model import Agreement
from reos.memos.record import FieldRow


@pytest.mark.parametrize(
    ("field", "one", "other", "expected"),
    [
        ("beds", "3", "3", True),
        ("beds", "3", "4", False),
        ("baths", "2", "2.00", True),
        ("living_sqft", "1750", "1800", True),
        ("living_sqft", "1750", "1942", False),
        ("assessed_value", "555000", "532000", True),
        ("year_built", "1967", "1968", True),
        ("year_built", "1967", "1971", False),
        ("apn", "6207088974", "620708-8974", True),
        ("apn", "10-765-44", "10-765-4", False),
        ("address_line", "1030 105TH AVE SE", "1030 105th Ave. SE", True),
        ("owner_name", "YARROWAY QUINN", "Yarroway, Quinn", True),
        ("owner_name", "YARROWAY QUINN", "RAVENSCROFT", False),
        ("last_sale_date", "2026-03-27", "2026-03-28", False),
    ],
)
def test_values_agree_within_the_tolerance_of_their_field(field: str, one: str, other: str, *, expected: bool) -> None:
    assert same(field, one, other) is same(field, other, one) is expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ((), Agreement.SINGLE),
        ((None,), Agreement.SINGLE),
        (("3",), Agreement.CONFIRMED),
        (("3", "4"), Agreement.DISPUTED),
    ],
)
def test_agreement_counts_every_other_source(others: tuple[str | None, ...], expected: Agreement) -> None:
    row = FieldRow(
        "beds",
        "3",
        "county_assessor",
        "County assessor",
        None,
        None,
        tuple({"source": "attom", "value": v} for v in others),
    )
    assert agreement(row) is expected
