"""The drop folder `<inbox>/<tenant>/<profile>/<file>`: which files wait there, and where each goes when it is done.

A file is taken as it is named: names beginning with a dot, folders and links are passed over. Afterwards it lies in
`.done` or `.failed` beside its old place, with the time before its name and, if there is something to say, a report.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from reos.core.errors import InvalidInputError

SETTLE_SECONDS = 2.0  # a file written to more recently may still be arriving
SETTLE_ATTEMPTS = 30


@dataclass(frozen=True)
class InboxFile:
    """A waiting file: `path` is `<inbox>/<tenant>/<profile>/<name>`."""

    path: Path

    @property
    def tenant(self) -> str:
        """The tenant's slug, from the folder."""
        return self.path.parent.parent.name

    @property
    def profile(self) -> str:
        """The import profile, from the folder."""
        return self.path.parent.name


def waiting(inbox: Path, *, tenant: str | None = None, profile: str | None = None) -> list[InboxFile]:
    """Return the files that wait, oldest first; narrowed to one tenant's or profile's folder when given."""
    found = (InboxFile(path) for path in inbox.glob("*/*/*") if _is_candidate(path, inbox))
    chosen = (file for file in found if tenant in (None, file.tenant) and profile in (None, file.profile))
    return sorted(chosen, key=lambda file: (file.path.stat().st_mtime, file.path))


def inside(inbox: Path, relative: str) -> InboxFile:
    """Return the file named by `relative` (`tenant/profile/name`); `InvalidInputError` when that is no waiting file."""
    named = Path(relative)
    path = inbox / named
    if named.is_absolute() or len(named.parts) != len(("tenant", "profile", "name")) or not _is_candidate(path, inbox):
        raise InvalidInputError(
            f"{relative} is not a file waiting in the inbox {inbox}.",
            remedy="It may have been imported already: look in the folder's `.done` and `.failed`.",
        )
    return InboxFile(path)


def settle(
    file: InboxFile, *, sleep: Callable[[float], None] = time.sleep, now: Callable[[], float] = time.time
) -> None:
    """Wait until nobody has written to the file for a moment; `InvalidInputError` when that never happens."""
    for _ in range(SETTLE_ATTEMPTS):
        quiet = now() - file.path.stat().st_mtime
        if quiet >= SETTLE_SECONDS:
            return
        sleep(SETTLE_SECONDS - max(0.0, quiet))
    raise InvalidInputError(
        f"{file.path.name} is still being written.", remedy="Copy it to a name beginning with a dot, then rename it."
    )


def finish(file: InboxFile, outcome: Literal["done", "failed"], report: Iterable[str], *, at: datetime) -> Path:
    """Move the file to `.done` or `.failed`, write the report's lines (if any) beside it, and return its new path."""
    folder = file.path.parent / f".{outcome}"
    folder.mkdir(exist_ok=True)
    target = folder / f"{at:%Y%m%dT%H%M%S%fZ}-{file.path.name}"
    lines = list(report)
    if lines:  # before the move: a file that has left the inbox has its report
        target.with_name(f"{target.name}.report.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file.path.rename(target)


def _is_candidate(path: Path, inbox: Path) -> bool:
    parts = path.relative_to(inbox).parts
    return not any(part.startswith(".") for part in parts) and path.is_file() and not path.is_symlink()
