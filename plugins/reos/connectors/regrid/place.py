"""Where Regrid is told to look, as `/us/wa/king`: parcel numbers and streets repeat from county to county."""

import re

from reos.address.counties import county_fips, county_name
from reos.connectors.contract import LookupRequest
from reos.core.errors import InvalidInputError

_KIND = re.compile(
    r" (County|Parish|City and Borough|Borough|Census Area|Municipality|Municipio|Planning Region)$", re.IGNORECASE
)
_CITY = re.compile(r" city$")
_APART = re.compile(r"[^a-z0-9]+")
_SILENT = re.compile(r"[.'\u2019]")


def search_path(request: LookupRequest) -> str | None:
    """Return the county to look in, else the state, or None where neither is known."""
    if request.county_fips:
        try:
            name, _, state = county_name(request.county_fips).rpartition(", ")
        except InvalidInputError:
            return None
        return f"/us/{state.lower()}/{_slug(_short(name, state))}"
    return f"/us/{request.state.lower()}" if request.state else None


def _short(name: str, state: str) -> str:
    """Return a county's name without its kind; an independent city keeps it beside a county of the same name."""
    bare = _CITY.sub("", _KIND.sub("", name))
    if not _CITY.search(name):
        return bare
    try:
        county_fips(bare, state)
    except InvalidInputError:
        return name
    return bare


def _slug(name: str) -> str:
    return _APART.sub("-", _SILENT.sub("", name.lower())).strip("-")
