"""A record's memo as PDF: the one way from data to document, used by the pipeline and by tests alike."""

import hashlib

from reos.core.errors import ConflictError
from reos.memos.present import build
from reos.memos.record import Record
from reos.memos.renderer import Document, LayoutEngine, MemoRenderError
from reos.memos.template import PAGES, TEMPLATE_VERSION, html


def render(renderer: LayoutEngine, record: Record) -> Document:
    """Return the two-page memo of `record`; equal records give equal bytes.

    Raises `ConflictError` when the reasons do not add up to the score (they would be of two different versions), and
    `MemoRenderError` when the document cannot be laid out.
    """
    if sum(row.points for row in record.reasons) != record.score.score:
        raise ConflictError("The reasons do not add up to the score.", remedy="Read the record in one snapshot.")
    identity = hashlib.sha256(f"{record.score.inputs_hash}/{TEMPLATE_VERSION}/{record.property.apn}".encode())
    document = renderer.render(html(build(record)), identity.digest()[:16], PAGES)
    if document.pages != PAGES:
        raise MemoRenderError(f"The memo has {document.pages} page where it should have {PAGES}.")
    return document
