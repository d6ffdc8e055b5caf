"""The drop folder `<inbox>/<tenant>/<profile>/<file>`: which files wait there, and where each goes when it is done.

The folder may lie on this machine or in an object store (`ObjectStoragePath`). A file is claimed by moving it to
`.claimed` beside its old place, so that it is imported as it was then; one that a crash left there is taken first. What
is done lies in `.done` or `.failed`, with the time before its name and a report beside it. Names that begin with a dot,
folders and links are passed over. A folder's own `.profile.yml` says how to read its files; without one, the folder's
name does.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from airflow.sdk import ObjectStoragePath

from reos.core.errors import InvalidInputError

SETTLE_SECONDS = 2.0  # a file written to more recently may still be arriving
SETTLE_ATTEMPTS = 30
OWN_PROFILE = ".profile.yml"
_CLAIMED = ".claimed"


@dataclass(frozen=True)
class InboxFile:
    """A file of the inbox by the names of its place; it waits at `path`, or lies at `claimed`."""

    inbox: ObjectStoragePath
    tenant: str
    profile: str
    name: str

    @property
    def folder(self) -> ObjectStoragePath:
        """Where it was dropped."""
        return self.inbox / self.tenant / self.profile

    @property
    def path(self) -> ObjectStoragePath:
        """Where it waits."""
        return self.folder / self.name

    @property
    def claimed(self) -> ObjectStoragePath:
        """Where it lies while it is imported."""
        return self.folder / _CLAIMED / self.name

    @property
    def relative(self) -> str:
        """Its place in the inbox, as `tenant/profile/name`."""
        return f"{self.tenant}/{self.profile}/{self.name}"

    def own_profile(self) -> str | None:
        """Return the text of the folder's own profile, if it has one."""
        path = self.folder / OWN_PROFILE
        return str(path.read_text(encoding="utf-8")) if path.is_file() else None


def open_inbox(url: str) -> ObjectStoragePath:
    """Return the inbox at `url` (`file:///…`, `s3://connection@bucket/…`)."""
    return ObjectStoragePath(url)


def waiting(inbox: ObjectStoragePath, *, tenant: str | None = None, profile: str | None = None) -> list[InboxFile]:
    """Return the files that wait or were left claimed, oldest first; narrowed to a tenant's or profile's folder."""
    if not inbox.exists():
        return []
    ages = {file: age for pattern in ("*/*/*", f"*/*/{_CLAIMED}/*") for age, file in _at(inbox, pattern)}
    chosen = (file for file in ages if tenant in (None, file.tenant) and profile in (None, file.profile))
    return sorted(chosen, key=lambda file: (ages[file], file.relative))


def named(inbox: ObjectStoragePath, relative: str) -> InboxFile:
    """Return the file called `relative` (`tenant/profile/name`); `InvalidInputError` when no such file waits."""
    parts = relative.split("/")
    if len(parts) == len(("tenant", "profile", "name")) and not any(part.startswith(".") or not part for part in parts):
        file = InboxFile(inbox, *parts)
        if _is_candidate(file.path) or file.claimed.is_file():
            return file
    raise InvalidInputError(
        f"{relative} is not a file waiting in the inbox.",
        remedy="It may have been imported already: look in the folder's `.done` and `.failed`.",
    )


def claim(
    file: InboxFile, *, sleep: Callable[[float], None] = time.sleep, now: Callable[[], float] = time.time
) -> ObjectStoragePath:
    """Move the file to `.claimed` once nobody has written to it for a moment, and return its new path.

    One that is claimed already is returned as it is. `InvalidInputError` when it is written to again and again.
    """
    if not file.claimed.is_file():
        if file.path.protocol == "file":  # in an object store a file appears when it is complete
            _settle(file, sleep, now)
        file.claimed.parent.mkdir(parents=True, exist_ok=True)
        file.path.rename(file.claimed)
    return file.claimed


@contextmanager
def on_disk(path: ObjectStoragePath) -> Iterator[Path]:
    """Yield the file on this machine's disk: itself, or a copy for the time of the block."""
    if path.protocol == "file":
        yield Path(path.path)
        return
    with tempfile.TemporaryDirectory(prefix="reos-inbox-") as folder:
        copy = Path(folder) / path.name
        with path.open("rb") as source, copy.open("wb") as target:  # type: ignore[no-untyped-call]
            shutil.copyfileobj(source, target, 1 << 20)
        yield copy


def finish(
    file: InboxFile, outcome: Literal["done", "failed"], report: Iterable[str], *, at: datetime
) -> ObjectStoragePath:
    """Move the file to `.done` or `.failed` with the report's lines beside it, and return its new path."""
    folder = file.folder / f".{outcome}"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{at:%Y%m%dT%H%M%S%fZ}-{file.name}"
    # The report comes first: a file that has left the inbox has one.
    (folder / f"{target.name}.report.txt").write_text("\n".join(report) + "\n", encoding="utf-8")
    (file.claimed if file.claimed.is_file() else file.path).rename(target)
    return target


def _settle(file: InboxFile, sleep: Callable[[float], None], now: Callable[[], float]) -> None:
    for _ in range(SETTLE_ATTEMPTS):
        quiet = now() - _age(file.path)
        if quiet >= SETTLE_SECONDS:
            return
        sleep(SETTLE_SECONDS - max(0.0, quiet))
    raise InvalidInputError(
        f"{file.name} is still being written.", remedy="Copy it to a name beginning with a dot, then rename it."
    )


def _at(inbox: ObjectStoragePath, pattern: str) -> Iterator[tuple[float, InboxFile]]:
    for path in inbox.glob(pattern):
        parts = [part for part in path.path.removeprefix(inbox.path).split("/") if part]
        names = [part for part in parts if part != _CLAIMED]
        if not any(part.startswith(".") for part in names) and _is_candidate(path):
            yield _age(path), InboxFile(inbox, *names)


def _is_candidate(path: ObjectStoragePath) -> bool:
    return path.is_file() and not path.is_symlink()


def _age(path: ObjectStoragePath) -> float:
    """Return when it was last written to, in seconds since 1970; 0 where the store does not say."""
    try:
        written = path.stat().st_mtime
    except AttributeError:
        return 0.0
    return written.timestamp() if isinstance(written, datetime) else float(written)
