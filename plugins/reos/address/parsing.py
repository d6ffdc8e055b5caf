"""Entry points: `parse` for text, `from_parts` for fields. Same input, same value, and never an exception."""

from functools import lru_cache
from typing import NamedTuple

from reos.address.cleaning import MAX_LENGTH, clean, has_control_characters, is_plain, unsupported
from reos.address.confidence import Reading
from reos.address.fields import Fields
from reos.address.place import Place, read_place, read_state, read_zip
from reos.address.segmentation import ends_in_place, segment, split_unit_part
from reos.address.street import Line, is_tangled, names_nothing, read_line
from reos.address.unit import Unit, UnitSplit, read_unit_field, unit_key
from reos.address.value import Address, Components, Problem

_MEMO_SIZE = 8192
_NO_LINE, _NO_UNIT = Line(), UnitSplit([], (), incomplete=False)


class AddressParts(NamedTuple):
    """An address that arrives in fields. `street` may hold number and unit too; absent fields are empty."""

    street: str = ""
    number: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""


_NOTHING = AddressParts()


def parse(text: str, *, unit: str = "", city: str = "", state: str = "", zip_code: str = "") -> Address:
    """Read a one-line address; fields that are known beside the text complete it and must not contradict it.

    Never raises: what is wrong is in `Address.problems`. What was read is remembered.
    """
    if len(text) > MAX_LENGTH:  # too much to remember
        return Address(text, Components(), (Problem.TOO_LONG,))
    return _parsed(text, unit, city, state, zip_code)


@lru_cache(maxsize=_MEMO_SIZE)
def _parsed(text: str, unit: str, city: str, state: str, zip_code: str) -> Address:
    given = AddressParts(text, "", unit, city, state, zip_code)
    return _unreadable(text, given) or _read(text, given, alone=bool(city or state or zip_code))


def from_parts(parts: AddressParts) -> Address:
    """Read an address that arrives in fields. Never raises: what is wrong is in `Address.problems`."""
    street, number, unit, city, state, zip_code = parts
    delivery = f"{number} {street} {unit}".strip()
    region = f"{state} {zip_code}".strip()
    raw = ", ".join(filter(None, (delivery, city, region)))
    return _unreadable(raw, parts) or _read(raw, parts, alone=True)


def _unreadable(raw: str, parts: AddressParts) -> Address | None:
    """Refuse what is unfit to be read at all."""
    whole = raw if raw is not parts.street else " ".join(parts)
    if len(whole) > MAX_LENGTH:
        return Address(raw, Components(), (Problem.TOO_LONG,))
    if is_plain(whole):
        return None
    if has_control_characters(whole):
        return Address(raw, Components(), (Problem.CONTROL_CHARACTERS,))
    return Address(raw, Components(), (Problem.UNSUPPORTED_CHARACTERS,)) if unsupported(clean(whole)) else None


def _read(raw: str, given: AddressParts, *, alone: bool) -> Address:
    """Read number and street of `given`, which stand `alone` in their field unless they go on to the place."""
    text = clean(f"{given.number} {given.street}" if given.number else given.street).strip(", ")
    if "&" in text or "@" in text:
        return Address(raw, Components(), (Problem.INTERSECTION,))
    place = read_place(given.city, given.state, given.zip_code)
    if not text:
        return Address(raw, Components._make((*_NO_LINE[:5], (), "", *place[:4])), (Problem.EMPTY,))
    cut = split_unit_part(text) if alone and not ends_in_place(text, place) else None
    fields = cut or segment(text)
    address = _assemble(raw, fields, given)
    return _settled(address) if fields.reading is Reading.MODEL else address


def _settled(address: Address) -> Address:
    """Refuse an address whose normal form reads differently, or whose street swallowed more: it has two readings."""
    if not address.line or address.is_not_an_address:
        return address
    again = _assemble(address.raw, segment(address.normalised), _NOTHING)
    if again.components == address.components and not is_tangled(read_line(address.line)):
        return address
    return address._replace(problems=_ordered([*address.problems, Problem.AMBIGUOUS]))


def _assemble(raw: str, fields: Fields, given: AddressParts) -> Address:
    line = read_line(fields.line) if fields.line else _NO_LINE
    unit = read_unit_field(fields.unit) if fields.unit else _NO_UNIT
    outside = read_unit_field(clean(given.unit).replace(",", " ")) if given.unit else _NO_UNIT
    units = line.units or unit.units or outside.units
    place = read_place(fields.city or given.city, fields.state or given.state, fields.zip_code or given.zip_code)
    components = Components._make((*line[:5], units, line.box, *place[:4]))
    problems = _problems(fields, line, place)
    if line.unit_incomplete or unit.incomplete or outside.incomplete:
        problems.append(Problem.NO_UNIT_NUMBER)
    if fields.leftover or fields.doubtful or line.doubtful or unit.street or outside.street or place.strange_city:
        problems.append(Problem.AMBIGUOUS)
    if _units_conflict(line.units, unit.units, outside.units) or _places_conflict(fields, given):
        problems.append(Problem.CONTRADICTION)
    return Address(raw, components, _ordered(problems), fields.reading)


def _ordered(problems: list[Problem]) -> tuple[Problem, ...]:
    """Put the problems in the enumeration's order; what is foreign or no address at all is nothing else."""
    if not problems:
        return ()
    for alone in (Problem.FOREIGN, Problem.NOT_AN_ADDRESS):
        if alone in problems:
            return (alone,)
    return tuple(problem for problem in Problem if problem in problems)


def _problems(fields: Fields, line: Line, place: Place) -> list[Problem]:
    if fields.foreign or place.foreign:
        return [Problem.FOREIGN]
    if fields.repeated:
        return [Problem.AMBIGUOUS]
    problems = _of_line(line) if names_nothing(line) or not line.number else []
    if place.unknown_state:
        problems.append(Problem.UNKNOWN_STATE)
    if place.bad_zip:
        problems.append(Problem.BAD_ZIP)
    if not (place.zip5 or (place.city and place.state)):
        problems.append(Problem.NO_PLACE)
    return problems


def _of_line(line: Line) -> list[Problem]:
    nameless, numberless = names_nothing(line), not (line.number or line.box)
    if nameless and numberless:
        return [Problem.NOT_AN_ADDRESS]
    found = (
        (nameless, Problem.NO_STREET),
        (numberless, Problem.NO_HOUSE_NUMBER),
        (line.is_post_office_box, Problem.POST_OFFICE_BOX),
    )
    return [problem for holds, problem in found if holds]


def _units_conflict(*candidates: tuple[Unit, ...]) -> bool:
    """Tell whether two places name different units."""
    found = {units for units in candidates if units}
    return len(found) > 1 and len(set(map(unit_key, found))) > 1


def _places_conflict(fields: Fields, given: AddressParts) -> bool:
    """Tell whether state or ZIP of the text differ from the fields beside it (city names have aliases)."""
    if fields.state and given.state and read_state(given.state) not in {None, read_state(fields.state)}:
        return True
    if not (fields.zip_code and given.zip_code):
        return False
    written, beside = read_zip(fields.zip_code), read_zip(given.zip_code)
    return bool(written and beside and written.zip5 != beside.zip5)
