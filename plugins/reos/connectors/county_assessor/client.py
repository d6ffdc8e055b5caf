"""The county assessor as a connector: many parcels of one county in one query, matched back by parcel number."""

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
from reos.connectors.county_assessor.arcgis import ArcGisLayer, Attributes, Features, quoted
from reos.connectors.county_assessor.mapping import check_columns, parcel_facts, parcel_number
from reos.connectors.county_assessor.settings import SPEC, County
from reos.connectors.egress import Egress, EgressPolicy
from reos.connectors.errors import ConnectorError, InvalidRequestError, SchemaDriftError
from reos.connectors.guard import Destination
from reos.core.clock import Clock
from reos.core.logging import get_logger
from reos.core.money import MicroUsd

log = get_logger(__name__)

_FREE = MicroUsd(0)
_OK = 200


class CountyAssessor:
    """Counties with a known layer, by FIPS code; `base_url` replaces their public addresses when set."""

    spec = SPEC

    def __init__(self, egress: Egress, counties: Mapping[str, County], base_url: str | None, clock: Clock) -> None:
        self._clock = clock
        self._counties = counties
        self._layers: dict[str, ArcGisLayer] = {}
        for fips, county in counties.items():
            url = county.layer_url(base_url)
            if url:
                policy = EgressPolicy(SPEC.provider, (Destination.below(url),))
                self._layers[fips] = ArcGisLayer(egress, policy, url)

    def refusal(self, request: LookupRequest) -> str | None:
        """Return `no_apn`, `county_not_covered` or `apn_not_of_county`, or None when we can ask about the property."""
        if request.apn is None or request.county_fips is None:
            return "no_apn"
        if request.county_fips not in self._layers:
            return "county_not_covered"
        return "apn_not_of_county" if self._apn(request) is None else None

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """Split by county, and within it into queries of at most 200 parcels."""
        by_county: dict[str, list[LookupRequest]] = defaultdict(list)
        for request in requests:
            by_county[str(request.county_fips)].append(request)
        size = SPEC.batch_size
        return [group[start : start + size] for group in by_county.values() for start in range(0, len(group), size)]

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Query one county for the parcels of `batch` (one county, at most 200)."""
        fips = str(batch[0].county_fips)
        numbers = sorted({str(self._apn(request)) for request in batch})
        started, called_at = time.monotonic(), self._clock.now()
        request_hash = digest([SPEC.provider, fips, numbers])
        try:
            found = await self._query(fips, numbers)
            result = self._match(batch, found, request_hash, called_at)
            error = None
        except ConnectorError as failure:
            result, error = LookupResult(failed={request.property_id: failure for request in batch}), failure
        result.calls.append(free_call(SPEC, result, error, request_hash, called_at=called_at, started=started))
        return result

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:
        """Parse landed attributes again; raises `SchemaDriftError`."""
        return parcel_facts(self._counties[str(extra["county_fips"])], body)

    def _apn(self, request: LookupRequest) -> str | None:
        return parcel_number(self._counties[str(request.county_fips)], request.apn)

    async def _query(self, fips: str, numbers: Sequence[str]) -> Features:
        county, layer = self._counties[fips], self._layers[fips]
        where = f"{county.apn.column} IN ({quoted(numbers)})"
        try:
            found = await layer.query(where, county.object_id)
        except InvalidRequestError as refused:
            # Servers answer 400 "Unable to complete operation." to a column that is gone; the description tells which.
            if refused.http_status == _OK:
                check_columns(county, await layer.columns())
            raise
        undeclared = check_columns(county, found.columns) if found.columns else frozenset()
        if undeclared:
            log.warning("county_columns_undeclared", county=fips, columns=sorted(undeclared))
        return found

    def _match(
        self, batch: Sequence[LookupRequest], found: Features, request_hash: bytes, fetched_at: datetime
    ) -> LookupResult:
        county = self._counties[str(batch[0].county_fips)]
        by_number: dict[str | None, Attributes] = {}
        for row in found.rows:  # several features for one parcel (stacked, split): the lowest object id stands for it
            by_number.setdefault(parcel_number(county, row.get(county.apn.column)), row)
        result = LookupResult()
        for request in batch:
            number = self._apn(request)
            if number in by_number:
                result.records.append(_record(county, request, by_number[number], request_hash, fetched_at))
            else:
                result.not_found.append(request.property_id)
        return result


def _record(
    county: County, request: LookupRequest, row: Attributes, request_hash: bytes, fetched_at: datetime
) -> Record:
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
