"""One-line text to fields: by commas and tables where only one cut is possible, anything else by a trained model."""

import re

from reos.address.city_words import may_hold_more, names_house
from reos.address.confidence import Reading
from reos.address.cutting import cut_line, ends_in_code
from reos.address.fields import Fields
from reos.address.model_cut import cut_by_model
from reos.address.place import (
    BETWEEN_STREETS,
    CROSS_STREETS,
    Place,
    begins_like_unit,
    directs_a_reader,
    ends_abroad,
    is_foreign,
    is_home,
    take_region,
)
from reos.address.pub28 import (
    CLOSING,
    DIRECTIONALS,
    IN_HOUSE,
    LAST_WORDS,
    STATES,
    SUFFIXES,
    UNITS,
)
from reos.address.street import is_closed, is_tangled, names_nothing, read_line
from reos.address.unit import is_identifier, is_ordinal, read_unit_field

_STREET_ENDS = STATES.keys() & {*DIRECTIONALS, *SUFFIXES, *LAST_WORDS}  # CT is a court and Connecticut
_STREET_WORDS = {*DIRECTIONALS, *SUFFIXES}
_ZIP_AT_END = re.compile(r"\d{5}(?:-\d{4})?")


def segment(text: str) -> Fields:
    """Cut a cleaned one-line address into fields."""
    parts = [stripped for part in text.split(",") if (stripped := part.strip())]
    if parts and is_home(parts[-1]):
        parts.pop()
    if parts and (is_foreign(parts[-1]) or ends_abroad(parts[-1])):
        return Fields(leftover=text, foreign=True, reading=Reading.NONE)
    if parts and directs_a_reader(parts[0]):
        parts[0] = _without_directions(parts[0])
    return _by_rule(parts) or cut_by_model(", ".join(parts))


def _by_rule(parts: list[str]) -> Fields | None:
    """Cut text by its commas; a line that has none before its region, or no region, by the tables."""
    before, state, zip_code = take_region(parts)
    if len(before) > 1 and (state or zip_code):
        return _by_commas(before, state, zip_code)
    if len(parts) == 1 and state in _STREET_ENDS and not zip_code:
        before, state = parts, ""
    cut = cut_line(before[0]) if before else None
    if cut is None or (state and not cut.city and not zip_code):
        return None
    units = " ".join(before[1:])
    if units and (cut.city or not _is_unit(units)):
        return None
    no_city = bool(state) and not cut.city and len(parts) == 1  # LOOP is in Texas, and MAIN ST NE could be in Nebraska
    doubtful = no_city or may_hold_more(cut.city)
    return Fields(cut.line, units, cut.city, state, zip_code, doubtful=doubtful, reading=Reading.TABLES)


def _by_commas(parts: list[str], state: str, zip_code: str) -> Fields | None:
    """Cut `123 MAIN ST[, APT 4], SEATTLE` before its region; None unless every part is what its place says."""
    line, *rest = parts
    read = read_line(line)
    if names_nothing(read) or is_tangled(read) or not (read.number or read.box):
        return None
    units = rest[:1] if _is_unit(rest[0]) else []
    city = rest[len(units) :]
    if len(city) > 1 or not (_is_city(city[0]) if city else is_closed(read) and not rest[0].isalpha()):
        return None
    return Fields(line, " ".join(units), "".join(city), state, zip_code, reading=Reading.COMMAS)


def _is_city(text: str) -> bool:
    """Tell whether a part of its own can be the city: no number, unit or street in it."""
    if any(map(str.isdigit, text)):
        return False
    words = text.split(" ")
    if ends_in_code(words) or (words[0] not in IN_HOUSE and begins_like_unit(words, apart=True)):
        return False
    if len(words) == 1:
        return text not in IN_HOUSE and not names_house(text)
    unit = words[0] in UNITS and UNITS[words[0]].strong and is_identifier(words[1])
    inside = words[0] in IN_HOUSE and (words[1] in IN_HOUSE or words[1] in UNITS)  # not UPPER MARLBORO
    return not (unit or inside or SUFFIXES.get(words[-1]) in CLOSING)


def _is_unit(text: str) -> bool:
    return not read_unit_field(text).street


def _without_directions(text: str) -> str:
    """Drop the cross streets (`BETWEEN 5TH AND 6TH AVES`) told behind a house; not when they may hold its unit."""
    words = text.split(" ")
    start = next(index for index, word in enumerate(words) if directs_a_reader(word))
    told = words[start + 1 :]
    if not start or words[start] not in CROSS_STREETS or any(map(_may_be_unit, told)):
        return text
    house = " ".join(words[:start])
    read = read_line(house)
    whole = read.number and not names_nothing(read) and not is_tangled(read)
    return house if whole and (words[start] in BETWEEN_STREETS or is_closed(read)) else text


def _may_be_unit(word: str) -> bool:
    return (
        word in UNITS
        or word in IN_HOUSE
        or (is_identifier(word) and not is_ordinal(word) and word not in _STREET_WORDS)
    )


def ends_in_place(text: str, place: Place) -> bool:
    """Tell whether a cleaned line that should stand alone goes on to a ZIP code, or to the city or state of `place`."""
    if text[-1:].isdigit() and _ZIP_AT_END.fullmatch(text.rpartition(" ")[2]):
        return True
    return text.endswith(place.endings)


def split_unit_part(text: str) -> Fields | None:
    """Cut `123 MAIN ST, APT 4`, a line that stands in its own field; None when the rest is no unit."""
    if "," not in text:
        return Fields(text)
    line, *rest = (part.strip() for part in text.split(",") if part.strip())
    unit = " ".join(rest)
    return Fields(line, unit) if _is_unit(unit) else None
