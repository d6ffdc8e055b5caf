"""Which parcel a landed answer names, for the sources that name one in a way that is checked when it lands.

A county's own roll is asked by the number alone and names the one that it was asked by: it has nothing to add.
"""

from collections.abc import Callable, Mapping
from typing import Any

from reos.connectors.attom.mapping import named as attom_named
from reos.connectors.errors import ConnectorError
from reos.connectors.identity import Named
from reos.connectors.registry import SPECS
from reos.connectors.regrid.mapping import named as regrid_named

_READERS: Mapping[str, Callable[[Mapping[str, Any]], Named]] = {"attom": attom_named, "regrid": regrid_named}
_NAMED = {source: _READERS[spec.provider] for source, spec in SPECS.items() if spec.provider in _READERS}


def stated_parcel(source: str, body: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return county FIPS code and number of the parcel that an answer of `source` names, as written there, or None.

    Of several writings of one number the first is taken; a body that cannot be read names nothing.
    """
    read = _NAMED.get(source)
    try:
        named = read(body) if read else Named()
    except ConnectorError:
        return None
    return (named.county_fips, named.parcels[0]) if named.county_fips and named.parcels else None
