"""Requests and answers of `/v1/matches`, and the evidence that merges carry as well."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from reos_api.models import AnswerModel, NextCursor, RequestModel

Reason = Annotated[str, Field(min_length=3, max_length=500, description="Why, for whoever reads the history.")]


class MatchStatus(StrEnum):
    """What is known of a pair."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class MatchFilters(RequestModel):
    """Query parameters of the queue."""

    model_config = ConfigDict(strict=False)  # a query is text

    status: MatchStatus | None = Field(default=None, description="Only pairs in this state.")
    limit: int = Field(default=50, ge=1, le=200, description="Pairs a page.")
    cursor: str | None = Field(default=None, max_length=300, description="`next_cursor` of the page before.")


class MatchDecision(RequestModel):
    """What a person decides about a pair."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"verdict": "same", "note": "Both are the corner house."}]}
    )

    verdict: Literal["same", "different"] = Field(
        description="`same` merges the younger home into the older one; `different` keeps them apart for good."
    )
    note: str = Field(default="", max_length=500, description="Why, for whoever reads the history.")


class MatchSide(AnswerModel):
    """One property of a pair, as it was named."""

    property_id: UUID
    merged_into: UUID | None = Field(description="Its survivor, when it has been merged since.")
    apn: str | None
    county_fips: str | None
    address: str | None
    unit: str | None
    city: str | None
    state: str | None
    zip: str | None
    latitude: float | None
    longitude: float | None
    stage: str
    source: str = Field(description="Who named it.")
    created_at: datetime
    deleted_at: datetime | None


class ComparedField(AnswerModel):
    """One field side by side."""

    field: str = Field(examples=["street type"])
    property: str = Field(description="What the newcomer says; empty when it says nothing.")
    candidate: str = Field(description="What the known property says.", examples=["ST"])
    outcome: str = Field(
        description="`equal`, `compatible`, `missing`, `doubtful` or `conflict`.", examples=["missing"]
    )
    sentence: str = Field(examples=["The street type is not stated on both sides: none and ST."])


class Writing(AnswerModel):
    """An address or parcel under which a home is known."""

    property_id: UUID
    address: str
    apn: str | None
    found_by: str | None = Field(None, description="The source that states what the leads do not.")


class Evidence(AnswerModel):
    """What a decision rests on."""

    verdict: str = Field(description="What the rule says: `same`, `unsure` or `different`.", examples=["unsure"])
    fields: list[ComparedField]
    property: list[Writing] = Field(description="All writings of the newcomer.")
    candidate: list[Writing] = Field(description="All writings of the known home.")


class Match(AnswerModel):
    """A pair that may be one home."""

    review_id: UUID
    status: MatchStatus
    reason: str = Field(description="Why a person is asked.")
    opened_at: datetime
    decided_at: datetime | None
    decided_by: str | None = Field(description="A user's id, or `rule`.")
    note: str | None
    property: MatchSide = Field(description="The newcomer.")
    candidate: MatchSide = Field(description="The property that was there before.")


class MatchDetail(Match):
    """A pair with its evidence."""

    evidence: Evidence


class MatchPage(AnswerModel):
    """A page of the queue, oldest question first."""

    items: list[Match]
    next_cursor: NextCursor


class MatchDecided(AnswerModel):
    """What a decision led to; the ids of a merge are null without one."""

    review_id: UUID
    status: MatchStatus
    survivor_id: UUID | None
    absorbed_id: UUID | None
    merge_id: UUID | None
