"""The counties of the United States by FIPS code, as the Census Bureau lists them.

Connecticut's old counties are there beside the planning regions that replaced them, because records still name them.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import us

from reos.address.pub28 import STATES, table_rows
from reos.core.errors import InvalidInputError

_KINDS = ("COUNTY", "PARISH", "BOROUGH", "CENSUS AREA", "MUNICIPALITY", "CITY AND BOROUGH", "CITY", "MUNICIPIO")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    return MappingProxyType({row["fips"]: row["name"] for row in table_rows("counties.csv")})


@lru_cache(maxsize=1)
def _by_name() -> Mapping[tuple[str, str], str]:
    """Index by state and name; a name without its kind counts too, unless two places of a state would share it."""
    full = {(_state_of(fips), name.upper()): fips for fips, name in _names().items()}
    short: dict[tuple[str, str], list[str]] = {}
    for (state, name), fips in full.items():
        short.setdefault((state, _without_kind(name)), []).append(fips)
    return MappingProxyType({key: fips[0] for key, fips in short.items() if len(fips) == 1} | full)


@lru_cache(maxsize=128)
def _state_of(fips: str) -> str:
    state = us.states.lookup(fips[:2], field="fips")
    return str(state.abbr) if state else ""


def _without_kind(name: str) -> str:
    for kind in _KINDS:
        if name.endswith(f" {kind}"):
            return name.removesuffix(f" {kind}")
    return name


def county_name(fips: str) -> str:
    """Return the name of county `fips`, as in `King County, WA`; `InvalidInputError` when there is no such county."""
    name = _names().get(fips)
    if name is None:
        raise InvalidInputError(
            f"{fips!r} is not the FIPS code of a US county.",
            remedy="Give five digits, state and county, as in 53033 for King County, WA.",
        )
    return f"{name}, {_state_of(fips)}"


def county_fips(name: str, state: str) -> str:
    """Return the FIPS code of county `King` in state `WA`; `InvalidInputError` when none or two are called so."""
    code = STATES.get(state.strip().upper().replace(".", ""), "")
    fips = _by_name().get((code, " ".join(name.upper().split())))
    if fips is None:
        raise InvalidInputError(
            f"No single county is called {name!r} in state {state!r}.",
            remedy="Give the county's full name (as in `Baltimore city`) with its state, or its five-digit FIPS code.",
        )
    return fips


@lru_cache(maxsize=4096)
def county_state(fips: str) -> str:
    """Return the two-letter state of county `fips`; `InvalidInputError` when there is no such county."""
    return county_name(fips).rpartition(", ")[2]
