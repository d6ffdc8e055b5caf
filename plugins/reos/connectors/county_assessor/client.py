"""The county assessor as a connector: many parcels of one county in one query, or one parcel by its point."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reos.connectors.contract import (
    LookupRequest,
    LookupResult,
    PropertyFacts,
    Record,
    digest,
    free_call,
)
from reos.connectors.county_assessor.arcgis_county import ArcGisCounty
from reos.connectors.county_assessor.driver import Driver, Row
from reos.connectors.county_assessor.field_map import County
from reos.connectors.county_assessor.mapping import parcel_facts, parcel_number
from reos.connectors.county_assessor.settings import SPEC
from reos.connectors.county_assessor.socrata_county import SocrataCounty
from reos.connectors.egress import Egress
from reos.connectors.errors import ConnectorError, SchemaDriftError
from reos.core.clock import Clock
from reos.core.money import MicroUsd

_FREE = MicroUsd(0)
_OK = 200


class CountyAssessor:
    """Counties with a known address, by FIPS code; `base_url` replaces their public addresses when set."""

    spec = SPEC

    def __init__(
        self,
        egress: Egress,
        counties: Mapping[str, County],
        base_url: str | None,
        clock: Clock,
        socrata_token: str | None = None,
    ) -> None:
        self._clock = clock
        self._counties = counties
        self._drivers: dict[str, Driver] = {}
        for fips, county in counties.items():
            address = county.address(base_url)
            if address and county.driver == "arcgis":
                self._drivers[fips] = ArcGisCounty.at_url(egress, county, address)
            elif address:
                self._drivers[fips] = SocrataCounty(egress, county, address, clock, socrata_token)

    def refusal(self, request: LookupRequest) -> str | None:
        """Return `no_apn`, `county_not_covered` or `apn_not_of_county`, or None when we can ask about the property."""
        fips = request.county_fips
        if fips is None:
            return "no_apn"
        if request.apn is None:
            by_point = fips in self._drivers and self._counties[fips].polygons
            placed = request.latitude is not None and request.longitude is not None
            return None if by_point and placed else "no_apn"
        if fips not in self._drivers:
            return "county_not_covered"
        return "apn_not_of_county" if self._apn(request) is None else None

    def fills(self, request: LookupRequest) -> frozenset[str]:
        """Return the facts that the county of a property can give; none for a county that is not covered."""
        fips = request.county_fips
        return self._counties[fips].facts if fips in self._drivers and fips is not None else frozenset()

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """Split by county, and within it into queries as large as its driver takes; a point is a query of its own."""
        points = [[request] for request in requests if request.apn is None]
        by_county: dict[str, list[LookupRequest]] = defaultdict(list)
        for request in requests:
            if request.apn is not None:
                by_county[str(request.county_fips)].append(request)
        sizes = {fips: self._drivers[fips].most if fips in self._drivers else SPEC.batch_size for fips in by_county}
        return points + [
            group[start : start + sizes[fips]]
            for fips, group in by_county.items()
            for start in range(0, len(group), sizes[fips])
        ]

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Query one county for the parcels of `batch`, as `batches` made it."""
        county = self._counties[str(batch[0].county_fips)]
        started, called_at = time.monotonic(), self._clock.now()
        request_hash = digest([SPEC.provider, county.fips, *self._question(batch)])
        try:
            found = await self._find(county, batch)
            result = _result(county, batch, found, request_hash, called_at)
            error = None
        except ConnectorError as failure:
            result, error = LookupResult(failed={request.property_id: failure for request in batch}), failure
        one = batch[0].property_id if batch[0].apn is None else None
        call = free_call(*(SPEC, result, error, request_hash), called_at=called_at, started=started, property_id=one)
        result.calls.append(call)
        return result

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:
        """Parse a landed row again; raises `SchemaDriftError`."""
        return parcel_facts(self._counties[str(extra["county_fips"])], body)

    def _apn(self, request: LookupRequest) -> str | None:
        return parcel_number(self._counties[str(request.county_fips)], request.apn)

    def _question(self, batch: Sequence[LookupRequest]) -> list[object]:
        if batch[0].apn is None:
            return [batch[0].longitude, batch[0].latitude]
        return [sorted({str(self._apn(request)) for request in batch})]

    async def _find(self, county: County, batch: Sequence[LookupRequest]) -> list[Row | None]:
        """Return for each request of the batch its parcel's row, None where the county has none."""
        driver, first = self._drivers[county.fips], batch[0]
        if first.apn is None:
            rows = await driver.at(float(first.longitude or 0), float(first.latitude or 0))
            numbers = {parcel_number(county, row.get(county.apn.column)) for row in rows}
            # Between two parcels, either would be a guess; a feature without a number is no parcel.
            return [rows[0] if len(numbers) == 1 and None not in numbers else None]
        by_number: dict[str | None, Row] = {}
        for row in await driver.by_number(sorted({str(self._apn(request)) for request in batch})):
            by_number.setdefault(parcel_number(county, row.get(county.apn.column)), row)
        return [by_number.get(self._apn(request)) for request in batch]


def _result(
    county: County, batch: Sequence[LookupRequest], found: Sequence[Row | None], request_hash: bytes, at: datetime
) -> LookupResult:
    result = LookupResult()
    for request, row in zip(batch, found, strict=True):
        if row is None:
            result.not_found.append(request.property_id)
        else:
            result.records.append(_record(county, request, row, request_hash, at))
    return result


def _record(county: County, request: LookupRequest, row: Row, request_hash: bytes, fetched_at: datetime) -> Record:
    facts, error = None, None
    try:
        facts = parcel_facts(county, row)
    except SchemaDriftError as drift:
        if drift.provider_wide:
            raise
        error = drift
    return Record(
        property_id=request.property_id,
        body=row,
        facts=facts,
        fetched_at=fetched_at,
        request_hash=request_hash,
        http_status=_OK,
        cost=_FREE,
        error=error,
        extra={"county_fips": county.fips},
    )
