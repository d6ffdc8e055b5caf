"""Merging and unmerging by hand: schemas and the work behind the routes of `/v1/properties/{property_id}`."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from reos.db.connection import Connection
from reos.pipeline import merge
from reos_api.dependencies import Caller
from reos_api.matches.schemas import Evidence, Reason
from reos_api.matches.service import person_of
from reos_api.models import AnswerModel, RequestModel
from reos_api.services import Services
from reos_api.writes import respond_once


class MergeRequest(RequestModel):
    """Which property is, or is not, the same home as that of the path."""

    absorbed_id: UUID = Field(strict=False, description="The property that is merged, or released again.")
    reason: Reason


class MergeResult(AnswerModel):
    """A merge that was made or taken back."""

    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID


class MergeRecord(AnswerModel):
    """A merge of the past: who decided it, on what evidence, and whether it was taken back."""

    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID
    absorbed_address: str | None
    absorbed_apn: str | None
    decided_by: str = Field(description="A user's id, or `rule`.")
    reason: str
    merged_at: datetime
    unmerged_at: datetime | None
    unmerged_by: str | None
    unmerge_reason: str | None
    evidence: Evidence


class MergeList(AnswerModel):
    """The merges of a property, newest first."""

    items: list[MergeRecord]


async def merge_into(app: Services, who: Caller, survivor_id: UUID, body: MergeRequest, key: str | None) -> Response:
    """Merge the named property into `survivor_id`."""

    def work(conn: Connection) -> BaseModel:
        done = merge.merge(
            conn, who.tenant_id, survivor_id, body.absorbed_id, reason=body.reason, person=person_of(app, who)
        )
        return MergeResult(merge_id=done.merge_id, survivor_id=survivor_id, absorbed_id=body.absorbed_id)

    return await respond_once(app, who, key, body, f"merge_property/{survivor_id}", work)


async def release(app: Services, who: Caller, survivor_id: UUID, body: MergeRequest, key: str | None) -> Response:
    """Take the merge of the named property into `survivor_id` back."""

    def work(conn: Connection) -> BaseModel:
        merge_id = merge.unmerge(
            conn, who.tenant_id, survivor_id, body.absorbed_id, reason=body.reason, person=person_of(app, who)
        )
        return MergeResult(merge_id=merge_id, survivor_id=survivor_id, absorbed_id=body.absorbed_id)

    return await respond_once(app, who, key, body, f"unmerge_property/{survivor_id}", work)
