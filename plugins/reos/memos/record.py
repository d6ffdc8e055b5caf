"""What a memo is made from, as read from the marts: plain typed rows, so that a memo needs no database to be built."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A row of `marts.property_score_reason`."""

    component: str
    label: str
    meaning: str
    input_value: Decimal | None
    low: Decimal
    high: Decimal
    points: int
    max_points: int
    missing: bool


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A row of `marts.property_field_provenance`; `candidates` are what the other sources said."""

    field: str
    value: str | None
    source: str | None
    label: str
    fetched_at: datetime | None
    observed_at: date | datetime | None
    candidates: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A row of `marts.fct_property_score`; money in dollars, `inputs_hash` in hexadecimal."""

    score: int
    confidence: float
    model_version: str
    weights_version: int
    score_version: int
    inputs_hash: str
    as_of: date
    market_date: date | None
    estimated_value: int | None
    comparable_area: str | None
    comparable_count: int | None
    price_per_sqft: Decimal | None
    recent_price: int | None
    owed: int | None
    missing_inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """A row of `marts.dim_property`, the fields that a memo shows."""

    county_fips: str | None = None
    apn: str | None = None
    address_line: str | None = None
    city: str | None = None
    state: str | None = None
    zip5: str | None = None
    property_type: str | None = None
    beds: int | None = None
    baths: Decimal | None = None
    living_sqft: int | None = None
    lot_sqft: int | None = None
    year_built: int | None = None
    year_renovated: int | None = None
    condition: int | None = None
    grade: int | None = None
    owner_name: str | None = None
    owner_occupied: bool | None = None
    assessed_value: int | None = None
    last_sale_date: date | None = None
    last_sale_price: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything known of one scored property of the tenant `prepared_for`. `source_labels` maps source to its name."""

    prepared_for: str
    property: PropertyRow
    score: ScoreRow
    reasons: tuple[ReasonRow, ...]
    fields: tuple[FieldRow, ...]
    source_labels: Mapping[str, str]
