"""How counties' maps read cells: the readers of all connectors, those of counties, and cells joined or summed."""

import re
from collections.abc import Callable, Mapping, Sequence

from reos.connectors.values import READERS, Reader, number, positive, text, whole

Cells = Callable[[Sequence[object]], object]

_SQFT_PER_ACRE = 43_560
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-?\d{4})?$", re.ASCII)
_DECIMALS = re.compile(r"\.0+$")
_STATE = re.compile(r"([A-Za-z]{2})(?![A-Za-z])")


def zip_code(value: object) -> str | None:
    """Return the five digits of a ZIP code at the end of a text (`MI49327`, `98115-1234`), or in a number."""
    if isinstance(value, int | float):
        found = whole(value)
        value = None if found is None else f"{found:05d}"
    written = text(value)
    if written is None:
        return None
    match = _ZIP.search(_DECIMALS.sub("", written))
    if match is None:
        raise ValueError(f"expected a ZIP code, got {value!r}")
    return match[1]


def state_code(value: object) -> str | None:
    """Return the two letters of a state at the beginning of a text (`MI49327`, `WA`)."""
    written = text(value)
    if written is None:
        return None
    match = _STATE.match(written)
    if match is None:
        raise ValueError(f"expected a state's two letters, got {value!r}")
    return match[1].upper()


def acres(value: object) -> int | None:
    """Return acres as whole square feet (43,560 an acre); None for null, blank and zero."""
    found = positive(value)
    return None if found is None else round(found * _SQFT_PER_ACRE)


COUNTY_READERS: Mapping[str, Reader] = {**READERS, **{each.__name__: each for each in (zip_code, state_code, acres)}}


def translated(codes: Mapping[str, object]) -> Reader:
    """Return a reader that translates by `codes`; a key `3*` stands for all codes that begin so, the longest wins."""
    exact = {key.upper(): value for key, value in codes.items() if not key.endswith("*")}
    opening = sorted(
        ((key[:-1].upper(), value) for key, value in codes.items() if key.endswith("*")),
        key=lambda item: -len(item[0]),
    )

    def read(value: object) -> object:
        found = text(value)
        if found is None:
            return None
        written = found.upper()
        if written in exact:
            return exact[written]
        for begin, meaning in opening:
            if written.startswith(begin):
                return meaning
        raise ValueError(f"unknown code {found!r}")

    return read


def first_of(reader: Reader) -> Cells:
    """Return what reads the first cell that holds something."""
    return lambda cells: next((found for found in map(reader, cells) if found is not None), None)


def joined(cells: Sequence[object]) -> str | None:
    """Return the texts of the cells, joined by blanks; None when all are blank."""
    return " ".join(filter(None, map(text, cells))) or None


def weighed(weights: Sequence[float]) -> Cells:
    """Return what adds up the cells, each times its weight; None when all are blank or the sum is zero."""

    def read(cells: Sequence[object]) -> float | None:
        found = [(number(cell), weight) for cell, weight in zip(cells, weights, strict=True)]
        return sum(value * weight for value, weight in found if value is not None) or None

    return read
