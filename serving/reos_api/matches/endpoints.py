"""`/v1/matches`: the review queue of pairs that may be one home."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from reos.property import match_queries
from reos_api.dependencies import AppServices, PropertyReader, PropertyUpdater, Reads
from reos_api.idempotency import IdempotencyKey
from reos_api.matches import service
from reos_api.matches.schemas import MatchDecided, MatchDecision, MatchDetail, MatchFilters, MatchPage
from reos_api.problems import problems
from reos_api.responses import respond

router = APIRouter(prefix="/v1/matches", tags=["matches"], responses=problems(401, 403, 422, 503))
_MISSING = problems(404)


@router.get("", response_model=MatchPage)
async def list_matches(
    request: Request, filters: Annotated[MatchFilters, Query()], reads: Reads, _: PropertyReader
) -> Response:
    """List pairs that may be one home, oldest question first, both sides beside each other."""
    return respond(request, await service.page(reads, filters))


@router.get("/{review_id}", response_model=MatchDetail, responses=_MISSING)
async def get_match(request: Request, review_id: UUID, reads: Reads, _: PropertyReader) -> Response:
    """Show one pair with the evidence, field by field."""
    return respond(request, await reads.document(match_queries.review(review_id), service.UNKNOWN))


@router.post("/{review_id}/decision", response_model=MatchDecided, responses=problems(404, 409, 413))
async def decide_match(
    review_id: UUID, decision: MatchDecision, who: PropertyUpdater, app: AppServices, key: IdempotencyKey = None
) -> Response:
    """Decide a pair: `same` merges the two, which `unmerge` takes back; `different` is never asked again."""
    return await service.decide(app, who, review_id, decision, key)
