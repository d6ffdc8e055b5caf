"""Two more counties with parcel layers of their own: Washington, MN (full records) and Kent, MI (an old server).

Parcels, streets and people are invented; the columns are those of the counties' layers. Each parcel is a square, so
that a layer can be asked by point. Texts are padded with blanks, zeros stand for unknown, and dates are milliseconds
since 1970.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import isqrt
from typing import Any

from reos_local.sandbox.draws import Draws
from reos_local.sandbox.streets import street_names

PARCELS = 900
SIDE = 0.0006  # degrees of a parcel's side

_TOWNS = {
    "27163": (("CITY OF WOODBURY", "55125"), ("CITY OF COTTAGE GROVE", "55016"), ("CITY OF HUGO", "55038")),
    "26081": (("GRAND RAPIDS", "49503"), ("GRANT", "49327"), ("ROCKFORD", "49341")),
}
_PLACES = {"27163": (-92.95, 44.85), "26081": (-85.62, 42.98)}
_KINDS = ("AVE", "ST", "DR", "CT", "LN")
_BUILT_UNKNOWN = 0.05

Attributes = dict[str, Any]


@dataclass(frozen=True)
class Layer:
    """A county's layer: its place in the services tree, its columns with ArcGIS types, and what its server cannot."""

    fips: str
    service: str
    columns: Mapping[str, str]
    row: Callable[[int, int], Attributes]
    paged: bool
    most: int
    version: float


def _square(fips: str, position: int) -> tuple[float, float]:
    """Return the south-west corner of a parcel: they lie in rows, side by side."""
    west, south = _PLACES[fips]
    across = isqrt(PARCELS)
    return west + position % across * SIDE, south + position // across * SIDE


def covers(fips: str, position: int, longitude: float, latitude: float) -> bool:
    """Whether a parcel covers a point; its edges belong to its neighbours too, as on real maps."""
    west, south = _square(fips, position)
    return 0 <= round(longitude - west, 9) <= SIDE and 0 <= round(latitude - south, 9) <= SIDE


def _facts(seed: int, fips: str, position: int) -> tuple[Draws, str, str, tuple[str, str]]:
    draws = Draws(seed, f"county.{fips}.{position}")
    return (
        draws,
        str(draws.whole("number", 10, 9_900)),
        draws.pick("street", street_names()),
        draws.pick("town", _TOWNS[fips]),
    )


def _washington(seed: int, position: int) -> Attributes:
    draws, number, street, (town, zip5) = _facts(seed, "27163", position)
    pin = f"{position % 36 + 1:02d}{27 + position % 6:03d}{20 + position % 3:02d}{position:06d}"
    land, building = draws.whole("land", 30, 200) * 500, draws.whole("building", 60, 500) * 500
    sold = draws.whole("sold", 3_000, 20_000)
    unknown = draws.chance("unbuilt", _BUILT_UNKNOWN)
    return {
        "OBJECTID": 4_700_000 + position,
        "PIN": pin,
        "PARCELKEY": pin,
        "BLDG_NUM": " " if unknown else number,
        "PREFIX_DIR": " ",
        "PREFIXTYPE": " ",
        "STREETNAME": " " if unknown else street,
        "STREETTYPE": " " if unknown else draws.pick("kind", _KINDS),
        "SUFFIX_DIR": draws.pick("side", (" ", "N", "S")),
        "UNIT_INFO": " ",
        "CITY": town,
        "CITY_USPS": town.removeprefix("CITY OF "),
        "ZIP": zip5,
        "STATE": "MN",
        "ACRES_POLY": round(draws.whole("acres", 5, 200) / 100, 2),
        "ACRES_DEED": 0.0,
        "OWN_ADD_L1": f"{number} {street}",
        "HOMESTEAD": draws.pick("homestead", ("Y", "Y", "N", " ")),
        "EMV_LAND": float(land),
        "EMV_BLDG": 0.0 if unknown else float(building),
        "EMV_TOTAL": float(land + (0 if unknown else building)),
        "FIN_SQ_FT": 0.0 if unknown else float(draws.whole("sqft", 800, 3_600)),
        "YEAR_BUILT": 0 if unknown else draws.whole("built", 1900, 2020),
        "SALE_DATE": None if unknown else int(datetime.fromtimestamp(sold * 86_400, UTC).timestamp()) * 1000,
        "SALE_VALUE": 0.0 if unknown else float(draws.whole("price", 80, 700) * 1000),
    }


def _kent(seed: int, position: int) -> Attributes:
    draws, number, street, (town, zip5) = _facts(seed, "26081", position)
    section, quarter = position % 36 + 1, 100 * (position % 4 + 1)
    pin = f"4110{section:02d}{quarter:03d}{position:03d}"
    line = f"{number} {street} {draws.pick('kind', _KINDS)} {draws.pick('side', ('NW', 'NE', 'SW', 'SE'))}"
    value = draws.whole("sev", 20, 400) * 500
    return {
        "PPN": int(pin),
        "PNUM": f"{pin[:2]}-{pin[2:4]}-{pin[4:6]}-{pin[6:9]}-{pin[9:]}",
        "OWNERNAME1": f"OWNER OF {pin[-6:]}".ljust(35),
        "OWNERNAME2": " " * 35,
        "PROPERTYADDRESS": line.ljust(33),
        "PROPADDRESSCITY": town.ljust(25),
        "PROPADDRESSSTATE_ZIPCODE": f"MI{zip5}".ljust(12),
        "SEVTRIBUNAL1": value,
        "TAXABLETRIBUNAL1": value * 9 // 10,
        "PROPADDRESSNUMBER": number.rjust(5),
        "PROPADDSTREET": line.partition(" ")[2].ljust(27),
        "OBJECTID": position + 1,
        "SHAPE.STArea()": round(draws.whole("area", 4_000, 90_000) + draws.unit("inches"), 6),
        "SHAPE.STLength()": round(draws.whole("length", 250, 1_300) + draws.unit("edge"), 6),
    }


def _types(row: Attributes, **known: str) -> dict[str, str]:
    kinds = {str: "String", float: "Double", int: "Integer", type(None): "Date"}
    return {name: f"esriFieldType{known.get(name) or kinds[type(value)]}" for name, value in row.items()}


LAYERS = {
    "27163": Layer(
        "27163",
        "Parcels/MapServer/0",
        _types(_washington(1, 0), OBJECTID="OID", SALE_DATE="Date"),
        _washington,
        paged=True,
        most=1_000,
        version=10.91,
    ),
    "26081": Layer(
        "26081",
        "ParcelsWithCondos/FeatureServer/0",
        _types(_kent(1, 0), OBJECTID="OID", PPN="Double", SEVTRIBUNAL1="Double", TAXABLETRIBUNAL1="Double"),
        _kent,
        paged=False,
        most=100,
        version=10.22,
    ),
}


@lru_cache(maxsize=4)
def rows(seed: int, fips: str) -> tuple[Attributes, ...]:
    """Return all parcels of a county, in the order of their object ids. Treat them as read-only."""
    return tuple(LAYERS[fips].row(seed, position) for position in range(PARCELS))
