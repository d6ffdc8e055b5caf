"""Rows on their way in: read, tallied and copied into `app.address_point_stage`, a chunk a transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reos.db import transaction
from reos.db.connection import Connection
from reos.reference import ledger
from reos.reference.cells import Row
from reos.reference.ledger import Load
from reos.reference.point import Point, Reader

_COPY = f"copy app.address_point_stage (load_id, line, {', '.join(Point._fields)}) from stdin"
_SAMPLES = 5
_SHOWN_CELL = 80


@dataclass
class Tally:
    """Reasons with how many rows they hit and a few samples; `kept` rows lost only a part of themselves."""

    reasons: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, reason: str, line: int, row: Row, *, kept: bool) -> None:
        """Count a row under `reason`; the first few are kept as samples, long cells cut."""
        entry = self.reasons.setdefault(reason, {"rows": 0, "kept": 0, "samples": []})
        entry["rows"] += 1
        entry["kept"] += kept
        if len(entry["samples"]) < _SAMPLES:
            entry["samples"].append({"line": line, "row": _shown(row)})

    def add_many(self, reason: str, rows: int) -> None:
        """Count `rows` that were found together."""
        if rows:
            entry = self.reasons.setdefault(reason, {"rows": 0, "kept": 0, "samples": []})
            entry["rows"] += rows


@dataclass
class Stage:
    """Stages the rows of one load and keeps its counts in `load.progress`, so that it can be taken up again."""

    conn: Connection
    load: Load
    read: Reader
    shown: frozenset[str]
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        progress = self.load.progress
        for name in ("rows", "staged", "rejected"):
            progress.setdefault(name, 0)
        self.tally = Tally(progress.setdefault("reasons", {}))

    def write(self, rows: Sequence[Row], cursor: object = None, faults: Iterable[tuple[str, str]] = ()) -> None:
        """Stage one chunk and commit it with `cursor`, which says where the next one starts.

        `faults` are rows of the chunk that could not even be split into cells: (reason, the text as it came); their
        line numbers follow those of the others.
        """
        progress = self.load.progress
        staged: list[tuple[object, ...]] = []
        for line, row in enumerate(rows, start=progress["rows"] + 1):
            point = self._read(line, row)
            if point is not None:
                staged.append((self.load.load_id, line, *point))
        progress["rows"] += len(rows)
        for reason, text in faults:
            progress["rows"] += 1
            self._reject(reason, progress["rows"], {"text": text})
        progress["staged"] += len(staged)
        progress["cursor"] = cursor
        with transaction(self.conn):
            with self.conn.cursor() as cursor_, cursor_.copy(_COPY) as copy:
                for values in staged:
                    copy.write_row(values)
            ledger.note_progress(self.conn, self.load)

    def _read(self, line: int, row: Row) -> Point | None:
        point, problems = self.read(row)
        for reason in problems:
            self.tally.add(reason, line, {name: row.get(name) for name in self.shown}, kept=point is not None)
        self.load.progress["rejected"] += point is None
        return point

    def _reject(self, reason: str, line: int, row: Row) -> None:
        self.load.progress["rejected"] += 1
        self.tally.add(reason, line, row, kept=False)


def _shown(row: Row) -> dict[str, str]:
    return {name: str(value)[:_SHOWN_CELL].replace("\0", "") for name, value in row.items() if value is not None}
