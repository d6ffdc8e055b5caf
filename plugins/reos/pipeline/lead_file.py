"""A delimited text file as rows: what it is (encoding, delimiter, header, hash), then one row after another.

The file is read twice, in chunks: once to know it whole before anything is stored, once for its rows. Memory does not
grow with the file. Every way in which it can be no table at all is an `InvalidInputError` of its own.
"""

import _csv
import codecs
import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from reos.core.errors import InvalidInputError
from reos.pipeline.profiles import Profile, fitting

_CHUNK = 1 << 20
_MAX_CELL = 131_072  # the csv module's own limit; a larger cell is a quote that is never closed
_DELIMITERS = (",", ";", "\t", "|")
_NOT_TEXT = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed with gzip",
    b"SQLite format 3": "a database file",
}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_FALLBACK = "cp1252"
_FATAL = ("larger than field limit", "unexpected end of data")


class Row(NamedTuple):
    """One row: its first line's number, its cells, and why it cannot be read, if it cannot."""

    line: int
    cells: list[str]
    fault: str | None = None


@dataclass(frozen=True)
class LeadFile:
    """A file that fits its profile."""

    path: Path
    encoding: str
    delimiter: str
    header: list[str]
    sha256: bytes
    lines: int

    def rows(self) -> Iterator[Row]:
        """Yield the rows after the header; empty lines are passed over."""
        with self.path.open(encoding=self.encoding, newline="") as text:
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            for line, cells, fault in _read(reader, self.path):
                if line > 1 and (cells or fault):
                    yield Row(line, cells, fault or _width_fault(cells, self.header))


def open_lead_file(path: Path, profile: Profile) -> LeadFile:
    """Examine the file at `path` and return it ready to be read by `profile`, or raise `InvalidInputError`."""
    facts = _examine(path)
    with path.open(encoding=facts.encoding, newline="") as text:
        first = text.readline(_MAX_CELL).strip("\r\n")
    delimiter = max(_DELIMITERS, key=lambda mark: _fit(first, mark, profile))
    header = next(csv.reader([first], delimiter=delimiter), [])
    _check_header(path, [name.strip() for name in header], profile)
    return LeadFile(
        path, facts.encoding, delimiter, [name.strip() for name in header], facts.digest.digest(), facts.lines
    )


def _fit(first: str, delimiter: str, profile: Profile) -> tuple[int, int]:
    header = next(csv.reader([first], delimiter=delimiter), [])
    return len(profile.positions(header)), len(header)


@dataclass
class _Facts:
    encoding: str = "utf-8"
    lines: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)


def _examine(path: Path) -> _Facts:
    """Read the whole file once: hash, number of lines, encoding; refuse what is no text."""
    facts = _Facts()
    try:
        with path.open("rb") as raw:
            start = raw.read(16)
            raw.seek(0)
            _check_start(path, start)
            facts.encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "utf-8")
            is_text = codecs.getincrementaldecoder(facts.encoding)("strict")
            valid = True
            while chunk := raw.read(_CHUNK):
                facts.digest.update(chunk)
                _check_nul(path, chunk, facts)
                facts.lines += chunk.count(b"\n")
                valid = valid and _decodes(is_text, chunk)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not (valid and _decodes(is_text, b"", final=True)):
        facts.encoding = _fallback_encoding(path, facts.encoding)
    return facts


def _unreadable(path: Path, error: OSError) -> InvalidInputError:
    if isinstance(error, FileNotFoundError):
        return InvalidInputError(f"There is no file {path}.", remedy="Check the path.")
    if isinstance(error, IsADirectoryError):
        return InvalidInputError(f"{path} is a folder.", remedy="Give the path of a file in it.")
    reason = error.strerror or str(error)
    return InvalidInputError(f"{path} cannot be read: {reason}.", remedy="Check its permissions and the disk.")


def _check_start(path: Path, start: bytes) -> None:
    if not start.strip():
        raise InvalidInputError(f"{path} is empty.", remedy="Export it again; it needs a header and rows.")
    for magic, what in _NOT_TEXT.items():
        if start.startswith(magic):
            raise InvalidInputError(f"{path} is {what}, not delimited text.", remedy="Export or unpack it as CSV.")


def _check_nul(path: Path, chunk: bytes, facts: _Facts) -> None:
    position = chunk.find(b"\0") if facts.encoding != "utf-16" else -1
    if position >= 0:
        line = facts.lines + chunk.count(b"\n", 0, position) + 1
        raise InvalidInputError(
            f"{path} has a NUL byte in line {line}: it is damaged or no text.", remedy="Export it again as CSV (UTF-8)."
        )


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _fallback_encoding(path: Path, tried: str) -> str:
    """Take Windows-1252 for a file that is not UTF-8 in any line that has more than ASCII; refuse a mixture."""
    first_bad, some_good = 0, False
    with path.open("rb") as raw:
        for number, line in enumerate(raw, start=1):
            if line.isascii():
                continue
            good = _decodes(codecs.getincrementaldecoder("utf-8")("strict"), line, final=True)
            some_good = some_good or good
            first_bad = first_bad or (0 if good else number)
            if not _decodes(codecs.getincrementaldecoder(_FALLBACK)("strict"), line, final=True) and not good:
                raise _not_decodable(path, number)
    if tried != "utf-8" or some_good:
        raise InvalidInputError(
            f"{path} mixes encodings: line {first_bad or 1} is not {tried}, other lines are.",
            remedy="Export it again in one encoding, best UTF-8.",
        )
    return _FALLBACK


def _not_decodable(path: Path, line: int) -> InvalidInputError:
    return InvalidInputError(
        f"{path} is not text: line {line} is neither UTF-8 nor Windows-1252.", remedy="Export it again as CSV (UTF-8)."
    )


def _check_header(path: Path, header: Sequence[str], profile: Profile) -> None:
    missing = profile.missing(header)
    if missing:
        fits = list(fitting(header))
        hint = (
            f"It would fit the profile {' or '.join(fits)}." if fits else "No profile fits it; write one (generic.yml)."
        )
        raise InvalidInputError(
            f"{path} does not fit the profile {profile.name!r}: it has no column {', '.join(missing)}.",
            remedy=f"{hint} Its columns are: {', '.join(header)[:500]}.",
            missing=missing,
            fitting=fits,
        )
    twice = profile.twice(header)
    if twice:
        raise InvalidInputError(
            f"{path} has more than one column called {', '.join(twice)}.", remedy="Rename or remove one of them."
        )


def _read(reader: "_csv.Reader", path: Path) -> Iterator[tuple[int, list[str], str | None]]:
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader), None
        except StopIteration:
            return
        except csv.Error as error:
            if any(reason in str(error) for reason in _FATAL):
                raise InvalidInputError(
                    f"{path}, line {line}: {error}. A quote is opened there and never closed.",
                    remedy="Correct the line, or export the file again.",
                ) from error
            yield line, [], f"cannot be read as a row: {error}"


def _width_fault(cells: Sequence[str], header: Sequence[str]) -> str | None:
    if len(cells) == len(header):
        return None
    return f"has {len(cells)} cells, the header has {len(header)}"
