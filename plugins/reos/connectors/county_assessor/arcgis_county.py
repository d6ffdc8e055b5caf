"""The ArcGIS driver: a county's parcel layer, and which of its columns is gone when it refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reos.connectors.arcgis import ArcGisLayer, at_point, quoted
from reos.connectors.county_assessor.driver import Row
from reos.connectors.county_assessor.field_map import County
from reos.connectors.county_assessor.mapping import check_columns
from reos.connectors.county_assessor.settings import SPEC
from reos.connectors.egress import Egress, EgressPolicy
from reos.connectors.errors import InvalidRequestError
from reos.connectors.guard import Destination
from reos.core.logging import get_logger

log = get_logger(__name__)

_OK = 200


@dataclass(frozen=True)
class ArcGisCounty:
    """The parcel layer of `county`."""

    county: County
    layer: ArcGisLayer
    most: int = SPEC.batch_size

    @classmethod
    def at_url(cls, egress: Egress, county: County, url: str) -> "ArcGisCounty":
        """Return the driver of the layer at `url`, which alone it may call."""
        return cls(county, ArcGisLayer(egress, EgressPolicy(SPEC.provider, (Destination.below(url),)), url))

    async def by_number(self, numbers: Sequence[str]) -> list[Row]:
        """Return the parcels' features, in the order of their object ids."""
        apn = self.county.apn
        values = ", ".join(numbers) if apn.numeric else quoted(numbers)
        return await self._select({"where": f"{apn.column} IN ({values})"})

    async def at(self, longitude: float, latitude: float) -> list[Row]:
        """Return the features that cover the point."""
        return await self._select(at_point(longitude, latitude))

    async def _select(self, condition: Mapping[str, str]) -> list[Row]:
        try:
            found = await self.layer.select(condition)
        except InvalidRequestError as refused:
            # Servers answer 400 "Unable to complete operation." to a column that is gone; the description tells which.
            if refused.http_status == _OK:
                check_columns(self.county, self.layer.column_types(await self.layer.describe()))
            raise
        undeclared = check_columns(self.county, found.columns) if found.columns else frozenset()
        if undeclared:
            log.warning("county_columns_undeclared", county=self.county.fips, columns=sorted(undeclared))
        return sorted(found.rows, key=self._object_id)

    def _object_id(self, row: Row) -> float:
        found = row.get(self.county.object_id or "")
        if self.county.apn.column not in row or found is None:
            check_columns(self.county, row)
        if not isinstance(found, int | float):
            raise self.layer.drift(f"has a feature whose {self.county.object_id} is {found!r}")
        return found
