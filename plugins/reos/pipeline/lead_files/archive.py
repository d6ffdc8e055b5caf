"""What a ZIP archive is, and whether an Excel workbook in it may be opened: the parts that are read whole are bounded.

A ZIP names the unpacked size of each part and Python unpacks no more than that, so the sizes can be checked first.
"""

import re
import zipfile
from pathlib import Path

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files.refusals import refusal, too_large

_WORKBOOK, _STRINGS, _SHEETS = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/"
_MAX_STRINGS = 1 << 27  # shared texts stay in memory while the sheet is read
_MAX_PART = 1 << 24
_MAX_PARTS = 5_000
_HEAD = 4096
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_ENCRYPTED = 0x1
_CHUNK, _OVERLAP = 1 << 18, 16
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def check_workbook(path: Path, max_bytes: int) -> None:
    """Raise `InvalidInputError` unless the archive at `path` is a workbook that unpacks to a bearable size."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_kind(path, {part.filename for part in parts})
            _check_sizes(path, parts, max_bytes)
            for part in parts:
                _check_head(path, archive, part)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise damaged(path, error) from error


def has_formulas(path: Path) -> bool:
    """Return whether any sheet of the workbook has a formula."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith(_SHEETS)]
        return any(_contains(archive, name, _FORMULA) for name in names)


def _contains(archive: zipfile.ZipFile, name: str, pattern: re.Pattern[bytes]) -> bool:
    tail = b""
    with archive.open(name) as content:
        while chunk := content.read(_CHUNK):
            if pattern.search(tail + chunk):
                return True
            tail = chunk[-_OVERLAP:]
    return False


def damaged(path: Path, error: Exception) -> InvalidInputError:
    """Return the error for a workbook that cannot be read."""
    return InvalidInputError(
        f"{path.name} is a damaged workbook: {str(error)[:200] or type(error).__name__}.",
        remedy="Open it in a spreadsheet and save it again as .xlsx or CSV (UTF-8).",
    )


def _check_kind(path: Path, names: set[str]) -> None:
    if _WORKBOOK in names:
        return
    if "xl/workbook.bin" in names:
        raise refusal(path, "a binary workbook (.xlsb)", "Save it as .xlsx or CSV (UTF-8).")
    if "content.xml" in names and "mimetype" in names:
        raise refusal(path, "an OpenDocument file", "Save it as .xlsx or CSV (UTF-8).")
    shown = ", ".join(sorted(names)[:5])
    raise refusal(path, f"a ZIP archive ({shown})", "Unpack it and import the file in it.")


def _check_sizes(path: Path, parts: list[zipfile.ZipInfo], max_bytes: int) -> None:
    if len(parts) > _MAX_PARTS:
        raise refusal(path, f"a workbook of {len(parts):,} parts", "Save the one sheet with the rows as CSV (UTF-8).")
    total = sum(part.file_size for part in parts)
    if total > max_bytes:
        raise too_large(path, f"unpacks to {total:,} bytes", max_bytes)
    for part in parts:
        limit = _limit(part.filename, max_bytes)
        if part.file_size > limit:
            raise too_large(path, f"has a part ({part.filename}) of {part.file_size:,} bytes unpacked", limit)


def _limit(name: str, max_bytes: int) -> int:
    if name.startswith(_SHEETS):
        return max_bytes
    return _MAX_STRINGS if name == _STRINGS else _MAX_PART


def _check_head(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse XML with declarations of its own (entity bombs); no spreadsheet program writes any."""
    if part.flag_bits & _ENCRYPTED:
        raise refusal(path, "an archive protected by a password", "Save it without the password and import that.")
    if not part.filename.endswith((".xml", ".rels")):
        return
    with archive.open(part) as content:
        head = content.read(_HEAD)
    if any(mark in head.replace(b"\0", b"") for mark in _DECLARATIONS):
        raise refusal(path, f"a workbook with a document type of its own ({part.filename})", "Save it again as .xlsx.")
