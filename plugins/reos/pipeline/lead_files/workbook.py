"""An Excel workbook (.xlsx) as rows, read row by row.

Cells come as they are shown: whole numbers without a fraction, dates as ISO, leading zeros where the cell's format
keeps them. A formula gives the value that the spreadsheet stored; where none is stored, or it is an error, the row is
refused and says which cell. Only columns that the profile reads count for that.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files.archive import check_workbook, damaged, has_formulas
from reos.pipeline.lead_files.formulas import unguard
from reos.pipeline.lead_files.row import Row, size_fault
from reos.pipeline.profiles import Profile

_MAX_ROWS = 1_048_576  # of a sheet, by Excel's own limits
_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
_ZEROS = re.compile(r"0{2,}")
_DAMAGE = (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, ParseError, EOFError, AttributeError)
_HEADER_WITHIN = 50

Cells = Sequence[Any]
_T = TypeVar("_T")


@dataclass(frozen=True)
class WorkbookReader:
    """Which sheet is read, and from where; `read_columns` are the positions that the profile reads.

    A workbook with formulas is read twice side by side: as it is shown and as it was written.
    """

    path: Path
    sheet: str
    header: list[str]
    header_line: int
    read_columns: frozenset[int]
    formulas: bool

    def rows(self) -> Iterator[Row]:
        """Yield the rows after the header; empty rows are passed over."""
        with _opened(self.path, values=True) as shown, ExitStack() as stack:
            sources = None
            if self.formulas:
                written = stack.enter_context(_opened(self.path, values=False))
                sources = _numbered(written[self.sheet])
            for line, cells in _unharmed(self.path, _numbered(shown[self.sheet])):
                formulas = next(sources)[1] if sources else cells
                if line > self.header_line and any(_is_filled(cell) for cell in formulas):
                    yield self._row(line, cells, formulas)

    def _row(self, line: int, cells: Cells, formulas: Cells) -> Row:
        width = len(self.header)
        if any(_is_filled(cell) for cell in formulas[width:]):
            return Row(line, [], "has cells to the right of the last column that the header names")
        texts = [unguard(text_of(cell)) for cell in cells[:width]]
        texts += [""] * (width - len(texts))
        return Row(line, texts, self._cell_fault(cells, formulas) or size_fault(texts, self.header))

    def _cell_fault(self, cells: Cells, formulas: Cells) -> str | None:
        for index in sorted(self.read_columns):
            if index >= len(formulas):
                break
            if formulas[index].data_type == "f" and not _is_filled(cells[index]):
                return f"{self.header[index]} is a formula without a stored value: open and save the file in Excel"
            if cells[index].data_type == "e":
                return f"{self.header[index]} is the error {cells[index].value}"
        return None


def open_workbook(path: Path, profile: Profile | None, max_bytes: int) -> tuple[WorkbookReader, int]:
    """Find the sheet and its header; return the reader and about how many rows there are.

    Raises `InvalidInputError` when the file is no workbook, is too large unpacked, or more than one sheet fits.
    """
    check_workbook(path, max_bytes)
    with _opened(path, values=True) as book:
        found = {sheet.title: head for sheet in book.worksheets if (head := _header(path, sheet)) is not None}
        name = _choose(path, found, profile)
        rows = book[name].max_row or 0
    line, header = found[name]
    used = profile.positions(header).values() if profile else [range(len(header))]
    columns = frozenset(index for places in used for index in places)
    return WorkbookReader(path, name, header, line, columns, has_formulas(path)), rows


def text_of(cell: Any) -> str:  # noqa: ANN401 - openpyxl's cells and its stand-in for none have no common type
    """Return what a cell shows, as a CSV export would write it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    return str(value)


def _number(value: float, number_format: str) -> str:
    if isinstance(value, float) and not (value.is_integer() and abs(value) < _EXACT):
        return repr(value)
    digits = str(int(value))
    return digits.zfill(len(number_format)) if _ZEROS.fullmatch(number_format or "") else digits


def _choose(path: Path, found: dict[str, tuple[int, list[str]]], profile: Profile | None) -> str:
    if profile is not None and profile.sheet:
        if profile.sheet not in found:
            raise InvalidInputError(
                f"{path.name} has no filled sheet {profile.sheet!r}.", remedy=f"It has: {', '.join(found) or 'none'}."
            )
        return profile.sheet
    if not found:
        raise InvalidInputError(f"{path.name} is empty.", remedy="It needs a sheet with a header and rows.")
    fits = [name for name, (_, header) in found.items() if profile is None or not profile.missing(header)]
    if len(fits) > 1 and profile is not None:
        raise InvalidInputError(
            f"{path.name} has {len(fits)} sheets that fit: {', '.join(fits)[:300]}.",
            remedy="Name the one to read in the profile (`sheet:`), or save it as a file of its own.",
        )
    return next(iter(fits or found))


def _header(path: Path, sheet: Any) -> tuple[int, list[str]] | None:  # noqa: ANN401
    for line, cells in _unharmed(path, _numbered(sheet)):
        texts = [unguard(text_of(cell)).strip() for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            return line, texts
        if line >= _HEADER_WITHIN:
            break
    return None


def _numbered(sheet: Any) -> Iterator[tuple[int, Cells]]:  # noqa: ANN401
    sheet.reset_dimensions()  # what the file says about them may be wrong
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        if line > _MAX_ROWS:
            raise ValueError(f"sheet {sheet.title!r} has more than {_MAX_ROWS:,} rows")
        yield line, cells


def _unharmed(path: Path, rows: Iterator[_T]) -> Iterator[_T]:
    try:
        yield from rows
    except _DAMAGE as error:
        raise damaged(path, error) from error


def _is_filled(cell: Any) -> bool:  # noqa: ANN401
    return cell.value is not None and cell.value != ""


@contextmanager
def _opened(path: Path, *, values: bool) -> Iterator[Any]:
    with path.open("rb") as raw:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about styles and features that do not concern cells
                book = openpyxl.load_workbook(raw, read_only=True, data_only=values, keep_links=False)
        except _DAMAGE as error:
            raise damaged(path, error) from error
        try:
            yield book
        finally:
            book.close()
