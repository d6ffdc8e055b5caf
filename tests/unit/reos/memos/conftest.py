"""Records that memos are made from: an ordinary one, and builders for the odd ones."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reos.memos.record import FieldRow, PropertyRow, ReasonRow, Record, ScoreRow

FETCHED = datetime(2026, 11, 20, 9, tzinfo=UTC)
LABELS = {"lead": "Lead as entered", "import": "Imported file", "county_assessor": "County assessor", "attom": "ATTOM"}
REASONS = (
    ("discount", "Discount to estimated value", "It sold far below others.", "0.3267", "-0.10", "0.30", 25, 25),
    ("equity", "Owner equity", "The owner has some equity.", "0.4721", "0", "0.6", 12, 15),
    ("condition", "Building condition", "The condition is fair to good.", "4", "1", "5", 11, 15),
    ("age", "Age of the building", "The building is of middle age.", "59", "100", "0", 4, 10),
    ("size", "Living area", "The building is of usual size.", "1750", "600", "3000", 5, 10),
    ("location_momentum", "Local price trend", "Prices around it rise fast.", "0.171", "-0.05", "0.15", 10, 10),
    ("data_confidence", "Confidence in the data", "Key facts are known.", "0.95", "0.4", "1.0", 14, 15),
)  # fmt: skip
FIELDS = (
    ("address_line", "1030 105TH AVE SE", "county_assessor", {"attom": "1030 105th Ave SE"}),
    ("apn", "6207088974", "lead", {"attom": "620708-8974"}),
    ("property_type", "single_family", "county_assessor", {"attom": "single_family"}),
    ("beds", "3", "import", {"county_assessor": "3", "attom": "4"}),
    ("baths", "1.75", "import", {"attom": "1.75"}),
    ("living_sqft", "1750", "import", {"attom": "1800"}),
    ("owner_name", "YARROWAY QUINN & KEIKO", "county_assessor", {"attom": "RAVENSCROFT NADIA"}),
    ("owner_occupied", "true", "county_assessor", {}),
    ("assessed_value", "555000", "county_assessor", {"attom": "532000"}),
    ("last_sale_date", "2026-03-27", "import", {}),
    ("last_sale_price", "572000", "import", {}),
    ("latitude", "47.459056", "import", {}),
)


def _reason(row: tuple) -> ReasonRow:
    component, label, meaning, value, low, high, points, most = row
    return ReasonRow(
        component, label, meaning, Decimal(value), Decimal(low), Decimal(high), points, most, missing=False
    )


def _field(row: tuple) -> FieldRow:
    name, value, source, others = row
    said = tuple({"source": source, "value": other, "fetched_at": "2026-11-20"} for source, other in others.items())
    return FieldRow(name, value, source, LABELS[source], FETCHED, None, said)


@pytest.fixture
def record() -> Record:
    """An ordinary record: score 81, everything known, sources differ on the bedrooms and the owner."""
    home = PropertyRow(
        county_fips="53033", apn="6207088974", address_line="1030 105TH AVE SE", city="RENTON", state="WA",
        zip5="98055",
        property_type="single_family", beds=3, baths=Decimal("1.75"), living_sqft=1750, lot_sqft=5750, year_built=1967,
        condition=4, grade=7, owner_name="YARROWAY QUINN & KEIKO", owner_occupied=True, assessed_value=555000,
        last_sale_date=date(2026, 3, 27), last_sale_price=572000,
    )  # fmt: skip
    score = ScoreRow(
        score=81, confidence=0.87, model_version="score-1", weights_version=1, score_version=3,
        inputs_hash="8f14e45f" * 8,
        as_of=date(2026, 11, 24), market_date=date(2026, 9, 18), estimated_value=849600, comparable_area="zip",
        comparable_count=43, price_per_sqft=Decimal("476.21"), recent_price=572000, owed=448500, missing_inputs=(),
    )  # fmt: skip
    return Record("Demo Capital", home, score, tuple(map(_reason, REASONS)), tuple(map(_field, FIELDS)), LABELS)


@pytest.fixture
def bare_record(record: Record) -> Record:
    """Next to nothing known: no address, no sale, no estimate, one fact."""
    unknown = {"discount", "equity", "condition", "location_momentum"}
    reasons = tuple(
        replace(row, input_value=None, points=0, missing=True) if row.component in unknown else row
        for row in record.reasons
    )
    score = replace(
        record.score, score=sum(row.points for row in reasons), confidence=0.2, estimated_value=None,
        comparable_area=None, comparable_count=None, price_per_sqft=None, recent_price=None, owed=None,
        market_date=None,
        missing_inputs=("comparable_sales", "recent_sale_price", "sale_or_loan", "condition", "price_trend"),
    )  # fmt: skip
    home = PropertyRow(county_fips="53033", apn="6207088974", living_sqft=1750, year_built=1967)
    return replace(record, property=home, score=score, reasons=reasons, fields=record.fields[1:2])


@pytest.fixture
def crowded_record(record: Record) -> Record:
    """Everything as long as it gets, every field disputed by every source, markup in the names."""
    words = "THE <b>EXTRAORDINARILY</b> LONG NAMED TRUSTEES OF THE FAMILY ESTATE & ASSOCIATES "
    names = (
        *(row.field for row in record.fields),
        "city",
        "zip5",
        "lot_sqft",
        "year_built",
        "year_renovated",
        "condition",
        "grade",
    )
    others = tuple({"source": source, "value": words * 3, "fetched_at": None} for source in LABELS)
    fields = tuple(FieldRow(name, words * 2, None, words, FETCHED, None, others) for name in names)
    home = replace(
        record.property, address_line="12345 NORTHEAST MARTIN LUTHER KING JUNIOR MEMORIAL BOULEVARD UNIT 1204B " * 3,
        city=words, owner_name=words, lot_sqft=12_345_678, year_renovated=2021, assessed_value=999_999_999,
        last_sale_price=999_999_999,
    )  # fmt: skip
    missing = (
        "living_sqft",
        "comparable_sales",
        "recent_sale_price",
        "sale_or_loan",
        "condition",
        "year_built",
        "price_trend",
    )
    score = replace(record.score, estimated_value=983_654_321, owed=999_000_000, missing_inputs=missing)
    reasons = tuple(replace(row, meaning=words * 3, label=words) for row in record.reasons)
    return replace(record, prepared_for=words * 2, property=home, score=score, fields=fields, reasons=reasons)
