"""What enrichment would ask, of whom, why, and for how much: a preview that calls nobody and buys nothing."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from reos.db.connection import Connection
from reos.pipeline.enrich_preview import MOST_PROPERTIES, PlanPreview, preview
from reos_api.connectors.schemas import MicroDollars
from reos_api.dependencies import Caller
from reos_api.models import AnswerModel, RequestModel
from reos_api.services import Services


class PlanRequest(RequestModel):
    """Which properties to plan for."""

    property_ids: list[Annotated[UUID, Field(strict=False)]] = Field(
        min_length=1, max_length=MOST_PROPERTIES, description="Properties of yours."
    )
    force: bool = Field(default=False, description="As if nothing were fresh: what asking all again would cost.")


class PlanGap(AnswerModel):
    """A fact that is missing or has grown old."""

    fact: str = Field(examples=["zoning"])
    required: bool = Field(description="Whether a score cannot do without it.")
    age_days: int | None = Field(description="How old it is; null when it is missing.")
    due: bool = Field(description="Good enough to use, but its source may know better: asked again only if free.")


class PlanStep(AnswerModel):
    """One source, and what the plan does with it."""

    source: str
    provider: str
    choice: Literal["ask", "perhaps", "keep", "skip"] = Field(
        description="`perhaps`: only if an earlier source leaves a gap; `keep`: its answer is still fresh."
    )
    facts: list[str] = Field(description="The facts it is meant to fill.")
    price_microusd: MicroDollars
    code: str = Field(description="The reason in one word.", examples=["fills_gaps"])
    reason: str = Field(examples=["Regrid because zoning is missing, $0.02"])


class PropertyPlan(AnswerModel):
    """The plan of one property."""

    property_id: UUID
    gaps: list[PlanGap]
    steps: list[PlanStep]
    cost_microusd: MicroDollars
    cost_at_most_microusd: MicroDollars


class SourceForecast(AnswerModel):
    """What one source would be asked, over all properties."""

    source: str
    provider: str
    dataset: str
    label: str
    price_microusd: MicroDollars
    asks: int
    asks_at_most: int
    cost_microusd: MicroDollars
    cost_at_most_microusd: MicroDollars
    budget_left_microusd: MicroDollars | None = Field(description="Null for a free source.")
    skipped: dict[str, int] = Field(description="Properties by the reason why it is not asked about them.")


class Plan(AnswerModel):
    """A preview: nothing was asked, nothing bought."""

    properties: int
    unknown: list[UUID] = Field(description="Not yours, deleted, or merged into another.")
    cost_microusd: MicroDollars
    cost_at_most_microusd: MicroDollars
    sources: list[SourceForecast]
    plans: list[PropertyPlan]


async def make(app: Services, who: Caller, wanted: PlanRequest) -> Plan:
    """Plan for the caller's properties."""
    made = await app.pools.run(partial(_preview, app, who, wanted))
    return Plan.model_validate(made, from_attributes=True)


def _preview(app: Services, who: Caller, wanted: PlanRequest, conn: Connection) -> PlanPreview:
    return preview(conn, who.tenant_id, wanted.property_ids, settings=app.settings, clock=app.clock, force=wanted.force)
