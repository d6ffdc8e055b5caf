"""One-line text to fields. Text in the usual comma form is cut by rule, anything else by usaddress.

That is a trained model: rules alone get 40 % of messy one-line addresses right, it gets 97 %. Words that it cannot
place are handed on as `leftover`, never dropped.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reos.address.labels import label
from reos.address.place import is_foreign, is_home, read_region
from reos.address.street import is_closed, is_tangled, names_nothing, read_line
from reos.address.unit import read_unit_field

_FIELD_OF_LABEL: Mapping[str, str] = {
    **dict.fromkeys(("AddressNumberPrefix", "AddressNumber", "AddressNumberSuffix"), "line"),
    **dict.fromkeys(("StreetNamePreModifier", "StreetNamePreDirectional", "StreetNamePreType"), "line"),
    **dict.fromkeys(("StreetName", "StreetNamePostType", "StreetNamePostDirectional"), "line"),
    **dict.fromkeys(("USPSBoxType", "USPSBoxID", "USPSBoxGroupType", "USPSBoxGroupID"), "line"),
    **dict.fromkeys(("OccupancyType", "OccupancyIdentifier"), "unit"),
    **dict.fromkeys(("SubaddressType", "SubaddressIdentifier"), "unit"),
    "PlaceName": "city",
    "StateName": "state",
    "ZipCode": "zip_code",
}

_ZIP_AT_END = re.compile(r"\d{5}(?:-\d{4})?")


class Fields(NamedTuple):
    """The text cut into fields (cleaned words); `leftover` is what no field could take.

    `repeated`: the text holds more than one address, so it was not cut at all. `by_model`: usaddress cut it.
    """

    line: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    leftover: str = ""
    foreign: bool = False
    repeated: bool = False
    by_model: bool = False


def segment(text: str) -> Fields:
    """Cut a cleaned one-line address into fields."""
    parts = [part.strip() for part in text.split(",")]
    parts = [part for part in parts if part]
    if parts and is_home(parts[-1]):
        parts.pop()
    if parts and is_foreign(parts[-1]):
        return Fields(leftover=text, foreign=True)
    return _by_commas(parts) or _by_model(", ".join(parts))


def _by_commas(parts: list[str]) -> Fields | None:
    """Cut `123 MAIN ST[, APT 4][, SEATTLE][, WA][ 98101]`; None unless every part is what its place says."""
    if len(parts) < 2:  # noqa: PLR2004 - a line and a place
        return None
    line, rest = parts[0], parts[1:]
    read = read_line(line)
    if names_nothing(read) or is_tangled(read) or not (read.number or read.box):
        return None
    rest, state, zip_code = _take_region(rest)
    units = rest[:1] if rest and _is_unit(rest[0]) else []
    city = rest[len(units) :]
    certain = bool(city) or (is_closed(read) and bool(state or zip_code))
    if len(city) > 1 or not certain or not (state or zip_code) or any(char.isdigit() for char in "".join(city)):
        return None
    return Fields(line, " ".join(units), "".join(city), state, zip_code)


def _take_region(parts: list[str]) -> tuple[list[str], str, str]:
    """Take state and ZIP, in one part or in two, from the end."""
    state, zip_code = (read_region(parts[-1]) if parts else None) or ("", "")
    parts = parts[:-1] if state or zip_code else parts
    before = read_region(parts[-1]) if parts and zip_code and not state else None
    if before and before[0] and not before[1]:
        return parts[:-1], before[0], zip_code
    return parts, state, zip_code


def _is_unit(text: str) -> bool:
    return not read_unit_field(text).street


def ends_in_place(text: str, places: Iterable[str]) -> bool:
    """Tell whether a cleaned line that should stand alone goes on to a ZIP code or to one of the (cleaned) `places`."""
    if _ZIP_AT_END.fullmatch(text.rpartition(" ")[2]):
        return True
    return any(place and text.endswith(f" {place}") for place in places)


def split_unit_part(text: str) -> Fields | None:
    """Cut `123 MAIN ST, APT 4`, a line that stands in its own field; None when the rest is no unit."""
    if "," not in text:
        return Fields(text)
    line, *rest = (part.strip() for part in text.split(",") if part.strip())
    unit = " ".join(rest)
    return Fields(line, unit) if _is_unit(unit) else None


def _by_model(text: str) -> Fields:
    words: dict[str, list[str]] = {}
    ended: set[str] = set()
    last = ""
    for word, name in label(text):
        if name != last and name in ended:
            return Fields(leftover=text, repeated=True)
        ended.add(name)
        last = name
        words.setdefault(_FIELD_OF_LABEL.get(name, "leftover"), []).append(word.strip(","))
    cut = {field: " ".join(" ".join(values).split()) for field, values in words.items()}
    return Fields(foreign=False, repeated=False, by_model=True, **cut)
