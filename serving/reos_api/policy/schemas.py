"""Requests and answers of `/v1/policy`. Amounts are integer micro-dollars: 1 USD is 1,000,000."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from reos.policy.questions import Action
from reos_api.models import AnswerModel, NextCursor, RequestModel

_MOST = 10**15  # a billion dollars

MicroDollars = Annotated[int, Field(description="Micro-dollars.", examples=[80_000])]
PolicyIds = Annotated[list[str], Field(description="The rules that decided; none is the default deny.")]


class Period(StrEnum):
    """How long a cap lasts (UTC)."""

    DAY = "day"
    MONTH = "month"


class DecisionFilters(RequestModel):
    """Query parameters of the decisions."""

    model_config = ConfigDict(strict=False)  # a query is text

    action: Action | None = Field(default=None, description="Only decisions about this.")
    allow: bool | None = Field(default=None, description="Only permits, or only refusals.")
    since: AwareDatetime | None = Field(default=None, description="Only decisions from this instant on.")
    kind: str | None = Field(default=None, max_length=50, description="Only about resources of this kind.")
    resource: str | None = Field(
        default=None, max_length=200, description="Only about the resource with this id: a property, source, provider …"
    )
    limit: int = Field(default=50, ge=1, le=200, description="Decisions a page.")
    cursor: str | None = Field(default=None, max_length=300, description="`next_cursor` of the page before.")


class CostFilters(RequestModel):
    """Query parameters of the costs: the last 30 days unless said otherwise."""

    model_config = ConfigDict(strict=False)  # a query is text

    since: date | None = Field(default=None, description="First day (UTC).")
    until: date | None = Field(default=None, description="Last day (UTC).")


class BudgetChange(RequestModel):
    """A cap as it shall be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cap_microusd": 25_000_000}]})

    cap_microusd: int = Field(ge=0, le=_MOST, description="Most that may be spent in the period; 0 stops spending.")
    alert_percents: list[Annotated[int, Field(ge=1, le=100)]] | None = Field(
        default=None, max_length=10, description="At which shares of the cap people are told; null keeps what is set."
    )


class DecidedBy(AnswerModel):
    """Who asked."""

    kind: str = Field(examples=["User"])
    id: str
    role: str | None = Field(description="A person's role; null for a service.")
    tenant_id: UUID


class PolicyDecision(AnswerModel):
    """One decision as it was recorded."""

    decision_id: UUID
    decided_at: datetime
    principal: DecidedBy
    action: str = Field(examples=["sources:fetch"])
    resource: dict[str, Any] = Field(description="What it was about: `kind`, `id`, and what the rules saw of it.")
    context: dict[str, Any] = Field(description="The facts that the rules saw.")
    allow: bool
    policy_ids: PolicyIds
    reasons: list[str]
    policy_version: str


class PolicyDecisionPage(AnswerModel):
    """A page of decisions, newest first."""

    items: list[PolicyDecision]
    next_cursor: NextCursor


class PolicyRule(AnswerModel):
    """One rule in words."""

    id: str = Field(examples=["prohibited-source"])
    group: str = Field(description="`rbac`, `budget`, `licence`, `outreach` or `data-use`.")
    effect: Literal["permit", "forbid"]
    reason: str
    remedy: str = Field(description="What would make a refused request allowed; empty for a permit.")
    needs: str = Field(description="What a permit demands; empty for a forbid.")
    obligation: str = Field(description="What an allowed caller must keep; mostly empty.")
    law: str = Field(description="What the rule rests on; may be empty.")
    since: str = Field(description="The day from which it holds; may be empty.")


class PolicyRuleList(AnswerModel):
    """The rules in force."""

    version: str
    items: list[PolicyRule]


class PolicyDecisionDetail(PolicyDecision):
    """A decision explained by the rules that made it, and decided once more."""

    inputs_hash: str = Field(description="SHA-256 of the question in canonical JSON, hexadecimal.")
    rules: list[PolicyRule] = Field(description="The rules that decided, in the words of their version.")
    replay: Literal["same", "differs", "impossible"] = Field(
        description="What deciding it again under the same version of the rules gives."
    )
    now: Literal["permit", "refuse", "undecidable"] = Field(description="What the rules in force would say today.")


class Budget(AnswerModel):
    """A cap with its use in the running period."""

    provider: str
    period: Period
    period_start: date
    cap_microusd: MicroDollars
    held_microusd: int = Field(description="Set aside for calls under way.")
    spent_microusd: int
    left_microusd: int = Field(description="What may still be spent; 0 when the cap is passed.")
    alert_percents: list[int]
    alerts_told: list[int] = Field(description="Shares of this cap that were told in this period.")


class BudgetList(AnswerModel):
    """Every cap of the tenant."""

    items: list[Budget]


class PriceRow(AnswerModel):
    """A price and the day from which it holds."""

    provider: str
    dataset: str
    unit: str
    microusd: MicroDollars
    effective_from: date
    in_force: bool = Field(description="Whether it is today's price.")


class PriceList(AnswerModel):
    """The price book."""

    items: list[PriceRow]


class Cost(AnswerModel):
    """What was asked and spent on a day (UTC)."""

    day: date
    provider: str
    dataset: str
    calls: int
    records: int
    cost_microusd: MicroDollars


class CostList(AnswerModel):
    """Costs, newest day first."""

    since: date
    until: date
    total_microusd: MicroDollars
    items: list[Cost]
