"""What asks one county: by parcel numbers, and by point where the county's data have shapes."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Row = Mapping[str, Any]


class Driver(Protocol):
    """One county's data. Both methods raise `ConnectorError`."""

    @property
    def most(self) -> int:
        """How many parcels one query takes."""
        ...

    async def by_number(self, numbers: Sequence[str]) -> list[Row]:
        """Return the rows of parcels, given by their numbers as the county writes them; a parcel's best row first."""
        ...

    async def at(self, longitude: float, latitude: float) -> list[Row]:
        """Return the rows of the parcels that cover a point (WGS 84 degrees)."""
        ...
