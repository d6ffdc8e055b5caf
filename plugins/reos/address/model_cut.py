"""One-line text cut by usaddress' trained model, for what the tables cannot cut with certainty.

Rules alone get 40 % of messy one-line addresses right, the model 97 %. It always answers, so its cut is reviewed: where
the words about a cut could as well stand on its other side, the cut is doubtful and the address is refused. Words that
the model cannot place are handed on as `leftover`, never dropped.
"""

from collections.abc import Mapping

from reos.address.city_words import may_hold_more, names_house
from reos.address.confidence import Reading
from reos.address.cutting import begins_a_town
from reos.address.fields import Fields
from reos.address.labels import label
from reos.address.place import begins_like_unit, begins_with_direction
from reos.address.pub28 import (
    CITY_PREFIXES,
    CLOSING,
    DIRECTION_CITIES,
    DIRECTIONALS,
    LAST_WORDS,
    STATES,
    SUFFIXES,
    TOWN_BEGINNINGS,
    UNFINISHED,
    UNITS,
)

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
_TEXTS = ("line", "unit", "city", "state", "zip_code", "leftover")
_STREET_ENDS = {*DIRECTIONALS, *SUFFIXES, *LAST_WORDS}
_CODE = 2  # letters of an abbreviated direction, at most


def cut_by_model(text: str) -> Fields:
    """Cut cleaned text, whose parts are separated by commas, as the model labels its words."""
    words: dict[str, list[str]] = {}
    ended: set[str] = set()
    last = field = ""
    resumed = False
    for word, name in label(text):
        if name != last and name in ended:
            return Fields(leftover=text, repeated=True, reading=Reading.NONE)
        ended.add(name)
        last, before, field = name, field, _FIELD_OF_LABEL.get(name, "leftover")
        resumed |= field != before and field in words
        words.setdefault(field, []).append(word.strip(","))
    line, unit, city, state, zip_code, leftover = (" ".join(" ".join(words.get(name, ())).split()) for name in _TEXTS)
    return _reviewed(text, Fields(line, unit, city, state, zip_code, leftover, doubtful=resumed, reading=Reading.MODEL))


def _reviewed(text: str, fields: Fields) -> Fields:
    """Mend what the model is known to cut wrongly, and doubt what may be cut elsewhere."""
    line, city = fields.line.split(" "), fields.city.split(" ")
    if len(line) > 1 and fields.unit and line[-1] in UNITS:
        fields = fields._replace(line=" ".join(line[:-1]), unit=f"{line[-1]} {fields.unit}")
    lost = line[-1] in DIRECTIONALS or begins_a_town([line[-1], *city], 0)
    if lost and fields.city and not (fields.state or fields.zip_code or "," in text):
        return Fields(text, reading=Reading.MODEL)
    place_follows = fields.city or fields.state or fields.zip_code
    joined = bool(place_follows) and not (fields.city and f"{line[-1]}, {city[0]}" in text)
    doubtful = (
        fields.doubtful
        or begins_like_unit(city, apart=not joined)
        or names_house(fields.city)
        or (f", {fields.city}" not in text and may_hold_more(fields.city))
        or (fields.city and not any(fields.city in part for part in text.split(",")))  # a unit, or a part of town
        or (fields.unit and _unit_goes_on(fields.unit.split(" ")))
        or (joined and not fields.unit and _may_end_elsewhere(line, city))
        or (joined and line[-1] in STATES and not (fields.state and line[-1] in _STREET_ENDS))
    )
    return fields._replace(doubtful=bool(doubtful))


def _unit_goes_on(unit: list[str]) -> bool:
    """Tell whether the unit's last word may be the city's first, as in APT 4 MT | PLEASANT."""
    return len(unit) > 2 and unit[-1].isalpha() and (len(unit[-1]) > 1 or unit[-1] in DIRECTIONALS)  # noqa: PLR2004


def _is_city_with(direction: str, city: list[str]) -> bool:
    """Tell whether an abbreviated direction at the end of the street begins the city, as in MAIN ST N | MIAMI."""
    return f"{CITY_PREFIXES[direction]} {' '.join(city)}" in DIRECTION_CITIES


def _may_end_elsewhere(line: list[str], city: list[str]) -> bool:
    """Tell whether words about a cut without a comma could stand on its other side."""
    last, first = line[-1], city[0]
    weak = last in SUFFIXES and SUFFIXES[last] not in CLOSING
    return (
        last in TOWN_BEGINNINGS
        or last in UNFINISHED
        or (last in DIRECTIONALS and (len(last) > _CODE or _is_city_with(last, city)))
        or (first != "" and begins_with_direction(city))
        or all(word in DIRECTIONALS for word in line[1:])
        or begins_a_town([last, *city], 0)
        or (weak and not first)
        or (SUFFIXES.get(last) not in CLOSING and (first in SUFFIXES or first in LAST_WORDS))
    )
