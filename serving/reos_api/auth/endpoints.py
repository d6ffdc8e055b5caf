"""`/v1/auth`: sessions."""

from fastapi import APIRouter, Response

from reos_api.auth import service
from reos_api.auth.schemas import Credentials, Me, RefreshRequest, TokenPair
from reos_api.dependencies import AppServices, SignedIn
from reos_api.problems import problems

router = APIRouter(prefix="/v1/auth", tags=["auth"], responses=problems(401, 413, 422, 503))


@router.post("/login", responses=problems(409))
async def login(credentials: Credentials, app: AppServices, response: Response) -> TokenPair:
    """Sign in with e-mail and password.

    Repeated failures lock the account for a while; the answer is the same as for a wrong password.
    """
    response.headers["cache-control"] = "no-store"
    return await service.sign_in(app, credentials)


@router.post("/refresh")
async def refresh_session(body: RefreshRequest, app: AppServices, response: Response) -> TokenPair:
    """Replace a refresh token by the next one, with a new access token.

    A token is good once. Showing it again within ten seconds returns the same successor (for parallel tabs); later, it
    ends the whole session, because somebody else may hold it.
    """
    response.headers["cache-control"] = "no-store"
    return await service.refresh(app, body.refresh_token)


@router.post("/logout", status_code=204)
async def logout(who: SignedIn, app: AppServices) -> None:
    """End this session on all devices that share it: refresh tokens at once, access tokens within seconds."""
    await service.sign_out(app, who)


@router.get("/me")
async def get_me(who: SignedIn, app: AppServices) -> Me:
    """Describe the signed-in user, their tenant and what their role permits."""
    return await service.me(app, who)
