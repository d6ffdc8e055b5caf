"""ATTOM's expanded profile as a connector: one property a call, paid per record returned."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reos.connectors.attom.mapping import leaves, profile_facts, undeclared
from reos.connectors.attom.settings import PATH, SPEC
from reos.connectors.contract import LookupRequest, LookupResult, PropertyFacts, ProviderCall, Record, digest
from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderAuthError,
    QuotaError,
    RecordNotFoundError,
    SchemaDriftError,
)
from reos.connectors.guard import Destination
from reos.connectors.retry import RetryRule
from reos.core.clock import Clock
from reos.core.logging import get_logger
from reos.core.money import MicroUsd

log = get_logger(__name__)

_OK, _NOT_FOUND = 200, 404
_NO_MATCH = "successwithoutresult"
_QUOTA_WORDS = ("quota", "limit", "exceed", "expired")

Profile = Mapping[str, Any]


class Attom:
    """ATTOM below `base_url`, with our key. A lost answer is not asked for again: it may have been billed."""

    spec = SPEC

    def __init__(self, egress: Egress, base_url: str, api_key: str, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock
        self._url = base_url.rstrip("/") + PATH
        self._headers = {"apikey": api_key, "Accept": "application/json"}
        self._policy = EgressPolicy(
            SPEC.provider,
            (Destination.below(self._url),),
            secrets=(api_key,),
            max_bytes=2_000_000,
            retry=RetryRule(attempts=3, max_total_s=45),
            bills_answers=True,
        )
        self._reported: set[str] = set()

    def refusal(self, request: LookupRequest) -> str | None:
        """Return `no_apn_or_address`, or None when there is something to ask by."""
        return None if _questions(request) else "no_apn_or_address"

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """One property a call."""
        return [[request] for request in requests]

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Ask for the one property of `batch`; an address with its ZIP code first and, if unknown so, without."""
        (request,) = batch
        calls: list[ProviderCall] = []
        result = LookupResult()
        for question in _questions(request):
            result = await self._ask(request, question)
            calls += result.calls
            if not result.not_found or result.calls[-1].cost:
                break
        result.calls = calls
        return result

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:  # noqa: ARG002 - the contract
        """Parse a landed profile again; raises `SchemaDriftError`."""
        return profile_facts(body)

    async def _ask(self, request: LookupRequest, question: Mapping[str, str]) -> LookupResult:
        started, called_at = time.monotonic(), self._clock.now()
        request_hash = digest([SPEC.provider, SPEC.dataset, question])
        price = SPEC.price(called_at.date())
        result = LookupResult()
        error: ConnectorError | None = None
        try:
            params = {**question, "pagesize": "1"}  # billed per record: never leave the page size to the provider
            sent = EgressRequest("GET", self._url, params=params, headers=self._headers)
            profile = await self._egress.send(self._policy, sent, self._read)
            _check_identity(request, profile)
            result.records.append(self._record(request, profile, request_hash, called_at, price))
            error = result.records[0].error
        except RecordNotFoundError as unknown:
            error = unknown
            result.not_found.append(request.property_id)
        except ConnectorError as failure:
            error = failure
            result.failed[request.property_id] = failure
        billed = len(result.records) or (error.billed if error else 0)
        call = ProviderCall(
            provider=SPEC.provider,
            dataset=SPEC.dataset,
            property_id=request.property_id,
            request_hash=request_hash,
            http_status=_OK if result.records or error is None else error.http_status,
            outcome=error.kind if error else "ok",
            records=len(result.records),
            cost=MicroUsd(billed * price),
            latency_ms=round((time.monotonic() - started) * 1000),
            called_at=called_at,
            error=str(error) if error else None,
        )
        result.calls.append(call)
        return result

    def _record(
        self, request: LookupRequest, profile: Profile, request_hash: bytes, fetched_at: datetime, price: MicroUsd
    ) -> Record:
        facts, error = None, None
        try:
            facts = profile_facts(profile)
        except SchemaDriftError as drift:
            error = drift
        news = undeclared(leaves(profile)) - self._reported
        if news:
            self._reported |= news
            log.warning("attom_fields_undeclared", fields=sorted(news))
        return Record(
            property_id=request.property_id,
            body=profile,
            facts=facts,
            fetched_at=fetched_at,
            request_hash=request_hash,
            http_status=_OK,
            cost=price,
            error=error,
        )

    def _read(self, response: EgressResponse) -> Profile:
        document = response.json(self._policy) if response.status == _OK else response.json_or_none()
        envelope = document if isinstance(document, dict) else {}
        status = envelope.get("status")
        status = status if isinstance(status, dict) else {}
        message = str(status.get("msg") or "")
        if message.lower() == _NO_MATCH or (response.status == _OK and status.get("total") == 0):
            raise RecordNotFoundError(
                "ATTOM knows no such property.", provider=SPEC.provider, http_status=response.status
            )
        if response.status != _OK:
            raise _refused(response.status, message)
        found = envelope.get("property")
        if not isinstance(found, list) or not found or not isinstance(found[0], dict):
            raise SchemaDriftError(
                "ATTOM's answer has no list `property` with an object.",
                provider=SPEC.provider,
                http_status=response.status,
                billed=1,
                remedy="Compare an answer with the README of this connector.",
            )
        return found[0]


def _questions(request: LookupRequest) -> list[dict[str, str]]:
    if request.apn and request.county_fips:
        return [{"fips": request.county_fips, "apn": request.apn}]
    if not (request.address_line and request.city and request.state):
        return []
    place = f"{request.city}, {request.state}"
    places = [f"{place} {request.zip5}", place] if request.zip5 else [place]
    return [{"address1": request.address_line, "address2": each} for each in places]


def _check_identity(request: LookupRequest, profile: Profile) -> None:
    """Raise `RecordNotFoundError` (billed) when the answer is about another place: landing it would be a lie."""
    found = leaves(profile)
    by_parcel = bool(request.apn and request.county_fips)
    asked, path = (request.county_fips, "identifier.fips") if by_parcel else (request.zip5, "address.postal1")
    got = found.get(path)
    if asked and got and str(got) != asked:
        raise RecordNotFoundError(
            f"ATTOM answered about another place ({path} {got} instead of {asked}).",
            provider=SPEC.provider,
            http_status=_OK,
            billed=1,
        )


def _refused(status: int, message: str) -> ConnectorError:
    detail = f"ATTOM refuses the request (HTTP {status}{': ' + message if message else ''})."
    if status == 402 or (status == 403 and any(word in message.lower() for word in _QUOTA_WORDS)):  # noqa: PLR2004
        remedy = "Ask ATTOM for more volume, or wait for the next period."
        return QuotaError(detail, provider=SPEC.provider, http_status=status, remedy=remedy)
    if status in {401, 403}:
        remedy = "Check REOS_ATTOM_API_KEY and what the contract covers."
        return ProviderAuthError(detail, provider=SPEC.provider, http_status=status, remedy=remedy)
    remedy = "Check REOS_ATTOM_BASE_URL." if status == _NOT_FOUND else "Compare the request with ATTOM's reference."
    return InvalidRequestError(detail, provider=SPEC.provider, http_status=status, remedy=remedy)
