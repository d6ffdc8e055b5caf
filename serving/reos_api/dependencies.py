"""What handlers ask for in their signature: the caller, a permit for an action, reads of the caller's tenant."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from reos.core.errors import AuthenticationError
from reos.policy.kernel import Action, Principal, Resource
from reos_api.reads import TenantReads
from reos_api.services import Services

_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="Access token of `POST /v1/auth/login`.")
_RESOURCE_PARAMETERS = ("property_id", "memo_id", "review_id", "decision_id", "provider")


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user of this request; their token is good until `expires_at`."""

    principal: Principal
    user_id: UUID
    tenant_id: UUID
    session_id: UUID
    expires_at: datetime


def services(request: Request) -> Services:
    """Return the process's services."""
    found: Services = request.app.state.services
    return found


AppServices = Annotated[Services, Depends(services)]


async def caller(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)], app: AppServices
) -> Caller:
    """Return who is calling; `AuthenticationError` without a valid token of a standing session."""
    if credentials is None:
        raise AuthenticationError("No access token was sent.", remedy="Send `Authorization: Bearer <access token>`.")
    claims = await app.sessions.admit(credentials.credentials)
    principal = Principal(str(claims.user_id), claims.tenant_id, claims.role)
    return Caller(principal, claims.user_id, claims.tenant_id, claims.session_id, claims.expires_at)


SignedIn = Annotated[Caller, Depends(caller)]


def permission(action: Action) -> Callable[[Request, SignedIn, AppServices], Awaitable[Caller]]:
    """Return the dependency that yields the caller when the policy kernel permits `action`."""

    async def permitted(request: Request, who: SignedIn, app: AppServices) -> Caller:
        names = (request.path_params.get(name) for name in _RESOURCE_PARAMETERS)
        resource = Resource(action.kind, who.tenant_id, next(filter(None, names), None))
        await app.decisions.require(who.principal, action, resource)
        return who

    return permitted


def tenant_reads(who: SignedIn, app: AppServices) -> TenantReads:
    """Return reads confined to the caller's tenant."""
    return TenantReads(app.pools, who.tenant_id)


Reads = Annotated[TenantReads, Depends(tenant_reads)]
PropertyReader = Annotated[Caller, Depends(permission(Action.PROPERTIES_READ))]
PropertyCreator = Annotated[Caller, Depends(permission(Action.PROPERTIES_CREATE))]
PropertyUpdater = Annotated[Caller, Depends(permission(Action.PROPERTIES_UPDATE))]
TimelineReader = Annotated[Caller, Depends(permission(Action.TIMELINE_READ))]
MemoReader = Annotated[Caller, Depends(permission(Action.MEMOS_READ))]
MemoRequester = Annotated[Caller, Depends(permission(Action.MEMOS_REQUEST))]
PolicyReader = Annotated[Caller, Depends(permission(Action.POLICY_READ))]
SettingsManager = Annotated[Caller, Depends(permission(Action.SETTINGS_MANAGE))]
