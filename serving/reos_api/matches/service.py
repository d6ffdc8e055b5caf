"""Pages of the review queue, and decisions: one transaction with the merge, its event and the remembered answer."""

from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from reos.db.connection import Connection
from reos.pipeline import merge
from reos.property import match_queries
from reos.property.review import Status
from reos_api.dependencies import Caller
from reos_api.matches.schemas import MatchDecided, MatchDecision, MatchFilters, MatchStatus
from reos_api.paging import decode_moment, moment_page_body
from reos_api.reads import TenantReads
from reos_api.services import Services
from reos_api.writes import respond_once

UNKNOWN = "There is no such match."
_ORDER = "opened_at"


async def page(reads: TenantReads, filters: MatchFilters) -> bytes:
    """Return one page of the queue as JSON bytes."""
    row = await reads.row(match_queries.page(filters.status, filters.limit, decode_moment(filters.cursor, _ORDER)))
    return moment_page_body(row, _ORDER)


async def decide(app: Services, who: Caller, review_id: UUID, decision: MatchDecision, key: str | None) -> Response:
    """Decide a pair as the caller."""

    def work(conn: Connection) -> BaseModel:
        found = merge.decide(
            conn, who.tenant_id, review_id, Status(decision.verdict), note=decision.note, person=person_of(app, who)
        )
        return MatchDecided(
            review_id=found.review_id,
            status=MatchStatus(found.status),
            survivor_id=found.survivor_id,
            absorbed_id=found.absorbed_id,
            merge_id=found.merge_id,
        )

    return await respond_once(app, who, key, decision, f"decide_match/{review_id}", work)


def person_of(app: Services, who: Caller) -> merge.Person:
    """Return the caller as the use-cases know them."""
    return merge.Person(who.user_id, app.clock)
