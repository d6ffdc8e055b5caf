"""The content-addressed store of memos: a file has its SHA-256 as name, appears whole or not at all, never changes."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from reos.core.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored document: its digest, and its key, which is its path under the store's root."""

    sha256: bytes
    key: str


def save(root: Path, tenant_id: UUID, content: bytes) -> Stored:
    """Store `content` for the tenant and return where; storing it again changes nothing.

    Raises `UnavailableError` when the disk does not take it; then nothing is left behind.
    """
    digest = hashlib.sha256(content)
    stored = Stored(digest.digest(), f"{tenant_id}/{digest.hexdigest()}.pdf")
    path = root / stored.key
    if path.is_file() and path.stat().st_size == len(content):
        return stored
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, content)
    except OSError as error:
        raise UnavailableError(
            f"A memo cannot be stored under {root}: {error.strerror or error}.",
            remedy="Check the folder's free space and permissions; the memo is rendered again by the next run.",
        ) from error
    return stored


def _write_whole(path: Path, content: bytes) -> None:
    """Write through a temporary file in the same folder, so that the rename is atomic, also across a power cut."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".memo-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o640)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
