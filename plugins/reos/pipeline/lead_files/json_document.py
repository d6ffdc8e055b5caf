"""A GeoJSON FeatureCollection or a JSON array as rows, read by a window that holds one element at a time.

Unlike lines, a document cannot be picked up after an error: one that is not JSON throughout is refused as a whole, by
the first pass, before anything is stored.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files.json_lines import check_names, named_row
from reos.pipeline.lead_files.json_record import RecordError, cells_of, decode_at
from reos.pipeline.lead_files.row import Row
from reos.pipeline.lead_files.text_source import MAX_LINE, TextSource

_CHUNK = 1 << 16
_FEATURES = re.compile(r'"features"\s*:\s*\[')
_BLANK = " \t\r\n\ufeff"


@dataclass(frozen=True)
class JsonDocumentReader:
    """How the document is cut into rows."""

    source: TextSource
    header: list[str]

    def rows(self) -> Iterator[Row]:
        """Yield one row an element, by the line on which it begins."""
        places = {name: index for index, name in enumerate(self.header)}
        for line, value in _elements(self.source):
            try:
                named = cells_of(value)
            except RecordError as error:
                yield Row(line, [], str(error))
            else:
                yield named_row(line, named, places, self.header)


def open_json_document(source: TextSource) -> JsonDocumentReader:
    """Read the document once; `InvalidInputError` where it is not JSON, or when it has no elements."""
    names: dict[str, None] = {}
    for _, value in _elements(source):
        try:
            names.update(dict.fromkeys(cells_of(value)))
        except RecordError:
            continue
        check_names(source, names)
    if not names:
        raise InvalidInputError(
            f"{source.path.name} has no features or rows.", remedy="Export it again, or write one object a line."
        )
    return JsonDocumentReader(source, list(names))


class _Window:
    """The part of the text that is being read; what was read is dropped."""

    def __init__(self, source: TextSource, text: TextIOWrapper) -> None:
        self._source = source
        self._text = text
        self.buffer = ""
        self.line = 1

    def more(self) -> bool:
        """Read on; the more the larger the element is, so that each character is looked at a few times only."""
        chunk = self._text.read(max(_CHUNK, len(self.buffer)))
        self.buffer += chunk
        return bool(chunk)

    def drop(self, count: int) -> None:
        """Forget the first `count` characters."""
        self.line += self.buffer.count("\n", 0, count)
        self.buffer = self.buffer[count:]

    def skip(self, characters: str) -> str:
        """Forget such characters and return the next one, empty at the end."""
        while True:
            self.drop(len(self.buffer) - len(self.buffer.lstrip(characters)))
            if self.buffer or not self.more():
                return self.buffer[:1]

    def start(self) -> None:
        """Go to the first element of the array, or of the collection's features."""
        if self.skip(_BLANK) == "[":
            self.drop(1)
            return
        while not (found := _FEATURES.search(self.buffer)):
            if len(self.buffer) > MAX_LINE or not self.more():
                raise self.damaged("it has no list of features")
        self.drop(found.end())

    def element(self) -> object:
        """Return the next element."""
        while True:
            try:
                value, end = decode_at(self.buffer, 0)
            except json.JSONDecodeError as error:
                if len(self.buffer) > MAX_LINE or not self.more():
                    raise self.damaged(f"{error.msg}") from None
            except RecordError as error:
                raise self.damaged(str(error)) from None
            except RecursionError:
                raise self.damaged("is nested too deeply") from None
            else:
                self.drop(end)
                return value

    def damaged(self, what: str) -> InvalidInputError:
        """Return the error for a document that cannot be read on from here."""
        return InvalidInputError(
            f"{self._source.path.name}, line {self.line}: {what}.",
            remedy="Correct it there, or export it as lines (NDJSON, GeoJSON lines), where one bad row stops no other.",
        )


def _elements(source: TextSource) -> Iterator[tuple[int, object]]:
    with source.open() as text:
        window = _Window(source, text)
        window.start()
        while (following := window.skip(_BLANK + ",")) not in {"]", ""}:
            if following not in '{["-0123456789tfn':
                raise window.damaged("a value is expected here")
            yield window.line, window.element()
        if not following:
            raise window.damaged("the file ends in the middle of its list")
