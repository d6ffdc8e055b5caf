"""Requests and answers of `/v1/connectors`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from reos.connectors.errors import ErrorKind
from reos.connectors.health import State
from reos_api.models import AnswerModel, NextCursor, RequestModel

MicroDollars = Annotated[int, Field(description="In millionths of a US dollar.", examples=[80_000])]


class ProviderName(StrEnum):
    """The providers."""

    ATTOM = "attom"
    REGRID = "regrid"
    OPENADDRESSES = "openaddresses"
    COUNTY_ASSESSOR = "county_assessor"
    ZILLOW = "zillow"
    CENSUS = "census"
    FEMA = "fema"


class Window(RequestModel):
    """Query parameters of health figures."""

    model_config = ConfigDict(strict=False)  # a query is text

    hours: int = Field(default=24, ge=1, le=744, description="How far back calls are counted.")


class CallFilters(RequestModel):
    """Query parameters of the list of calls."""

    model_config = ConfigDict(strict=False)  # a query is text

    outcome: Literal["ok"] | ErrorKind | None = Field(default=None, description="Only calls that ended so.")
    property_id: UUID | None = Field(default=None, description="Only calls about this property.")
    limit: int = Field(default=50, ge=1, le=200, description="Calls a page.")
    cursor: str | None = Field(default=None, max_length=300, description="`next_cursor` of the page before.")


class ConnectorSource(AnswerModel):
    """One data set of a provider."""

    source: str = Field(examples=["attom_avm"])
    dataset: str
    label: str
    kind: Literal["lookup", "bulk"] = Field(description="Asked property by property, or loaded whole for everybody.")
    capabilities: list[str] = Field(examples=[["lookup_by_apn", "lookup_by_address"]])
    fills: list[str] = Field(description="The facts that an answer can hold.", examples=[["zoning", "owner_name"]])
    licence: str = Field(description="The licence class that decides what its facts may be used for.")
    attribution: str | None = Field(description="What must be shown with it.")
    price_microusd: MicroDollars = Field(description="What one record costs today, in millionths of a US dollar.")
    max_age_days: int = Field(description="How long an answer counts as fresh.")
    configured: bool | None = Field(description="Whether the pipeline has its key; null until its first run.")


class Breaker(AnswerModel):
    """The circuit breaker of a provider, or of one service of it; the same for all tenants."""

    service: str | None = Field(description="Which of its services, when it has several.", examples=["census_geocoder"])
    scope: str = Field(description="Which part, as a county's FIPS code; empty for the whole.", examples=["53033"])
    state: State = Field(description="`open`: it is not asked until `retry_at`; `half_open`: one run is trying.")
    failures: int = Field(description="Failures in a row.")
    opened_at: datetime | None
    retry_at: datetime | None
    last_ok_at: datetime | None
    last_error_at: datetime | None
    last_error_kind: ErrorKind | None
    last_error: str | None


class CallError(AnswerModel):
    """The last call that failed."""

    kind: str = Field(examples=["unavailable"])
    at: datetime
    http_status: int | None
    detail: str | None


class ConnectorHealth(AnswerModel):
    """How your calls went within the window, and the breakers."""

    state: State = Field(description="The worst of the breakers.")
    breakers: list[Breaker]
    calls: int
    success_rate: float | None = Field(description="Share of calls that were answered, also by “not found”.")
    records: int
    cost_microusd: MicroDollars
    latency_p50_ms: int | None
    latency_p95_ms: int | None
    last_error: CallError | None


class PeriodSpend(AnswerModel):
    """Money in a day or month (UTC)."""

    period: Literal["day", "month"]
    cap_microusd: MicroDollars | None = Field(description="Null without a cap for this period.")
    held_microusd: MicroDollars = Field(description="Set aside for calls under way.")
    spent_microusd: MicroDollars
    left_microusd: MicroDollars | None = Field(description="Null without a cap for this period.")


class ConnectorSpend(AnswerModel):
    """What you spend with a provider; without a budget a paid one is refused."""

    is_paid: bool
    has_budget: bool
    left_microusd: MicroDollars | None = Field(description="What every cap still admits; null without a budget.")
    periods: list[PeriodSpend]


class Connector(AnswerModel):
    """A provider."""

    provider: ProviderName
    label: str
    configured: bool | None = Field(description="Whether any of its sources has what it needs; null: not known yet.")
    sources: list[ConnectorSource]
    health: ConnectorHealth
    spend: ConnectorSpend


class ConnectorList(AnswerModel):
    """All providers."""

    window_hours: int
    items: list[Connector]


class ConnectorCall(AnswerModel):
    """One call to a provider."""

    call_id: UUID
    provider: str = Field(description="The service's name in the ledger.", examples=["census_geocoder"])
    dataset: str
    property_id: UUID | None = Field(description="Null for a call about many.")
    outcome: str = Field(description="`ok`, or the kind of failure.", examples=["not_found"])
    http_status: int | None
    records: int
    cost_microusd: MicroDollars
    latency_ms: int | None
    called_at: datetime
    error: str | None


class ConnectorCallPage(AnswerModel):
    """A page of calls, newest first."""

    items: list[ConnectorCall]
    next_cursor: NextCursor
