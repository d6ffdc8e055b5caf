"""`/v1/connectors`: the providers, their health, their price, and the calls that were made."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from reos.policy.questions import Action
from reos_api.connectors import plan, service
from reos_api.connectors.plan import Plan, PlanRequest
from reos_api.connectors.schemas import (
    CallFilters,
    Connector,
    ConnectorCallPage,
    ConnectorList,
    ProviderName,
    Window,
)
from reos_api.dependencies import AppServices, Caller, PropertyReader, Reads, permission
from reos_api.problems import problems
from reos_api.responses import respond

router = APIRouter(prefix="/v1/connectors", tags=["connectors"], responses=problems(401, 403, 422, 503))
CallReader = Annotated[Caller, Depends(permission(Action.POLICY_READ))]


@router.get("", response_model=ConnectorList)
async def list_connectors(
    request: Request, window: Annotated[Window, Query()], reads: Reads, app: AppServices, _: PropertyReader
) -> Response:
    """List all providers with their sources, prices, health and what you spend with them."""
    return respond(request, await service.all_of(reads, app.clock.now(), window.hours))


@router.post("/plan", responses=problems(413))
async def plan_enrichment(wanted: PlanRequest, app: AppServices, who: PropertyReader) -> Plan:
    """Preview what enrichment would ask about these properties, of whom, why and at what cost; nobody is asked."""
    return await plan.make(app, who, wanted)


@router.get("/{provider}", response_model=Connector)
async def get_connector(
    request: Request,
    provider: ProviderName,
    window: Annotated[Window, Query()],
    reads: Reads,
    app: AppServices,
    _: PropertyReader,
) -> Response:
    """Show one provider."""
    return respond(request, await service.one(reads, provider, app.clock.now(), window.hours))


@router.get("/{provider}/calls", response_model=ConnectorCallPage)
async def list_connector_calls(
    request: Request,
    provider: ProviderName,
    filters: Annotated[CallFilters, Query()],
    reads: Reads,
    _: CallReader,
) -> Response:
    """List your calls to a provider, newest first, each with its outcome and cost."""
    return respond(request, await service.calls(reads, provider, filters))
