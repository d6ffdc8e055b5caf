"""Reads the areas that a point or a matched address lies in: state, county, tract and block, by their codes.

Which layer holds the blocks depends on the vintage (`2020 Census Blocks`, `Census Blocks` …), and a layer may have
failed inside an answer that is otherwise good. A block's code begins with those of its tract, county and state, so the
smallest area that is there tells the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reos.connectors.census_geocoder.settings import SPEC
from reos.connectors.errors import ProviderUnavailableError, SchemaDriftError

# Digits of a code, by area; each begins with the one before.
_DIGITS = {"state": 2, "county": 5, "tract": 11, "block": 15}
_LAYERS = {"States": "state", "Counties": "county", "Census Tracts": "tract"}
_BLOCKS = "Census Blocks"


@dataclass(frozen=True, slots=True)
class Geographies:
    """The codes of the areas, each with those of the larger ones in front; None outside of the country.

    `failed` are the layers whose query broke at the provider.
    """

    state: str | None = None
    county: str | None = None
    tract: str | None = None
    block: str | None = None
    failed: tuple[str, ...] = ()


def parse_coordinates(document: object) -> Geographies:
    """Return the areas of a point.

    Raises `SchemaDriftError` for an answer that is not of the documented form, and `ProviderUnavailableError` when the
    tract is not told because a layer failed that would have told it.
    """
    result = document.get("result") if isinstance(document, dict) else None
    layers = result.get("geographies") if isinstance(result, dict) else None
    if not isinstance(layers, Mapping):
        raise _drift("has no object `geographies`")
    found = read_geographies(layers)
    telling = [name for name in found.failed if _area(name) in {"tract", "block"}]
    if telling and found.tract is None:
        raise ProviderUnavailableError(
            f"The Census geocoder's layer {telling[0]} failed.", provider=SPEC.provider, http_status=200
        )
    return found


def read_geographies(layers: Mapping[str, object]) -> Geographies:
    """Return the areas of an answer's layers; raises `SchemaDriftError` for a code that is none.

    Layers of several vintages may name different areas: the tract's layer counts, then the latest of the blocks' ones.
    """
    rows = {name: _rows(layer) for name, layer in layers.items()}
    failed = tuple(sorted(name for name, layer in rows.items() if any("status" in row for row in layer)))
    codes = {
        area: [_code(row, area) for name in sorted(rows, reverse=True) if _area(name) == area and name not in failed
               for row in rows[name]]
        for area in _DIGITS
    }  # fmt: skip
    told = next((codes[area][0] for area in ("tract", "block", "county", "state") if codes[area]), "")
    tract = told[: _DIGITS["tract"]]
    block = next((code for code in codes["block"] if code.startswith(tract)), tract)
    return areas_of(block, failed)


def areas_of(code: str, failed: tuple[str, ...] = ()) -> Geographies:
    """Return the areas that an area's code begins with, itself included."""
    state, county, tract, block = (code[:digits] if len(code) >= digits else None for digits in _DIGITS.values())
    return Geographies(state, county, tract, block, failed)


def _area(layer: str) -> str | None:
    """Return which area a layer tells, None for the many that tell nothing we keep."""
    return _LAYERS.get(layer) or ("block" if layer.endswith(_BLOCKS) else None)


def _code(row: Mapping[str, object], area: str) -> str:
    code = str(row.get("GEOID", ""))
    if not (code.isascii() and code.isdecimal() and len(code) == _DIGITS[area]):
        raise _drift(f"has the code {code!r} for a {area}")
    return code


def _rows(rows: object) -> list[Mapping[str, object]]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _drift("has a layer that is no list")
    return rows


def _drift(what: str) -> SchemaDriftError:
    remedy = "Compare an answer with the README of this connector."
    return SchemaDriftError(
        f"The Census geocoder's answer {what}.", provider=SPEC.provider, http_status=200, remedy=remedy
    )
