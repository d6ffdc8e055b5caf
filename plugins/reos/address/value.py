"""The address as a value: what was written, its parts, its Publication 28 form, its match key, what is wrong."""

from enum import StrEnum
from typing import NamedTuple

from reos.address.confidence import Reading, confidence
from reos.address.pub28 import HIGHWAY_FORMS
from reos.address.unit import BARE_DESIGNATOR, Unit, unit_key

_KEY_WORDS = {"SAINT": "ST", "MOUNT": "MT", "FORT": "FT"}


class Problem(StrEnum):
    """Why an address may be invalid; the value is the sentence that a person reads."""

    EMPTY = "It is empty."
    TOO_LONG = "It is longer than an address can be."
    CONTROL_CHARACTERS = "It holds NUL or other control characters."
    UNSUPPORTED_CHARACTERS = "It holds characters that no US address has."
    FOREIGN = "It is outside the United States."
    NOT_AN_ADDRESS = "It is not an address: no house number and street in it."
    INTERSECTION = "It is a street corner, not a house."
    AMBIGUOUS = "It can be read in more than one way."
    CONTRADICTION = "Its parts contradict one another."
    NO_HOUSE_NUMBER = "It has no house number."
    NO_STREET = "It has no street name."
    NO_UNIT_NUMBER = "It names a unit without saying which."
    NO_PLACE = "It has neither a ZIP code nor a city with its state."
    UNKNOWN_STATE = "Its state is not a state of the United States."
    BAD_ZIP = "Its ZIP code is not five digits or ZIP+4."
    POST_OFFICE_BOX = "It is a post office box, not a house."


class Components(NamedTuple):
    """Parts of an address in Publication 28 spelling; an absent part is the empty string."""

    number: str = ""
    predirection: str = ""
    street: str = ""
    suffix: str = ""
    postdirection: str = ""
    units: tuple[Unit, ...] = ()
    box: str = ""
    city: str = ""
    state: str = ""
    zip5: str = ""
    zip4: str = ""


class Address(NamedTuple):
    """An address as read: `raw` as it came, `components`, and `problems` (empty when it can identify a house).

    `reading` tells how the text was cut into its components.
    """

    raw: str
    components: Components
    problems: tuple[Problem, ...] = ()
    reading: Reading = Reading.NONE

    @property
    def line(self) -> str:
        """Delivery line without the unit, as in `123 N MAIN ST`."""
        parts = self.components
        if parts.box:
            return parts.box
        return " ".join(filter(None, parts[:5]))

    @property
    def unit(self) -> str:
        """Unit, as in `APT 4B`; empty when there is none."""
        return " ".join([" ".join(unit).rstrip() for unit in self.components.units])

    @property
    def last_line(self) -> str:
        """City, state and ZIP, as in `SEATTLE, WA 98101-1234`."""
        parts = self.components
        zip_code = f"{parts.zip5}-{parts.zip4}" if parts.zip4 else parts.zip5
        region = f"{parts.state} {zip_code}".strip()
        return ", ".join(filter(None, (parts.city, region)))

    @property
    def normalised(self) -> str:
        """The whole address in one line; reading it again gives the same address."""
        delivery = f"{self.line} {self.unit}".strip()
        return ", ".join(filter(None, (delivery, self.last_line)))

    @property
    def address_key(self) -> str | None:
        """Match key: equal keys mean the same home. None when the address cannot identify one.

        The place is the ZIP5 (within one ZIP a delivery line is unique), or city and state when no ZIP is known.
        """
        if self.problems:
            return None
        parts = self.components
        place = parts.zip5 or f"{parts.city},{parts.state}"
        street = (parts.number, parts.predirection, street_key(parts.street), parts.suffix, parts.postdirection)
        return "|".join((place, parts.box or "|".join(street), unit_key(parts.units)))

    @property
    def confidence(self) -> float:
        """How far the reading can be trusted, 0 to 0.99: see `reos.address.confidence`."""
        parts = self.components
        if self.reading is Reading.NONE or not self.line:
            return 0.0
        typeless = not (parts.suffix or parts.box or parts.street.rpartition(" ")[0] in HIGHWAY_FORMS)
        kindless = any(unit.designator == BARE_DESIGNATOR for unit in parts.units)
        return confidence(self.reading, (typeless, kindless, not parts.zip5), len(self.problems))

    @property
    def is_valid(self) -> bool:
        """Whether the address can identify one home."""
        return not self.problems

    @property
    def explanation(self) -> str:
        """Sentences saying what is wrong; empty when nothing is."""
        return " ".join(self.problems)

    @property
    def is_empty(self) -> bool:
        """Nothing was written."""
        return Problem.EMPTY in self.problems

    @property
    def is_too_long(self) -> bool:
        """Longer than `cleaning.MAX_LENGTH` characters."""
        return Problem.TOO_LONG in self.problems

    @property
    def has_control_characters(self) -> bool:
        """NUL or another control character."""
        return Problem.CONTROL_CHARACTERS in self.problems

    @property
    def has_unsupported_characters(self) -> bool:
        """Letters of another script, emoji or signs."""
        return Problem.UNSUPPORTED_CHARACTERS in self.problems

    @property
    def is_foreign(self) -> bool:
        """Outside the United States."""
        return Problem.FOREIGN in self.problems

    @property
    def is_not_an_address(self) -> bool:
        """Neither a street nor a box was recognised."""
        return Problem.NOT_AN_ADDRESS in self.problems

    @property
    def is_intersection(self) -> bool:
        """Two streets instead of a house."""
        return Problem.INTERSECTION in self.problems

    @property
    def is_ambiguous(self) -> bool:
        """More than one reading."""
        return Problem.AMBIGUOUS in self.problems

    @property
    def contradicts_itself(self) -> bool:
        """Text and separate fields disagree on unit, city, state or ZIP."""
        return Problem.CONTRADICTION in self.problems

    @property
    def lacks_house_number(self) -> bool:
        """No house number, or zero."""
        return Problem.NO_HOUSE_NUMBER in self.problems

    @property
    def lacks_street(self) -> bool:
        """No street name."""
        return Problem.NO_STREET in self.problems

    @property
    def lacks_unit_number(self) -> bool:
        """`APT` without its number."""
        return Problem.NO_UNIT_NUMBER in self.problems

    @property
    def lacks_place(self) -> bool:
        """Neither ZIP nor city and state."""
        return Problem.NO_PLACE in self.problems

    @property
    def has_unknown_state(self) -> bool:
        """The state is none of the United States."""
        return Problem.UNKNOWN_STATE in self.problems

    @property
    def has_bad_zip(self) -> bool:
        """The ZIP is not five digits or ZIP+4."""
        return Problem.BAD_ZIP in self.problems

    @property
    def is_post_office_box(self) -> bool:
        """A box, which is nobody's home."""
        return Problem.POST_OFFICE_BOX in self.problems


def street_key(street: str) -> str:
    """Fold the few spellings that never tell two streets apart: SAINT/ST, MOUNT/MT, FORT/FT, US ROUTE/US HIGHWAY."""
    first, _, rest = street.partition(" ")
    if first in _KEY_WORDS and rest:
        return f"{_KEY_WORDS[first]} {rest}"
    kind, _, number = street.rpartition(" ")
    return f"{HIGHWAY_FORMS[kind]} {number}" if kind in HIGHWAY_FORMS else street
