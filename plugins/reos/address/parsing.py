"""Entry points: `parse` for text, `from_parts` for fields. Same input, same value, and never an exception."""

from functools import lru_cache
from typing import NamedTuple

from reos.address.cleaning import MAX_LENGTH, clean, has_control_characters, is_plain, unsupported
from reos.address.place import Place, directs_a_reader, read_place, read_state, read_zip
from reos.address.segmentation import Fields, ends_in_place, segment, split_unit_part
from reos.address.street import Line, is_tangled, names_nothing, read_line
from reos.address.unit import Unit, read_unit_field, unit_key
from reos.address.value import Address, Components, Problem

_MEMO_SIZE = 50_000


class AddressParts(NamedTuple):
    """An address that arrives in fields. `street` may hold number and unit too; absent fields are empty."""

    street: str = ""
    number: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""


@lru_cache(maxsize=_MEMO_SIZE)
def parse(text: str, *, unit: str = "", city: str = "", state: str = "", zip_code: str = "") -> Address:
    """Read a one-line address; fields that are known beside the text complete it and must not contradict it.

    Never raises: what is wrong is in `Address.problems`.
    """
    given = AddressParts(street=text, unit=unit, city=city, state=state, zip_code=zip_code)
    problem = _unreadable(given)
    if problem is not None:
        return Address(text, Components(), (problem,))
    return _read(text, given, alone=bool(city or state or zip_code))


def from_parts(parts: AddressParts) -> Address:
    """Read an address that arrives in fields. Never raises: what is wrong is in `Address.problems`."""
    delivery = f"{parts.number} {parts.street} {parts.unit}".strip()
    raw = ", ".join(filter(None, (delivery, parts.city, f"{parts.state} {parts.zip_code}".strip())))
    problem = _unreadable(parts)
    if problem is not None:
        return Address(raw, Components(), (problem,))
    return _read(raw, parts, alone=True)


def _unreadable(parts: AddressParts) -> Problem | None:
    """Find what makes the text unfit to be read at all."""
    whole = " ".join(parts)
    if not (parts.street + parts.number).strip(" ,.\t\r\n"):
        return Problem.EMPTY
    if len(whole) > MAX_LENGTH:
        return Problem.TOO_LONG
    if is_plain(whole):
        return None
    if has_control_characters(whole):
        return Problem.CONTROL_CHARACTERS
    return Problem.UNSUPPORTED_CHARACTERS if unsupported(clean(whole)) else None


def _read(raw: str, given: AddressParts, *, alone: bool) -> Address:
    """Read number and street of `given`, which stand `alone` in their field unless they go on to the place."""
    text = clean(f"{given.number} {given.street}" if given.number else given.street).strip(", ")
    if "&" in text or "@" in text:
        return Address(raw, Components(), (Problem.INTERSECTION,))
    place = read_place(given.city, given.state, given.zip_code)
    cut = split_unit_part(text) if alone and not ends_in_place(text, (place.city, place.state)) else None
    fields = cut or segment(text)
    address = _assemble(raw, fields, given)
    return _settled(address) if fields.by_model else address


def _settled(address: Address) -> Address:
    """Refuse an address whose normal form reads differently, or whose street swallowed more: it has two readings."""
    if not address.line or address.is_not_an_address:
        return address
    again = _assemble(address.raw, segment(address.normalised), AddressParts())
    if again.components == address.components and not is_tangled(read_line(address.line)):
        return address
    return Address(address.raw, address.components, _ordered([*address.problems, Problem.AMBIGUOUS]))


def _assemble(raw: str, fields: Fields, given: AddressParts) -> Address:
    line = read_line(fields.line) if fields.line else Line()
    unit = read_unit_field(fields.unit)
    outside = read_unit_field(clean(given.unit).replace(",", " ") if given.unit else "")
    units, conflict = _one_of(line.units, unit.units, outside.units)
    place = read_place(fields.city or given.city, fields.state or given.state, fields.zip_code or given.zip_code)
    components = Components(
        line.number,
        line.predirection,
        line.street,
        line.suffix,
        line.postdirection,
        units,
        line.box,
        place.city,
        place.state,
        place.zip5,
        place.zip4,
    )
    problems = _problems(fields, line, place)
    if line.unit_incomplete or unit.incomplete or outside.incomplete:
        problems.append(Problem.NO_UNIT_NUMBER)
    if fields.leftover or unit.street or outside.street or place.strange_city or directs_a_reader(line.street):
        problems.append(Problem.AMBIGUOUS)
    if conflict or _places_conflict(fields, given):
        problems.append(Problem.CONTRADICTION)
    return Address(raw, components, _ordered(problems))


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
    nameless, numberless = names_nothing(line), not (line.number or line.box)
    found = (
        (nameless and numberless, Problem.NOT_AN_ADDRESS),
        (nameless, Problem.NO_STREET),
        (numberless, Problem.NO_HOUSE_NUMBER),
        (line.is_post_office_box, Problem.POST_OFFICE_BOX),
        (place.unknown_state, Problem.UNKNOWN_STATE),
        (place.bad_zip, Problem.BAD_ZIP),
        (not (place.zip5 or (place.city and place.state)), Problem.NO_PLACE),
    )
    return [problem for holds, problem in found if holds]


def _one_of(*candidates: tuple[Unit, ...]) -> tuple[tuple[Unit, ...], bool]:
    """Return the units found, and whether two places name different ones."""
    found = [units for units in candidates if units]
    if len(found) < 2:  # noqa: PLR2004 - one cannot disagree
        return (found[0] if found else ()), False
    return found[0], len(set(map(unit_key, found))) > 1


def _places_conflict(fields: Fields, given: AddressParts) -> bool:
    """Tell whether state or ZIP of the text differ from the fields beside it (city names have aliases)."""
    if fields.state and given.state and read_state(given.state) not in {None, read_state(fields.state)}:
        return True
    if not (fields.zip_code and given.zip_code):
        return False
    written, beside = read_zip(fields.zip_code), read_zip(given.zip_code)
    return bool(written and beside and written.zip5 != beside.zip5)
