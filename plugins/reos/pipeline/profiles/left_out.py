"""Why a column of an unknown file is in no proposal: said of each, so that nothing is dropped in silence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reos.pipeline.profiles.column_values import fits
from reos.pipeline.profiles.header_terms import Likeness, is_elsewhere, likeness, vocabulary
from reos.pipeline.profiles.matching import PLACES, Match

_ELSEWHERE = "it is about the owner or a bill, not the property"
_UNKNOWN = "its name is none that is known"


@dataclass(frozen=True)
class LeftOut:
    """A column that is not read, and why."""

    column: str
    why: str


def left_out(
    header: Sequence[str], values: Sequence[Sequence[str]], matches: Sequence[Match], skipped: Sequence[int]
) -> tuple[LeftOut, ...]:
    """Return the reason for each column at `skipped`; `values` are the filled cells of each column's sample."""
    read_from = {match.to: " + ".join(header[index] for index in match.columns) for match in matches}
    return tuple(LeftOut(header[index], _why(header, index, values[index], read_from)) for index in skipped)


def _why(header: Sequence[str], index: int, values: Sequence[str], read_from: Mapping[str, str]) -> str:
    column = header[index]
    if header.count(column) > 1:
        return "the header has it more than once"
    best = max(_near(column), default=None)
    if is_elsewhere(column) and (best is None or best[2] in PLACES):
        return _ELSEWHERE
    if best is None:
        return _UNKNOWN
    _, kind, ours = best
    if not fits(values, kind):
        return f"its name is that of {_called(kind)}, but its values are not, as {values[0][:40]!r}"
    if ours in read_from:
        return f"{ours} is read from {read_from[ours]}"
    return f"it is {_called(kind)} alone, which is no {ours}"


def _near(column: str) -> Iterator[tuple[Likeness, str, str]]:
    """Yield how near the column is to each value or part of one, what that is called, and which of our names it is."""
    words = vocabulary()
    groups = (
        *((name, name, terms) for name, terms in words.columns.items()),
        *((part, "address", terms) for part, terms in words.address_parts.items()),
        *((part, "unit", terms) for part, terms in words.unit_parts.items()),
    )
    for kind, ours, terms in groups:
        near = likeness(column, terms)
        if near is not None:
            yield near, kind, ours


def _called(kind: str) -> str:
    return kind.replace("_", " ")
