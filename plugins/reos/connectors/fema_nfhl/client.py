"""FEMA's flood hazard layer as a connector: the polygons at a property's point, and the date of the map they are on."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reos.connectors.arcgis import ArcGisLayer, Attributes, at_point
from reos.connectors.contract import LookupRequest, LookupResult, PropertyFacts, Record, digest, free_call
from reos.connectors.egress import Egress, EgressPolicy
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderUnavailableError,
    RateLimitedError,
    SchemaDriftError,
)
from reos.connectors.fema_nfhl.settings import AVAILABILITY, PANEL_FIELDS, PANELS, SPEC, ZONE_FIELDS, ZONES
from reos.connectors.fema_nfhl.zones import flood_facts, newest_panel, worst_first
from reos.connectors.guard import Destination
from reos.core.clock import Clock
from reos.core.logging import get_logger
from reos.core.money import MicroUsd

log = get_logger(__name__)

_FREE = MicroUsd(0)
_OK = 200


class FemaNfhl:
    """The National Flood Hazard Layer at `base_url`, which ends in `NFHL/MapServer`."""

    spec = SPEC

    def __init__(self, egress: Egress, base_url: str, clock: Clock) -> None:
        self._clock = clock
        base = base_url.rstrip("/")
        policy = EgressPolicy(SPEC.provider, (Destination.below(base),), max_bytes=2_000_000, read_s=30, attempt_s=30)
        self._zones, self._panels, self._availability = (
            ArcGisLayer(egress, policy, f"{base}/{number}") for number in (ZONES, PANELS, AVAILABILITY)
        )

    def refusal(self, request: LookupRequest) -> str | None:
        """Return `no_point`, or None when the property's place is known."""
        return "no_point" if request.latitude is None or request.longitude is None else None

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """One point a call."""
        return [[request] for request in requests]

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Ask for the one point of `batch`. A point off all maps is a record too, with no features."""
        (request,) = batch
        started, called_at = time.monotonic(), self._clock.now()
        request_hash = digest([SPEC.provider, SPEC.dataset, request.longitude, request.latitude])
        result, error = LookupResult(), None
        try:
            body = await self._ask(request)
            result.records.append(self._record(request, body, request_hash, called_at))
            error = result.records[0].error
        except ConnectorError as failure:
            error = failure
            result.failed[request.property_id] = failure
        call = free_call(
            *(SPEC, result, error, request_hash),
            called_at=called_at,
            started=started,
            property_id=request.property_id,
        )
        result.calls.append(call)
        return result

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:  # noqa: ARG002 - the contract
        """Parse a landed answer again; raises `SchemaDriftError`."""
        return flood_facts(body)

    async def _ask(self, request: LookupRequest) -> dict[str, Any]:
        longitude, latitude = float(request.longitude or 0), float(request.latitude or 0)
        point = at_point(longitude, latitude)
        polygons = await _rows(self._zones, point, ZONE_FIELDS)
        body: dict[str, Any] = {"point": [longitude, latitude], "features": worst_first(polygons)}
        try:
            if polygons:
                return body | {"panel": newest_panel(await _rows(self._panels, point, PANEL_FIELDS))}
            answer = await self._availability.ask({**point, "returnCountOnly": "true", "f": "json"})
            return body | {"availability": answer.get("count")}
        except (ProviderUnavailableError, RateLimitedError) as down:
            # The zone is the answer; its date is worth having, and not worth losing the zone for a slow layer.
            log.warning("fema_second_layer_unavailable", property_id=str(request.property_id), kind=down.kind)
            return body

    @staticmethod
    def _record(request: LookupRequest, body: Mapping[str, Any], request_hash: bytes, fetched_at: datetime) -> Record:
        facts, error = None, None
        try:
            facts = flood_facts(body)
        except SchemaDriftError as drift:
            if drift.provider_wide:
                raise
            error = drift
        return Record(request.property_id, body, facts, fetched_at, request_hash, _OK, _FREE, error)


async def _rows(layer: ArcGisLayer, point: Mapping[str, str], fields: Sequence[str]) -> list[Attributes]:
    """Ask for `fields`; "Failed to execute query." is also the answer to a field that is gone, so then it is named."""
    try:
        return (await layer.select(point, ",".join(fields))).rows
    except InvalidRequestError as refused:
        if refused.http_status == _OK:
            gone = sorted(set(fields) - layer.column_types(await layer.describe()).keys())
            if gone:
                raise layer.drift(f"has no field {', '.join(gone)} any more") from None
        raise
