"""The demo's lead files: a county's sales export from the sandbox, or a file of the user's, dropped into the inbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import httpx

from reos.core.errors import InvalidInputError, UnavailableError

COUNTY_PROFILE = "king-county"
_SECONDS = 60.0


@dataclass(frozen=True)
class LeadFile:
    """A file ready to be dropped: whose leads they are, how to read them, how many rows there are."""

    tenant: str
    profile: str
    path: Path
    rows: int


def exported(sandbox_url: str, tenant: str, rows: int, folder: Path) -> LeadFile:
    """Fetch the county's export of `rows` sales from the sandbox; a longer one begins with the rows of a shorter."""
    path = folder / f"king-county-{tenant}-{rows}.csv"
    path.write_bytes(_fetch(f"{sandbox_url}/_export/king-county.csv", {"rows": rows}))
    return LeadFile(tenant, COUNTY_PROFILE, path, _count(path))


def mailing_list(sandbox_url: str, tenant: str, homes: int, folder: Path) -> LeadFile:
    """Fetch the sandbox's list of `homes` that are known by address only, after some that other files have too."""
    path = folder / f"mailing-list-{tenant}.csv"
    path.write_bytes(_fetch(f"{sandbox_url}/_export/mailing-list.csv", {"homes": homes}))
    return LeadFile(tenant, "generic", path, _count(path))


def taken_from(source: Path, tenant: str, profile: str, rows: int | None, folder: Path) -> LeadFile:
    """Copy the first `rows` data lines of the user's file (all when None), header included, bytes unchanged."""
    path = folder / f"{source.stem}-{tenant}{f'-{rows}' if rows else ''}{source.suffix}"
    try:
        with source.open("rb") as given, path.open("wb") as copy:
            copy.writelines(given if rows is None else islice(given, rows + 1))
    except OSError as error:
        raise InvalidInputError(f"{source} cannot be read: {error.strerror}.", remedy="Check the path.") from error
    return LeadFile(tenant, profile, path, _count(path))


def drop(inbox: Path, file: LeadFile) -> Path:
    """Put the file where the discovery DAG looks, under a hidden name first, so that no sweep sees half of it."""
    folder = inbox / file.tenant / file.profile
    folder.mkdir(parents=True, exist_ok=True)
    hidden = folder / f".{file.path.name}"
    hidden.write_bytes(file.path.read_bytes())
    return hidden.rename(folder / file.path.name)


def is_waiting(inbox: Path, file: LeadFile) -> bool:
    """Whether the sweep has not finished with the dropped file yet."""
    folder = inbox / file.tenant / file.profile
    return any((place / file.path.name).exists() for place in (folder, folder / ".claimed"))


def refusal(inbox: Path, file: LeadFile) -> str | None:
    """Return why the newest drop of the file was refused as a whole, None if it was taken."""
    folder = inbox / file.tenant / file.profile
    done = sorted((folder / ".done").glob(f"*-{file.path.name}"))
    failed = sorted((folder / ".failed").glob(f"*-{file.path.name}"))
    if not failed or (done and done[-1].name > failed[-1].name):
        return None
    report = failed[-1].with_name(f"{failed[-1].name}.report.txt")
    return report.read_text().strip() if report.exists() else "no report was left"


def _fetch(url: str, params: Mapping[str, int]) -> bytes:
    try:
        answer = httpx.get(url, params=dict(params), timeout=_SECONDS, trust_env=False)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise UnavailableError(f"The sandbox gave no export: {error}", remedy="reos logs sandbox") from error
    return answer.content


def _count(path: Path) -> int:
    with path.open("rb") as lines:
        return max(0, sum(1 for line in lines if line.strip()) - 1)
