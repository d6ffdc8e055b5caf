"""Room on the disk, before a start and in `reos doctor`: a database without room fails late and unclearly."""

import shutil
from pathlib import Path

from reos.core.errors import ConfigurationError

NEEDED_MB = 2_000
_MB = 1024 * 1024


def free_mb(folder: Path) -> int:
    """Return the free space, in MiB, of the file system that holds `folder` (or its nearest existing parent)."""
    place = next(part for part in (folder, *folder.parents) if part.exists())
    return shutil.disk_usage(place).free // _MB


def refuse_full(folder: Path, needed_mb: int = NEEDED_MB) -> None:
    """Raise `ConfigurationError` when fewer than `needed_mb` MiB are free where the stack keeps its data."""
    free = free_mb(folder)
    if free < needed_mb:
        raise ConfigurationError(
            f"Only {free} MB are free at {folder}; the stack needs {needed_mb} MB.",
            remedy="Free some space, or keep the state elsewhere: REOS_STATE_DIR=/path reos up",
        )
