"""Answers of the memo routes."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from reos_api.models import AnswerModel


class Memo(AnswerModel):
    """A rendered memo; the same inputs and template give the same bytes."""

    memo_id: UUID
    property_id: UUID
    score_version: int = Field(description="The version of the score that it explains.")
    inputs_hash: str
    template_version: str
    document_sha256: str
    byte_size: int
    page_count: int
    created_at: datetime
    pdf_url: str = Field(examples=["/v1/memos/0199f0c2-6d3e-7c61-9d57-0f6a2f2f8f11/pdf"])


class MemoList(AnswerModel):
    """The memos of a property, newest first."""

    items: list[Memo]
