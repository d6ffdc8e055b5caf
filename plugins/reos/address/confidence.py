"""How far a reading can be trusted: one documented figure, the same for the same input.

It starts from the way the text was cut and falls with everything that the text did not state itself. It orders readings
(what a person should look at first); it does not decide: `Address.is_valid` does.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType


class Reading(StrEnum):
    """How the text was cut into fields."""

    NONE = "none"  # it was not cut: nothing in it could be read
    FIELDS = "fields"  # it arrived in fields
    COMMAS = "commas"  # by its commas, every part being what its place says
    TABLES = "tables"  # by the only cut that the tables allow
    MODEL = "model"  # by usaddress' trained model, and its normal form reads the same again


# Rounded down from the shares that tests/benchmarks/identity_address.py finds right.
_TRUST: Mapping[Reading, float] = MappingProxyType(
    {Reading.NONE: 0.0, Reading.FIELDS: 0.99, Reading.COMMAS: 0.99, Reading.TABLES: 0.98, Reading.MODEL: 0.9}
)
_SUPPLIED = 0.95  # for everything that had to be supplied: a unit's kind, a street's type, a ZIP code
_PROBLEM = 0.5  # for every reason why it may be invalid


def confidence(reading: Reading, supplied: Collection[bool], problems: int) -> float:
    """Return 0 (nothing read) to 0.99, rounded to three places.

    `supplied` holds one flag for every part that may be left out, true where it was; `problems` is their number.
    """
    return round(_TRUST[reading] * _SUPPLIED ** sum(supplied) * _PROBLEM**problems, 3)
