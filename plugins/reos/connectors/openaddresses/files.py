"""Reads the files of OpenAddresses, in constant memory and whatever their form.

| form | recognised by | columns |
|---|---|---|
| GeoJSON lines | a line that starts with `{` | `properties` and a Point |
| CSV, today's | header `hash,lon,lat,…` | as the header says |
| CSV, the old one | header `LON,LAT,…` | the same, in capitals |
| CSV, intermediate | header `GEOM,…` | `POINT (x y)` becomes LON and LAT |

Each may be compressed with gzip. Columns are called by their names in capitals.
"""

import csv
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from reos.core.errors import InvalidInputError

_GZIP = b"\x1f\x8b"
_LONGEST_LINE = 1_000_000
_BLOCK = 1 << 20
_SHOWN = 80
_FAULTS_AHEAD = 100
_POINT = re.compile(r"\s*POINT\s*\(\s*(\S+)\s+(\S+?)\s*\)\s*", re.IGNORECASE)
_PLACE = {"LON": "number", "LAT": "number"}

Row = Mapping[str, Any]


class Fault(NamedTuple):
    """A line that is no row: why, and how it begins."""

    reason: str
    text: str


@dataclass(frozen=True)
class PointFile:
    """An open file: its columns with types (`number` for the place, else `text`), and its rows, to be read once."""

    columns: Mapping[str, str]
    rows: Iterator[Row | Fault]


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of the file, which tells whether it is the same one as before."""
    digest = hashlib.sha256()
    with _opened(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def open_points(path: Path) -> PointFile:
    """Open `path`; `InvalidInputError` when it is not there, empty, or in no form of OpenAddresses.

    A file that breaks off raises `InvalidInputError` while its rows are read: half a file is never taken for a whole.
    """
    lines = _lines(path)
    first = next((line for line in lines if line.strip()), b"")
    if first.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
        return _geojson(chain([first], lines))
    return _delimited(path, first, lines)


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from error


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines, unpacked when the file is compressed; an endless one is cut and becomes a fault later."""
    with _opened(path) as plain:
        packed = plain.peek(2)[:2] == _GZIP
        stream: GzipFile | BufferedReader = GzipFile(fileobj=plain) if packed else plain
        try:
            while line := stream.readline(_LONGEST_LINE):
                yield line
        except (EOFError, BadGzipFile, zlib.error) as error:
            raise InvalidInputError(
                f"{path.name} breaks off or is damaged: {error}.", remedy="Download it again; nothing was changed."
            ) from error


def _geojson(lines: Iterator[bytes]) -> PointFile:
    """Take the columns from the first line that is a feature; what precedes it stays in the rows as faults."""
    found = (_feature(line) for line in lines if line.strip())
    read: list[Row | Fault] = []
    for row in found:
        read.append(row)
        if not isinstance(row, Fault):
            return PointFile(dict.fromkeys(row, "text") | _PLACE, chain(read, found))
        if len(read) == _FAULTS_AHEAD:
            break
    return PointFile({}, chain(read, found))


def _feature(line: bytes) -> Row | Fault:
    try:
        feature = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        properties = feature["properties"]
        row = {str(name).upper(): value for name, value in properties.items()}
        geometry = feature.get("geometry") or {}
        longitude, latitude = (geometry.get("coordinates") or [None, None])[:2]
    except (ValueError, TypeError, KeyError, AttributeError):
        return Fault("line: not a GeoJSON feature", line[:_SHOWN].decode(errors="replace"))
    return row | {"LON": longitude, "LAT": latitude}


def _delimited(path: Path, first: bytes, lines: Iterator[bytes]) -> PointFile:
    header = [name.strip().upper() for name in next(csv.reader([first.decode("utf-8-sig", errors="replace")]), [])]
    if not {"GEOM", "LON"} & set(header):
        raise InvalidInputError(
            f"{path.name} is no file of OpenAddresses: it begins with {first[:_SHOWN].decode(errors='replace')!r}.",
            remedy="Give GeoJSON lines, or a CSV with the columns LON, LAT, NUMBER, STREET …; gzip is fine.",
        )
    columns = {name: "text" for name in header if name != "GEOM"} | _PLACE
    return PointFile(columns, _records(header, lines))


def _records(header: list[str], lines: Iterator[bytes]) -> Iterator[Row | Fault]:
    reader = csv.reader(line.decode(errors="replace") for line in lines)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(f"line: {error}", "")
            continue
        if values:
            yield _record(header, values)


def _record(header: list[str], values: list[str]) -> Row | Fault:
    if len(values) != len(header):
        return Fault("line: the number of cells differs from the header", ",".join(values)[:_SHOWN])
    row: dict[str, Any] = dict(zip(header, values, strict=True))
    if "GEOM" in row:
        point = _POINT.fullmatch(row.pop("GEOM"))
        row |= {"LON": point[1], "LAT": point[2]} if point else {"LON": None, "LAT": None}
    return row
