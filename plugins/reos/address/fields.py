"""The fields that one-line text is cut into, whoever cuts it."""

from typing import NamedTuple

from reos.address.confidence import Reading


class Fields(NamedTuple):
    """The text cut into fields (cleaned words); `leftover` is what no field could take.

    `repeated`: the text holds more than one address, so it was not cut at all. `doubtful`: the cut may be elsewhere.
    """

    line: str = ""
    unit: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    leftover: str = ""
    foreign: bool = False
    repeated: bool = False
    doubtful: bool = False
    reading: Reading = Reading.FIELDS
