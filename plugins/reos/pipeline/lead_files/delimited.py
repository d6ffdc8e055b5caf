"""Delimited text (CSV, TSV, semicolons, pipes) as rows.

Which mark separates is decided on a sample: by the columns that the profile then finds, and without a profile by the
mark that gives most rows the header's width. A first line `sep=;`, as Excel writes it, decides at once.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files.formulas import read_cells
from reos.pipeline.lead_files.row import MAX_CELL, Row, width_fault
from reos.pipeline.lead_files.text_source import Lines, TextSource
from reos.pipeline.profiles import Profile

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 1 << 16
_SAMPLE_ROWS = 50
_SEPARATOR_LINE = 6  # `sep=;`, with or without quotes
_LARGE = "field larger than field limit"


@dataclass(frozen=True)
class DelimitedReader:
    """How the file is cut into rows."""

    source: TextSource
    delimiter: str
    header: list[str]
    header_line: int

    def rows(self) -> Iterator[Row]:
        """Yield the rows after the header; empty lines are passed over."""
        with self.source.open() as text:
            lines = Lines(self.source, text)
            for line, cells, fault in _records(lines, self.delimiter):
                trouble = lines.take_fault() or fault
                marked = lines.take_marked()
                if line <= self.header_line:
                    continue
                if trouble:
                    yield Row(line, [], trouble)
                elif cells:
                    yield Row(line, read_cells(cells) if marked else cells, width_fault(cells, self.header))


def open_delimited(source: TextSource, profile: Profile | None) -> DelimitedReader:
    """Find header and delimiter; `InvalidInputError` when the header cannot be read."""
    sample = source.sample(_SAMPLE).lstrip("\ufeff")
    announced = _announced(sample)
    given = profile.delimiter if profile else None
    delimiter = given or announced or max(DELIMITERS, key=lambda mark: _fit(sample, mark, profile))
    with source.open() as text:
        lines = Lines(source, text)
        for line, cells, fault in _records(lines, delimiter):
            trouble = lines.take_fault() or fault
            if trouble:
                raise InvalidInputError(
                    f"{source.path.name}, line {line}: the header {trouble}.", remedy="Correct it or export it again."
                )
            if any(cell.strip() for cell in cells) and not (announced and line == 1):
                return DelimitedReader(source, delimiter, [name.strip() for name in read_cells(cells)], line)
    raise InvalidInputError(f"{source.path.name} is empty.", remedy="Export it again; it needs a header and rows.")


def _announced(sample: str) -> str | None:
    first = sample[: sample.find("\n")].strip().strip('"') if "\n" in sample else ""
    is_announced = first.lower().startswith("sep=") and len(first) < _SEPARATOR_LINE
    return first[-1] if is_announced else None


def _fit(sample: str, delimiter: str, profile: Profile | None) -> tuple[int, bool, float, int]:
    rows = _sample_rows(sample, delimiter)
    header = next((row for row in rows if any(row)), [])
    found = len(profile.positions(header)) if profile else 0
    body = [row for row in rows if row and row is not header]
    alike = sum(len(row) == len(header) for row in body) / len(body) if body else 1.0
    return found, len(header) > 1, alike, len(header)


def _sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(StringIO(sample, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) >= _SAMPLE_ROWS:
                return rows
    except csv.Error:
        return rows
    return rows[:-1] if len(sample) == _SAMPLE and len(rows) > 1 else rows


def _records(lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str], str | None]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader), None
        except StopIteration:
            return
        except csv.Error as error:
            unclosed = str(error) == "unexpected end of data" or (
                str(error).startswith(_LARGE) and reader.line_num > line
            )
            if unclosed:
                raise _never_closed(lines.path, line) from error
            yield line, [], _reason(error)


def _reason(error: csv.Error) -> str:
    if str(error).startswith(_LARGE):
        return f"has a cell of more than the {MAX_CELL:,} characters that a cell may have"
    return f"cannot be read as a row: {error}"


def _never_closed(path: Path, line: int) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name}, line {line}: a quote is opened there and never closed, or its cell has more than "
        f"{MAX_CELL:,} characters.",
        remedy="Correct the line, or export the file again.",
    )
