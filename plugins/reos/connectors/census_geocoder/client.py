"""The Census geocoder as a connector: one address by GET, more of them as a file; each gets a point, or none."""

import csv
import io
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reos.connectors.census_geocoder.answers import Body, Reading, parse_batch, parse_one, read
from reos.connectors.census_geocoder.settings import BATCH, BENCHMARK, ONE_LINE, SPEC
from reos.connectors.contract import LookupRequest, LookupResult, PropertyFacts, Record, digest, free_call
from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import ConnectorError, InvalidRequestError, ProviderUnavailableError
from reos.connectors.guard import Destination
from reos.connectors.retry import RetryRule
from reos.core.clock import Clock
from reos.core.money import MicroUsd

_OK = 200
_FREE = MicroUsd(0)


class CensusGeocoder:
    """The geocoder below `base_url`, which ends in `/geocoder`."""

    spec = SPEC

    def __init__(self, egress: Egress, base_url: str, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock
        self._url = base_url.rstrip("/")
        # A file of thousands is worked off before the first line of the answer is sent.
        self._policy = EgressPolicy(
            SPEC.provider,
            (Destination.below(self._url),),
            read_s=240.0,
            attempt_s=300.0,
            retry=RetryRule(attempts=3, max_total_s=300.0),
        )

    def refusal(self, request: LookupRequest) -> str | None:
        """Return `no_address`, or None when there is a street line with a ZIP code or a city and state."""
        return None if request.address_line and (request.zip5 or (request.city and request.state)) else "no_address"

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """Split into files of at most 10,000 addresses."""
        size = SPEC.batch_size
        return [list(requests[start : start + size]) for start in range(0, len(requests), size)]

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Ask about at most 10,000 addresses in one call.

        A record has facts with a point; a tie is a record with facts but no point in them. `not_found` is "no match".
        """
        started, called_at = time.monotonic(), self._clock.now()
        request_hash = digest([SPEC.provider, BENCHMARK, sorted(each.one_line for each in batch)])
        error: ConnectorError | None = None
        try:
            bodies = await (self._ask_one(batch[0]) if len(batch) == 1 else self._ask_many(batch))
            result = _result(batch, bodies, called_at)
        except ConnectorError as failure:
            result, error = LookupResult(failed={request.property_id: failure for request in batch}), failure
        asked = batch[0].property_id if len(batch) == 1 else None
        result.calls.append(
            free_call(SPEC, result, error, request_hash, called_at=called_at, started=started, property_id=asked)
        )
        return result

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:
        """Parse a landed body again; `extra` may hold the `zip5` that was asked for. Raises `SchemaDriftError`."""
        return _facts(read(body, extra.get("zip5")))

    async def _ask_one(self, request: LookupRequest) -> dict[str, Body]:
        params = {"address": request.one_line, "benchmark": BENCHMARK, "format": "json"}
        sent = EgressRequest("GET", self._url + ONE_LINE, params=params)
        return {"1": await self._egress.send(self._policy, sent, self._read_one)}

    async def _ask_many(self, batch: Sequence[LookupRequest]) -> dict[str, Body]:
        ids = [str(number) for number in range(1, len(batch) + 1)]
        file = ("addresses.csv", _file(zip(ids, batch, strict=True)), "text/csv")
        sent = EgressRequest("POST", self._url + BATCH, form={"benchmark": BENCHMARK}, files={"addressFile": file})
        return await self._egress.send(self._policy, sent, lambda response: self._read_many(response, ids))

    def _read_one(self, response: EgressResponse) -> Body:
        _check(response)
        return parse_one(response.json(self._policy))

    @staticmethod
    def _read_many(response: EgressResponse, ids: Sequence[str]) -> dict[str, Body]:
        _check(response)
        found = parse_batch(response.body, ids)
        if not found:
            raise ProviderUnavailableError(
                "The Census geocoder's answer is empty.", provider=SPEC.provider, http_status=_OK
            )
        return found


def _file(rows: Any) -> bytes:  # noqa: ANN401 - pairs of id and request
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for identifier, request in rows:
        writer.writerow((identifier, request.address_line, request.city, request.state, request.zip5))
    return text.getvalue().encode()


def _check(response: EgressResponse) -> None:
    if response.status == _OK:
        return
    told = response.json_or_none()
    errors = told.get("errors") if isinstance(told, dict) else None
    reason = f": {errors[0]}" if isinstance(errors, list) and errors else ""
    raise InvalidRequestError(
        f"The Census geocoder refuses the request (HTTP {response.status}{str(reason)[:200]}).",
        provider=SPEC.provider,
        http_status=response.status,
        remedy="Check REOS_CENSUS_BASE_URL and the benchmark's name.",
    )


def _result(batch: Sequence[LookupRequest], bodies: Mapping[str, Body], fetched_at: datetime) -> LookupResult:
    result = LookupResult()
    for number, request in enumerate(batch, start=1):
        body = bodies.get(str(number))
        if body is None:
            lost = "The Census geocoder left the address out of its answer."
            result.failed[request.property_id] = ProviderUnavailableError(lost, provider=SPEC.provider)
            result.failed[request.property_id].provider_wide = False
            continue
        record = _record(request, body, fetched_at)
        if record.error:
            result.failed[request.property_id] = record.error
        elif record.facts is None:
            result.not_found.append(request.property_id)
        else:
            result.records.append(record)
    return result


def _record(request: LookupRequest, body: Body, fetched_at: datetime) -> Record:
    facts: PropertyFacts | None = None
    error, extra = None, {}
    try:
        reading = read(body, request.zip5)
        facts = None if reading.reason == "no_match" else _facts(reading)
        extra = {"reason": reading.reason}
    except ConnectorError as drift:
        error = drift
    return Record(
        property_id=request.property_id,
        body=body,
        facts=facts,
        fetched_at=fetched_at,
        request_hash=question_hash(request),
        http_status=_OK,
        cost=_FREE,
        error=error,
        extra=extra,
    )


def question_hash(request: LookupRequest) -> bytes:
    """Return the hash of what is asked about one property, the same for both ways of asking."""
    return digest([SPEC.provider, BENCHMARK, request.one_line])


def _facts(reading: Reading) -> PropertyFacts:
    found = reading.location
    if found is None:
        return PropertyFacts()
    return PropertyFacts(state=found.state, zip5=found.zip5, latitude=found.latitude, longitude=found.longitude)
