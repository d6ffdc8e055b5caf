"""NDJSON, GeoJSON lines and GeoJSON text sequences: one JSON object a line, each row told by its line.

The columns are the names that occur anywhere in the file, collected by a first quick pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files.json_record import RecordError, cells_of, parse
from reos.pipeline.lead_files.row import Row, size_fault
from reos.pipeline.lead_files.text_source import Lines, TextSource

MAX_NAMES = 2000
_IGNORED = " \t\r\n\ufeff\x1e"  # the last is the record separator of RFC 8142


@dataclass(frozen=True)
class JsonLinesReader:
    """How the file is cut into rows."""

    source: TextSource
    header: list[str]

    def rows(self) -> Iterator[Row]:
        """Yield one row a line; empty lines are passed over."""
        places = {name: index for index, name in enumerate(self.header)}
        for line, text, fault in _objects(self.source):
            yield Row(line, [], fault) if fault else read_row(line, text, places, self.header)


def open_json_lines(source: TextSource) -> JsonLinesReader:
    """Collect the names of all rows; `InvalidInputError` when there are none or implausibly many."""
    names: dict[str, None] = {}
    for _, text, fault in _objects(source):
        if fault:
            continue
        try:
            names.update(dict.fromkeys(cells_of(parse(text))))
        except RecordError:
            continue
        check_names(source, names)
    if not names:
        raise InvalidInputError(
            f"{source.path.name} has no line that is a JSON object with named values.",
            remedy="Write one object a line (NDJSON), or import CSV.",
        )
    return JsonLinesReader(source, list(names))


def read_row(line: int, text: str, places: dict[str, int], header: list[str]) -> Row:
    """Return the row of one JSON text."""
    try:
        named = cells_of(parse(text))
    except RecordError as error:
        return Row(line, [], str(error))
    return named_row(line, named, places, header)


def named_row(line: int, named: dict[str, str], places: dict[str, int], header: list[str]) -> Row:
    """Return the row of cells by name, in the header's order."""
    cells = [""] * len(header)
    for name, cell in named.items():
        cells[places[name]] = cell
    return Row(line, cells, size_fault(cells, header) or ("has a NUL character" if _has_nul(cells) else None))


def check_names(source: TextSource, names: dict[str, None]) -> None:
    """Raise `InvalidInputError` when the rows have more names than any table has columns."""
    if len(names) > MAX_NAMES:
        raise InvalidInputError(
            f"The rows of {source.path.name} have more than {MAX_NAMES:,} different names: it is no table.",
            remedy="Write every row with the same names.",
        )


def _has_nul(cells: list[str]) -> bool:
    return any("\0" in cell for cell in cells)


def _objects(source: TextSource) -> Iterator[tuple[int, str, str | None]]:
    with source.open() as text:
        lines = Lines(source, text)
        for line in lines:
            content = line.strip(_IGNORED)
            fault = lines.take_fault()
            if content or fault:
                yield lines.number, content, fault
