"""Which encoding a text file has: UTF-8, UTF-16 or UTF-32 (with a mark, or UTF-16 by its pattern), or Windows-1252.

Found by reading the whole file once, in chunks. Windows-1252 is taken only for a file of which no line is UTF-8 in more
than ASCII. A line that the file's encoding cannot be is told row by row; a file in some other encoding is refused with
what it looks like, since reading it as Windows-1252 would turn letters into others.
"""

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import charset_normalizer

from reos.core.errors import InvalidInputError

Opener = Callable[[], BinaryIO]

_CHUNK = 1 << 20
_LINE = 1 << 16
_SAMPLE = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FALLBACK = "cp1252"
_BINARY_SHARE, _STRAY = 0.02, 8
_CONTROLS = bytes(code for code in range(1, 32) if code not in b"\t\n\x0b\x0c\r\x1a\x1b\x1e")
_HALF = 0.4  # of all bytes: in UTF-16 almost every second byte of Western text is NUL


class TextFacts(NamedTuple):
    """The encoding, whether some lines are not in it (`mixed`), the number of lines and of bytes."""

    encoding: str
    mixed: bool
    lines: int
    size: int


def examine(path: Path, open_bytes: Opener, *, encoding: str | None, max_bytes: int, over: Exception) -> TextFacts:
    """Read all bytes once. `encoding` is what the profile says; raises `over` beyond `max_bytes`.

    Raises `InvalidInputError` for a file that is no text, or text in an encoding that cannot be told.
    """
    with open_bytes() as raw:
        start = raw.read(_SAMPLE)
    name = encoding or _by_mark(start)
    if not name.startswith(("utf-16", "utf-32")):
        _check_text(path, start)
    valid, lines, size = _read_all(open_bytes, name, max_bytes, over)
    if valid:
        return TextFacts(name, mixed=False, lines=lines, size=size)
    if name.startswith(("utf-16", "utf-32")):
        raise InvalidInputError(
            f"{path.name} mixes encodings: it begins as {name.upper()} and does not go on as that.",
            remedy="Export it again in one encoding, best UTF-8.",
        )
    return TextFacts(*_without_strictness(path, open_bytes, name, chosen=encoding is not None), lines, size)


def _by_mark(start: bytes) -> str:
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    if marked:
        return marked
    if _is_wide(nul=start[1::2], text=start[::2]):
        return "utf-16-le"
    return "utf-16-be" if _is_wide(nul=start[::2], text=start[1::2]) else "utf-8"


def _is_wide(*, nul: bytes, text: bytes) -> bool:
    """Return whether one half of the bytes is mostly NUL and the other half is Western text."""
    return nul.count(0) > _HALF * 2 * len(nul) > 0 and not _controls(text)


def _controls(content: bytes) -> int:
    return len(content) - len(content.translate(None, _CONTROLS + b"\0"))


def _check_text(path: Path, start: bytes) -> None:
    controls = _controls(start)
    if controls > max(_BINARY_SHARE * len(start), _STRAY):
        raise InvalidInputError(
            f"{path.name} is not text: {controls:,} of its first {len(start):,} bytes are no characters.",
            remedy="Export it again as CSV (UTF-8), NDJSON or .xlsx.",
        )


def _read_all(open_bytes: Opener, name: str, max_bytes: int, over: Exception) -> tuple[bool, int, int]:
    decoder = codecs.getincrementaldecoder(name)("strict")
    valid, feeds, returns, size = True, 0, 0, 0
    with open_bytes() as raw:
        while chunk := raw.read(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise over
            feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            valid = valid and _decodes(decoder, chunk)
    return valid and _decodes(decoder, b"", final=True), max(feeds, returns), size


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _without_strictness(path: Path, open_bytes: Opener, name: str, *, chosen: bool) -> tuple[str, bool]:
    """Return the encoding of a file that is not `name` throughout, and whether it is mixed."""
    if chosen:
        return name, True
    some_good, foreign, sample = False, 0, b""
    with open_bytes() as raw:
        number = 0
        while line := raw.readline(_LINE):
            number += 1
            if line.isascii():
                continue
            good = _decodes(codecs.getincrementaldecoder("utf-8")("strict"), line, final=len(line) < _LINE)
            some_good = some_good or good
            if not good and len(sample) < _SAMPLE:
                sample += line
            if not good and not foreign and not _decodes(codecs.getincrementaldecoder(_FALLBACK)("strict"), line):
                foreign = number
    if some_good or name == "utf-8-sig":
        return name, True
    if foreign:
        raise _foreign(path, foreign, sample)
    return _FALLBACK, False


def _foreign(path: Path, line: int, sample: bytes) -> InvalidInputError:
    guess = charset_normalizer.from_bytes(sample[:_SAMPLE]).best()
    looks = f" It looks like {guess.encoding}: say so by `encoding: {guess.encoding}` in a profile." if guess else ""
    return InvalidInputError(
        f"{path.name}: line {line} is neither UTF-8 nor Windows-1252.", remedy=f"Export it again as UTF-8.{looks}"
    )
