"""Every load of a whole data set, called alike: `LOADS[name](conn, settings=…, clock=…, egress=…)`."""

from collections.abc import Callable
from typing import Any

from reos.pipeline.load_market_acs import load_acs
from reos.pipeline.load_market_zillow import load_zillow
from reos.pipeline.load_reference_county import load_county
from reos.pipeline.load_reference_file import load_openaddresses

LOADS: dict[str, Callable[..., Any]] = {
    "arcgis": lambda conn, **given: load_county(conn, "king_wa_parcels", **given),
    "socrata": lambda conn, **given: load_county(conn, "cook_il_addresses", **given),
    "openaddresses": lambda conn, **given: load_openaddresses(conn, "us/wa/king", **given),
    "zillow": lambda conn, **given: load_zillow(conn, "zhvi_zip", **given),
    "acs": lambda conn, **given: load_acs(conn, "county", year=2023, **given),
}
