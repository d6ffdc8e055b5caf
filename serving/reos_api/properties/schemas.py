"""Requests and answers of `/v1/properties`. Answers document bytes that PostgreSQL builds; tests keep them equal."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from reos_api.models import AnswerModel, NextCursor, RequestModel

Score = Annotated[int, Field(ge=0, le=100)]
CountyFips = Annotated[str, Field(pattern=r"^[0-9]{5}$", examples=["53033"])]
StateCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["WA"])]
ZipCode = Annotated[str, Field(pattern=r"^[0-9]{5}$", examples=["98103"])]


class Stage(StrEnum):
    """How far a property has come; it never goes back."""

    DISCOVERED = "discovered"
    ENRICHED = "enriched"
    SCORED = "scored"
    DOCUMENTED = "documented"
    CONTACTED = "contacted"


class PropertySort(StrEnum):
    """Order of the list: best score first, or most recently changed first."""

    SCORE = "score"
    UPDATED_AT = "updated_at"


class PropertyCriteria(RequestModel):
    """Query parameters that say which properties."""

    model_config = ConfigDict(strict=False)  # a query is text

    state: StateCode | None = Field(default=None, description="US state of the address.")
    county: CountyFips | None = Field(default=None, description="County FIPS code.")
    zip: ZipCode | None = Field(default=None, description="Five-digit ZIP code.")
    stage: Stage | None = Field(default=None, description="Stage of the life-cycle.")
    score_min: Score | None = Field(default=None, description="Lowest score.")
    score_max: Score | None = Field(default=None, description="Highest score.")
    q: str | None = Field(
        default=None, min_length=2, max_length=100, description="Part of the address, city or APN, in any case."
    )


class PropertyFilters(PropertyCriteria):
    """Query parameters of the list."""

    sort: PropertySort = Field(default=PropertySort.SCORE, description="Best score or latest change first.")
    limit: int = Field(default=50, ge=1, le=200, description="Properties a page.")
    cursor: str | None = Field(default=None, max_length=300, description="`next_cursor` of the page before.")


class NewProperty(RequestModel):
    """A lead: an APN with its county, or an address (in one line, or street line and parts), or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"apn": "7129300520", "county_fips": "53033"},
                {"address": "1201 Aurora Ave N, Seattle, WA 98103"},
            ]
        }
    )

    apn: str | None = Field(default=None, min_length=1, max_length=40, description="The county's parcel number.")
    county_fips: CountyFips | None = Field(default=None, description="Needed with an APN, unique only in its county.")
    address: str | None = Field(default=None, min_length=3, max_length=300, description="One line, or the street line.")
    unit: str | None = Field(default=None, max_length=40)
    city: str | None = Field(default=None, max_length=100)
    state: StateCode | None = None
    zip: str | None = Field(default=None, pattern=r"^[0-9]{5}(-[0-9]{4})?$")
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def _identifies_a_property(self) -> Self:
        if self.apn is None and self.address is None:
            raise ValueError("send `apn` with `county_fips`, or `address`")
        if self.apn is not None and self.county_fips is None:
            raise ValueError("an APN is unique only inside its county: send `county_fips` with it")
        return self


class IntakeResult(AnswerModel):
    """What became of a lead."""

    property_id: UUID
    created: bool = Field(description="False when the tenant had this property already.")
    outcome: str = Field(
        description="`created`, `known`, `updated` with what the lead adds, or `merged` into a known home.",
        examples=["created"],
    )
    reason: str = Field(examples=["The property is new."])
    absorbed_id: UUID | None = Field(description="The lead's own record, when it was merged into `property_id`.")
    may_be: list[UUID] = Field(description="Known properties that may be the same home: see `/v1/matches`.")


class PropertySummary(AnswerModel):
    """A property as the list shows it; facts are null until a source has told them."""

    property_id: UUID
    stage: Stage
    apn: str | None = Field(examples=["7129300520"])
    county_fips: str | None = Field(examples=["53033"])
    address: str | None = Field(examples=["1201 AURORA AVE N"])
    unit: str | None
    city: str | None
    state: str | None
    zip: str | None
    latitude: float | None
    longitude: float | None
    property_type: str | None
    beds: int | None
    baths: float | None
    living_sqft: int | None = Field(description="Living area, square feet.")
    year_built: int | None
    score: int | None = Field(description="0 to 100; null until scored.")
    confidence: float | None = Field(description="0 to 1: how much of the input was known.")
    estimated_value: int | None = Field(description="Estimated market value, US dollars.")
    created_at: datetime
    updated_at: datetime


