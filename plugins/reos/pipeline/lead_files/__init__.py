"""Files of leads as rows: CSV and its kin, NDJSON, GeoJSON, Excel, also gzipped. Here a file meets its reader.

A file is read twice, in chunks: once to know it whole before anything is stored (hash, encoding, header), once for its
rows. Memory does not grow with the file. Every way in which it can be no table is an `InvalidInputError` of its own;
every way in which one row can be none is that row's `fault`, and the rows around it are read.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import refusals
from reos.pipeline.lead_files.delimited import open_delimited
from reos.pipeline.lead_files.json_document import open_json_document
from reos.pipeline.lead_files.json_lines import open_json_lines
from reos.pipeline.lead_files.json_record import LATITUDE
from reos.pipeline.lead_files.row import Row
from reos.pipeline.lead_files.text_source import TextSource
from reos.pipeline.lead_files.workbook import open_workbook
from reos.pipeline.profiles import Profile, fitting

__all__ = ["LeadFile", "LeadFormat", "Row", "open_leads", "open_table"]

MAX_BYTES = 1 << 30  # of a file, and of what it unpacks to, unless the caller says otherwise
_START = 64
_SAMPLE = 1 << 16
_FIRST_TYPE = re.compile(r'"type"\s*:\s*"(Feature(?:Collection)?)"|^\{\s*"features"\s*:\s*\[')


class LeadFormat(StrEnum):
    """The forms that are read."""

    DELIMITED = "delimited"
    NDJSON = "ndjson"
    GEOJSON = "geojson"
    XLSX = "xlsx"


class _Reader(Protocol):
    @property
    def header(self) -> list[str]: ...

    def rows(self) -> Iterator[Row]: ...


def _no_rows() -> Iterator[Row]:
    return iter(())


@dataclass(frozen=True)
class LeadFile:
    """A file whose columns are known. `lines` is about how many rows it has, `sha256` that of the file as it lies."""

    path: Path
    encoding: str
    delimiter: str
    header: list[str]
    sha256: bytes
    lines: int
    format: LeadFormat = LeadFormat.DELIMITED
    rows: Callable[[], Iterator[Row]] = field(default=_no_rows, compare=False)


class _Opened(NamedTuple):
    reader: _Reader
    encoding: str
    delimiter: str
    lines: int
    format: LeadFormat


def open_leads(path: Path, profile: Profile, *, max_bytes: int = MAX_BYTES) -> LeadFile:
    """Examine the file at `path` and return it ready to be read by `profile`, or raise `InvalidInputError`.

    `max_bytes` bounds the file, and what it unpacks to.
    """
    file = open_table(path, profile, max_bytes=max_bytes)
    _check_header(path, file, profile)
    return file


def open_table(path: Path, profile: Profile | None = None, *, max_bytes: int = MAX_BYTES) -> LeadFile:
    """Do the same for a file of which no profile is known to fit; without one, nothing about its columns is refused."""
    try:
        start = _start(path, max_bytes)
        opened = _open(path, start, profile, max_bytes)
        with path.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").digest()
    except OSError as error:
        raise refusals.unreadable(path, error) from error
    reader = opened.reader
    return LeadFile(
        path, opened.encoding, opened.delimiter, reader.header, digest, opened.lines, opened.format, reader.rows
    )


def _start(path: Path, limit: int) -> bytes:
    size = path.stat().st_size
    if size > limit:
        raise refusals.too_large(path, f"has {size:,} bytes", limit)
    with path.open("rb") as raw:
        start = raw.read(_START)
    refusals.check_start(path, start)
    if not start:
        raise refusals.empty(path)
    return start


def _open(path: Path, start: bytes, profile: Profile | None, limit: int) -> _Opened:
    if start.startswith(refusals.ZIP):
        workbook, rows = open_workbook(path, profile, limit)
        return _Opened(workbook, "utf-8", "", rows, LeadFormat.XLSX)
    encoding = profile.encoding if profile else None
    compressed = start.startswith(refusals.GZIP)
    source = TextSource.examined(path, compressed=compressed, encoding=encoding, max_bytes=limit)
    sample = source.sample(_SAMPLE).lstrip("\ufeff\x1e \t\r\n")
    if not sample:
        raise refusals.empty(path)
    encoding, lines = source.facts.encoding, source.facts.lines
    if sample[0] == "[" or (sample[0] == "{" and _is_collection(sample)):
        return _geo_or_not(open_json_document(source), encoding, lines)
    if sample[0] == "{":
        return _geo_or_not(open_json_lines(source), encoding, lines)
    delimited = open_delimited(source, profile)
    return _Opened(delimited, encoding, delimited.delimiter, lines, LeadFormat.DELIMITED)


def _is_collection(sample: str) -> bool:
    first = _FIRST_TYPE.search(sample)
    return first is not None and first[1] != "Feature"


def _geo_or_not(reader: _Reader, encoding: str, lines: int) -> _Opened:
    kind = LeadFormat.GEOJSON if LATITUDE in reader.header else LeadFormat.NDJSON
    return _Opened(reader, encoding, "", lines, kind)


def _check_header(path: Path, file: LeadFile, profile: Profile) -> None:
    missing = profile.missing(file.header)
    if missing:
        raise _misfit(path, file, profile, missing)
    twice = profile.twice(file.header)
    if twice:
        raise InvalidInputError(
            f"{path.name} has more than one column called {', '.join(twice)}.", remedy="Rename or remove one of them."
        )


def _misfit(path: Path, file: LeadFile, profile: Profile, missing: Sequence[str]) -> InvalidInputError:
    fits = list(fitting(file.header))
    hint = (
        f"It would fit the profile {' or '.join(fits)}."
        if fits
        else "A mapping can be proposed: `reos import FILE --propose`, or upload it without a profile."
    )
    if len(file.header) == 1 and file.format is LeadFormat.DELIMITED:
        hint = (
            "It has one column only: if it is separated by something other than comma, semicolon, tab or |, "
            f"name it in a profile (`delimiter:`). {hint}"
        )
    return InvalidInputError(
        f"{path.name} does not fit the profile {profile.name!r}: it has no column {', '.join(missing)}.",
        remedy=f"{hint} Its columns are: {', '.join(file.header)[:500]}.",
        missing=missing,
        fitting=fits,
    )
