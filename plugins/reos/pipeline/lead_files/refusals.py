"""What a file is when it is none that can be read, by its first bytes, and what to do about it."""

import mmap
from pathlib import Path

from reos.core.errors import InvalidInputError

ZIP, GZIP, _OLE = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_AS_TEXT = "Export it as CSV (UTF-8), NDJSON or an Excel workbook (.xlsx)."
_KNOWN = {
    b"%PDF": ("a PDF", _AS_TEXT),
    b"SQLite format 3": ("a database file", _AS_TEXT),
    b"PAR1": ("a Parquet file", _AS_TEXT),
    b"\x00\x00\x27\x0a": ("a shapefile", "Convert it to GeoJSON lines in WGS 84 (ogr2ogr -f GeoJSONSeq)."),
    b"<?xml": ("XML", _AS_TEXT),
    b"<!DOCTYPE": ("a web page", "Download the data itself, not the page about it."),
    b"<html": ("a web page", "Download the data itself, not the page about it."),
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", "Unpack it and import the file in it."),
    b"BZh": ("compressed with bzip2", "Unpack it, or compress it with gzip."),
    b"\xfd7zXZ": ("compressed with xz", "Unpack it, or compress it with gzip."),
    b"(\xb5/\xfd": ("compressed with zstd", "Unpack it, or compress it with gzip."),
}


def check_start(path: Path, start: bytes) -> None:
    """Raise `InvalidInputError` when the first bytes are those of a form that is not read."""
    if not start.strip():
        return
    if start.startswith(_OLE):
        raise _ole(path)
    for magic, (what, remedy) in _KNOWN.items():
        if start.startswith(magic):
            raise refusal(path, what, remedy)


def refusal(path: Path, what: str, remedy: str) -> InvalidInputError:
    """Return the error for a file that is `what`."""
    return InvalidInputError(f"{path.name} is {what}, which cannot be imported.", remedy=remedy)


def unreadable(path: Path, error: OSError) -> InvalidInputError:
    """Return the error for a file that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return InvalidInputError(f"There is no file {path}.", remedy="Check the path.")
    if isinstance(error, IsADirectoryError):
        return InvalidInputError(f"{path} is a folder.", remedy="Give the path of a file in it.")
    reason = error.strerror or str(error)
    return InvalidInputError(f"{path} cannot be read: {reason}.", remedy="Check its permissions and the disk.")


def too_large(path: Path, what: str, limit: int) -> InvalidInputError:
    """Return the error for a file of which `what` (how much there is) exceeds `limit` bytes."""
    return InvalidInputError(
        f"{path.name} {what}, more than the limit of {limit:,} bytes.",
        remedy="Split it into smaller files, each with the header, and import one after another; "
        "or raise REOS_IMPORT_MAX_BYTES and use `reos import` or the drop folder.",
        limit_bytes=limit,
    )


def empty(path: Path) -> InvalidInputError:
    """Return the error for a file without anything in it."""
    return InvalidInputError(f"{path.name} is empty.", remedy="Export it again; it needs a header and rows.")


def _ole(path: Path) -> InvalidInputError:
    """Tell a workbook with a password from an old one: both have the same container."""
    with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as content:
        protected = content.find(_ENCRYPTED) >= 0
    if protected:
        return refusal(path, "a workbook protected by a password", "Save it without the password and import that.")
    return refusal(path, "an old Excel workbook (.xls)", "Save it as .xlsx or CSV (UTF-8) and import that.")