class PropertyPage(AnswerModel):
    """A page of the list."""

    items: list[PropertySummary]
    next_cursor: NextCursor


class ScoreReason(AnswerModel):
    """One component of a score: what went in, where the thresholds lie, how many points came out."""

    component: str = Field(examples=["discount"])
    reason_code: str
    label: str
    meaning: str = Field(description="What it means to an investor.")
    input_value: float | None = Field(description="Null when missing.")
    low: float | None = Field(description="Input at which the component gives no points.")
    high: float | None = Field(description="Input at which it gives all of them.")
    points: int
    max_points: int
    missing: bool = Field(description="The input was unknown: no points, lower confidence.")


class ScoreVersion(AnswerModel):
    """One version of a score; versions only grow, scores may fall."""

    property_id: UUID
    score: int
    confidence: float
    model_version: str
    weights_version: int
    score_version: int
    inputs_hash: str = Field(description="Same hash and model version: same score.")
    as_of: date = Field(description="Nothing later than this day was known to it.")
    market_date: date | None = Field(description="End of the month of the county's newest known sale.")
    estimated_value: int | None = Field(description="US dollars; null when too few sales are known.")
    comparable_area: str | None = Field(description="Where the comparable sales lie.", examples=["zip"])
    comparable_count: int | None
    price_per_sqft: float | None = Field(description="Median of the comparable sales, US dollars.")
    missing_inputs: list[str] = Field(description="Components whose input is unknown.")


class ScoreDetail(ScoreVersion):
    """The current score with its reasons; their points add up to it."""

    reasons: list[ScoreReason]


class ScoreHistory(AnswerModel):
    """Every version, newest first."""

    items: list[ScoreVersion]


class Candidate(AnswerModel):
    """What a source said about a field."""

    source: str
    value: str | None
    fetched_at: datetime | None
    rejected: str | None = Field(default=None, description="Why the value may not be used; null when it may.")


class FieldProvenance(AnswerModel):
    """Where a field's value comes from, and what the other sources said."""

    field: str = Field(examples=["living_sqft"])
    value: str | None = Field(description="Null when the only values there are may not be used.")
    source: str | None = Field(examples=["county"], description="Null without a value.")
    label: str | None
    fetched_at: datetime | None
    observed_at: date | None
    licence: str | None
    cost_microusd: int | None = Field(description="What the record cost, in millionths of a dollar.")
    raw_table: str | None
    raw_id: int | None
    rule: str = Field(description="The rule that chose this source.")
    candidates: list[Candidate]


class ProvenanceList(AnswerModel):
    """Provenance of every known field."""

    items: list[FieldProvenance]


class PropertyDetail(PropertySummary):
    """Everything we hold on a property, with its score and where each field comes from."""

    version: int = Field(description="Grows with every change.")
    zip4: str | None
    source: str = Field(description="Where the lead came from.")
    lot_sqft: int | None
    year_renovated: int | None
    condition: int | None = Field(description="Assessor's scale, 1 poor to 5 very good.")
    grade: int | None = Field(description="Assessor's construction grade, 1 to 13.")
    owner_name: str | None
    owner_occupied: bool | None
    assessed_value: int | None = Field(description="US dollars.")
    last_sale_date: date | None
    last_sale_price: int | None = Field(description="US dollars.")
    zoning: str | None = Field(description="Zoning code of the municipality.", examples=["SF 5000"])
    flood_zone: str | None = Field(
        description="Zone of FEMA's flood map; null where nothing is mapped.", examples=["AE"]
    )
    in_flood_hazard_area: bool | None = Field(description='Null is unknown, which is not "no risk".')
    flood_map_date: date | None = Field(description="Day from which the flood map is in force.")
    avm_value: int | None = Field(description="A provider's own automated valuation, US dollars; not ours.")
    estimated_rent: int | None = Field(description="A provider's estimate, US dollars a month.")
    valuation: ScoreDetail | None = Field(description="Null until scored.")
    provenance: list[FieldProvenance]
