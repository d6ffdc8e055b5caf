"""Spreadsheets run a cell that begins like a formula: such cells leave with a `'` before them and come back without it.

The characters are those of OWASP ASVS 5.0, 1.2.10. `guard` and `unguard` are exact inverses for every text: one that
already begins with `'` and such a character gets another, so nothing that was there is ever stripped.
"""

from collections.abc import Sequence

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MARK = "'"


def guard(text: str) -> str:
    """Return `text` as a spreadsheet may show it without running it."""
    return _MARK + text if text.lstrip(_MARK).startswith(_STARTS) else text


def unguard(text: str) -> str:
    """Return what `guard` was given."""
    return text[1:] if text.startswith(_MARK) and text.lstrip(_MARK).startswith(_STARTS) else text


def read_cells(cells: Sequence[str]) -> list[str]:
    """Return cells as they were before a spreadsheet file was made of them.

    Besides `unguard`, `="00123"` becomes `00123`: the usual way to keep a spreadsheet from dropping zeros.
    """
    return [_literal(cell) if cell.startswith("=") else unguard(cell) for cell in cells]


def _literal(cell: str) -> str:
    inner = cell[2:-1]
    is_text = cell.startswith('="') and cell.endswith('"') and len(cell) > len('="') and '"' not in inner
    return inner if is_text else cell
