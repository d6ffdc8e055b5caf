"""One row of a file, whatever the file's form: where it stands, its cells as text, and why it cannot be read, if so."""

from collections.abc import Sequence
from typing import NamedTuple

MAX_CELL = 131_072  # characters; the csv module's own limit, held for every form


class Row(NamedTuple):
    """One row: its first line's number, its cells, and why it cannot be read, if it cannot."""

    line: int
    cells: list[str]
    fault: str | None = None


def width_fault(cells: Sequence[str], header: Sequence[str]) -> str | None:
    """Return what is wrong when a row has more or fewer cells than the header."""
    if len(cells) == len(header):
        return None
    return f"has {len(cells)} cells, the header has {len(header)}"


def size_fault(cells: Sequence[str], header: Sequence[str]) -> str | None:
    """Return which cell is too large, if one is."""
    for name, cell in zip(header, cells, strict=False):
        if len(cell) > MAX_CELL:
            return f"{name} has {len(cell):,} characters, more than the {MAX_CELL:,} that a cell may have"
    return None
