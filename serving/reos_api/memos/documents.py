"""The memo's PDF: read from the content-addressed store, and served only if it is what the database says."""

import hashlib
from pathlib import Path
from uuid import UUID

import anyio.to_thread

from reos.core.errors import UnavailableError
from reos_api.memos.queries import document
from reos_api.reads import TenantReads

UNKNOWN = "There is no such memo."


async def load(reads: TenantReads, memo_id: UUID, store: Path) -> tuple[bytes, str]:
    """Return the PDF and its SHA-256 in hex.

    Raises `NotFoundError` for an unknown memo, `UnavailableError` when its file is missing or was changed.
    """
    row = await reads.row(document(memo_id), UNKNOWN)
    content = await anyio.to_thread.run_sync(_read, store, row["storage_key"])
    if hashlib.sha256(content).digest() != row["sha256"]:
        raise UnavailableError("The memo's stored document is not the one that was rendered.")
    return content, row["sha256"].hex()


def _read(store: Path, storage_key: str) -> bytes:
    path = (store / storage_key).resolve()
    if not path.is_relative_to(store.resolve()) or not path.is_file():
        raise UnavailableError("The memo's document is not in the store.", remedy="Ask an operator to render it again.")
    return path.read_bytes()
