"""`/v1/policy`: decisions, rules, budgets, prices and costs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from reos_api.dependencies import AppServices, PolicyReader, Reads, SettingsManager
from reos_api.idempotency import IdempotencyKey
from reos_api.policy import queries, service
from reos_api.policy.schemas import (
    BudgetChange,
    BudgetList,
    CostFilters,
    CostList,
    DecisionFilters,
    Period,
    PolicyDecisionDetail,
    PolicyDecisionPage,
    PolicyRuleList,
    PriceList,
)
from reos_api.problems import problems
from reos_api.responses import respond

router = APIRouter(prefix="/v1/policy", tags=["policy"], responses=problems(401, 403, 422, 503))

Provider = Annotated[str, Path(max_length=100, description="The provider, as in the price book.", examples=["attom"])]


@router.get("/decisions", response_model=PolicyDecisionPage)
async def list_decisions(
    request: Request, filters: Annotated[DecisionFilters, Query()], reads: Reads, _: PolicyReader
) -> Response:
    """List what was decided, newest first: who asked for what, the verdict, and why."""
    return respond(request, await service.decisions(reads, filters))


@router.get("/decisions/{decision_id}", response_model=PolicyDecisionDetail, responses=problems(404))
async def get_decision(request: Request, decision_id: UUID, app: AppServices, who: PolicyReader) -> Response:
    """Explain one decision: the rules that made it, in their words of then, and what they would say now."""
    return respond(request, await service.explain(app, who, decision_id))


@router.get("/rules", response_model=PolicyRuleList)
async def list_rules(request: Request, _: PolicyReader) -> Response:
    """List the rules in force."""
    return respond(request, service.rules())


@router.get("/budgets", response_model=BudgetList)
async def list_budgets(request: Request, reads: Reads, app: AppServices, _: PolicyReader) -> Response:
    """List every cap with what is held, spent and left in the running day or month."""
    return respond(request, await reads.document(queries.budgets(app.clock.now().date()), ""))


@router.put("/budgets/{provider}/{period}", response_model=BudgetChange, responses=problems(404, 409, 413))
async def set_budget(
    provider: Provider,
    period: Period,
    change: BudgetChange,
    who: SettingsManager,
    app: AppServices,
    key: IdempotencyKey = None,
) -> Response:
    """Set a cap. What is held or spent already stays, even above a lower cap; properties that wait for money go on."""
    return await service.set_budget(app, who, provider, period, change, key)


@router.get("/price-book", response_model=PriceList)
async def list_prices(request: Request, app: AppServices, _: PolicyReader) -> Response:
    """List what one unit of each dataset costs, and from which day on."""
    return respond(request, service.prices(app.clock.now().date()))


@router.get("/costs", response_model=CostList)
async def list_costs(
    request: Request, filters: Annotated[CostFilters, Query()], reads: Reads, app: AppServices, _: PolicyReader
) -> Response:
    """List what was asked and spent a day, provider and dataset."""
    return respond(request, await service.costs(reads, filters, app.clock.now().date()))
