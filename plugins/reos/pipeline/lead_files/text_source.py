"""A text file, plain or gzip, opened for reading by line: no line longer than a limit is ever held in memory."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, cast

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import refusals
from reos.pipeline.lead_files.encodings import TextFacts, examine

MAX_LINE = 1 << 22  # characters; a longer line is cut and refused
_NUL = "has a NUL byte: it is damaged there"
_FOREIGN = "is not {}, as the rest of the file is: the file mixes encodings"
_LONG = f"is longer than the {MAX_LINE:,} characters that a line may have"


@dataclass(frozen=True)
class TextSource:
    """An examined text file."""

    path: Path
    compressed: bool
    facts: TextFacts

    @classmethod
    def examined(cls, path: Path, *, compressed: bool, encoding: str | None, max_bytes: int) -> "TextSource":
        """Read the file once, unpacked, and return it with what was found; `InvalidInputError` when it is no text."""
        over = refusals.too_large(path, "has more text" if not compressed else "unpacks to more", max_bytes)
        try:
            facts = examine(
                path, lambda: _bytes(path, compressed=compressed), encoding=encoding, max_bytes=max_bytes, over=over
            )
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InvalidInputError(
                f"{path.name} is damaged: it cannot be unpacked to its end ({error}).", remedy="Get the file again."
            ) from error
        return cls(path, compressed, facts)

    @property
    def charset(self) -> str:
        """The encoding's name for people."""
        return self.facts.encoding.removesuffix("-sig").upper()

    @contextmanager
    def open(self) -> Iterator[TextIOWrapper]:
        """Open it as text; what is not in its encoding comes as surrogates."""
        errors = "surrogateescape" if self.facts.mixed else "strict"
        with (
            _bytes(self.path, compressed=self.compressed) as raw,
            TextIOWrapper(raw, encoding=self.facts.encoding, errors=errors, newline="") as text,
        ):
            yield text

    def sample(self, size: int) -> str:
        """Return the first `size` characters."""
        with self.open() as text:
            return text.read(size)


class Lines:
    """The lines of a text with what is wrong with those read since `fault` was last taken."""

    def __init__(self, source: TextSource, text: TextIOWrapper) -> None:
        self.path = source.path
        self._text = text
        self._mixed = source.facts.mixed
        self._foreign = _FOREIGN.format(source.charset)
        self._fault: str | None = None
        self.number = 0
        self.marked = False  # whether a line since then has a character that `formulas.read_cells` cares about

    def __iter__(self) -> Iterator[str]:
        read = self._text.readline
        while line := read(MAX_LINE):
            self.number += 1
            if "\0" in line:
                self._fault = self._fault or _NUL
            if self._mixed and not line.isascii() and not _encodes(line):
                self._fault = self._foreign
            if "'" in line or "=" in line:
                self.marked = True
            yield line if len(line) < MAX_LINE else self._cut(line)

    def take_fault(self) -> str | None:
        """Return what was wrong and forget it."""
        fault, self._fault = self._fault, None
        return fault

    def take_marked(self) -> bool:
        """Return whether there was a mark and forget it."""
        marked, self.marked = self.marked, False
        return marked

    def _cut(self, line: str) -> str:
        """Read over the rest of a line that is too long, and put an empty one in its place."""
        if line.endswith("\n"):
            return line
        while (rest := self._text.readline(MAX_LINE)) and not rest.endswith("\n"):
            pass
        self._fault = _LONG
        return "\n"


def _encodes(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bytes(path: Path, *, compressed: bool) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb")) if compressed else path.open("rb")
