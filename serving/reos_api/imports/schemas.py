"""Answers of the import routes."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator

from reos_api.models import AnswerModel, NextCursor


class _Of(AnswerModel):
    """An answer that is read from a use-case's report."""

    model_config = ConfigDict(from_attributes=True)


class ImportBatch(_Of):
    """One import of one file."""

    batch_id: UUID
    status: Literal["staging", "staged", "publishing", "done", "undoing", "undone", "discarded"] = Field(
        description="`staged` waits for commit or discard; `done` may be undone."
    )
    profile: str
    file_name: str
    file_sha256: str = Field(description="Hex; the same file with the same profile is the same import.")
    logical_date: date = Field(description="The day of which the file speaks.")
    rows: int = Field(description="Rows that were read.")
    created: int = Field(description="Properties that were new.")
    known: int = Field(description="Properties that were there already.")
    rejected: int = Field(description="Rows that were refused.")
    sales: int
    records_added: int
    records_changed: int
    events: int
    merged: int = Field(description="New properties that were certain to be known ones.")
    reviews: int = Field(description="Pairs put into the review queue.")
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    user_id: UUID | None
    unknown_columns: tuple[str, ...] = Field(description="Columns that the profile neither reads nor ignores.")
    lines_done: int = Field(description="How far it is.")
    lines: int

    @field_validator("file_sha256", mode="before")
    @classmethod
    def _hex(cls, value: object) -> object:
        return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


class ImportBatchPage(AnswerModel):
    """Imports, newest first."""

    items: list[ImportBatch]
    next_cursor: NextCursor


class RejectedRow(_Of):
    """A row that was not taken."""

    line: int = Field(description="Line of the file.")
    kind: Literal["invalid", "duplicate", "conflict", "shared"]
    reason: str
    row_data: dict[str, Any] | None = Field(description="The row as far as it could be read.")


class RejectedRowPage(AnswerModel):
    """Refused rows by line."""

    items: list[RejectedRow]
    next_cursor: NextCursor


class SourceCost(_Of):
    """What enriching the new properties from one source would cost at most."""

    provider: str
    dataset: str
    properties: int
    unit_microusd: int
    cost_microusd: int
    note: str


class ImportPreview(_Of):
    """What committing a dry run would do; nothing of it has been done."""

    rows: int
    new: int = Field(description="Properties that would be created.")
    known: int = Field(description="Properties that are there already.")
    changing: int = Field(description="Records that would be replaced.")
    duplicate: int = Field(description="Rows that say what an earlier row says.")
    conflicting: int = Field(description="Rows that contradict an earlier row.")
    shared: int = Field(description="Rows whose address several parcels share.")
    invalid: int = Field(description="Rows that cannot be read.")
    rejected: list[RejectedRow] = Field(description="The first of these rows; the others are on the rejections route.")
    costs: tuple[SourceCost, ...]
    cost_microusd: int = Field(description="Upper bound of the enrichment's cost, in millionths of a dollar.")


class ImportReport(AnswerModel):
    """An import, with the preview while it waits for commit or discard."""

    batch: ImportBatch
    preview: ImportPreview | None


class ProposedColumn(_Of):
    """A line of the proposed mapping."""

    columns: tuple[str, ...] = Field(description="Of the file; several are joined by blanks.")
    to: str = Field(description="What we call it.")
    kind: str = Field(description="How its cells are read.")
    why: str = Field(description="What spoke for it.")
    sample: str = Field(description="The first filled cell.")


class MappingProposal(AnswerModel):
    """How the file would be read: send `profile` back as `mapping`, corrected where it is wrong."""

    profile: dict[str, Any]
    columns: list[ProposedColumn]
    unused: tuple[str, ...] = Field(description="Columns that would be left out.")
    remarks: tuple[str, ...] = Field(description="What a person must settle first.")


class ImportAnswer(AnswerModel):
    """What became of an upload: `proposed` (nothing stored), `staged` (a dry run), or `imported`."""

    outcome: Literal["proposed", "staged", "imported"]
    proposal: MappingProposal | None
    report: ImportReport | None


class KeptChange(_Of):
    """Something that an undo left as it is."""

    property_id: UUID
    what: str
    reason: str


class UndoReport(_Of):
    """What an undo took back, and what it could not."""

    batch: ImportBatch
    properties_removed: int
    records_removed: int
    records_restored: int
    fields_reverted: int
    events: int
    kept: list[KeptChange] = Field(description="The first of these.")
    kept_count: int
