"""ATTOM as a connector: one property a call from any of its datasets, or an area page by page; paid per record."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from reos.connectors.attom.envelope import Found, read_envelope
from reos.connectors.attom.mapping import named, property_facts, undeclared
from reos.connectors.attom.settings import EXPANDED_PROFILE, PROVIDER, Dataset
from reos.connectors.contract import LookupRequest, LookupResult, PropertyFacts, digest
from reos.connectors.egress import Egress, EgressPolicy, EgressRequest
from reos.connectors.errors import ConnectorError, InvalidRequestError, RecordNotFoundError
from reos.connectors.guard import Destination
from reos.connectors.paid_lookup import Answer, PaidPage, PaidSource, Question, choose, paid_call
from reos.connectors.retry import RetryRule
from reos.core.clock import Clock

_MAX_PAGE = 1000
_AREA = frozenset({"postalcode", "latitude", "longitude", "radius", "geoidv4", "propertytype", "orderby"})


class Attom:
    """One dataset of ATTOM below `base_url`, with our key. A lost answer is not asked for again: it may be billed."""

    def __init__(
        self, egress: Egress, base_url: str, api_key: str, clock: Clock, dataset: Dataset = EXPANDED_PROFILE
    ) -> None:
        self.spec = dataset.spec
        self._egress = egress
        self._clock = clock
        self._dataset = dataset
        self._url = base_url.rstrip("/") + dataset.path
        self._headers = {"apikey": api_key, "Accept": "application/json"}
        self._policy = EgressPolicy(
            PROVIDER,
            (Destination.below(self._url),),
            secrets=(api_key,),
            retry=RetryRule(attempts=3, max_total_s=45),
            bills_answers=True,
        )
        self._source = PaidSource(
            dataset.spec, clock, self._fetch, lambda body: property_facts(dataset, body), undeclared
        )

    def refusal(self, request: LookupRequest) -> str | None:
        """Return `no_apn_or_address`, or None when there is something to ask by."""
        return None if _questions(request) else "no_apn_or_address"

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """One property a call."""
        return [[request] for request in requests]

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Ask for the one property of `batch`; an address with its ZIP code first and, if unknown so, without."""
        (request,) = batch
        return await self._source.lookup(request, _questions(request))

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:  # noqa: ARG002 - the contract
        """Parse a landed record again; raises `SchemaDriftError`."""
        return property_facts(self._dataset, body)

    async def area(
        self, area: Mapping[str, str], *, page_size: int = 200, at_most: int, page: int = 1
    ) -> AsyncIterator[PaidPage]:
        """Yield pages of the records in an area, from `page` on: `page_size` (1 … 1000) records each are bought.

        `area` is ATTOM's: `postalcode`, or `latitude`, `longitude` and `radius` in miles, or `geoIdV4`; `propertytype`.
        Ends after the last page, or before a page that could buy more than `at_most` records in all. An area without
        a match is one free page without records. Raises `InvalidRequestError` before anything is sent, and whatever a
        page fails with; its `billed` says what that page has cost.
        """
        unknown = sorted(key for key in area if key.lower() not in _AREA)
        if unknown or not area or not 1 <= page_size <= _MAX_PAGE or page < 1:
            raise InvalidRequestError(
                f"ATTOM is not asked for an area by {dict(area)}, {page_size} records a page, from page {page}.",
                provider=PROVIDER,
                remedy=f"Give one or more of {', '.join(sorted(_AREA))}, and 1 to {_MAX_PAGE} records a page.",
            )
        left, cursor = at_most, page
        while cursor and left >= page_size:
            bought = await self._page(area, page_size, cursor)
            yield bought
            left -= len(bought.bodies)
            cursor = bought.cursor or 0

    async def _page(self, area: Mapping[str, str], page_size: int, page: int) -> PaidPage:
        started, called_at = time.monotonic(), self._clock.now()
        question = {**area, "page": str(page), "pagesize": str(page_size)}
        error = None
        try:
            found = await self._send(question, most_records=page_size)
        except RecordNotFoundError as nothing:
            found, error = Found([], 0), nothing
        except ConnectorError as lost:
            lost.billed = page_size if lost.billed else 0  # what a lost page held is not known: it may have been full
            raise
        request_hash = digest([PROVIDER, self.spec.dataset, question])
        count = len(found.properties)
        call = paid_call(
            self.spec, request_hash, error, records=count, billed=count, called_at=called_at, started=started
        )
        more = bool(found.properties) and page * page_size < found.total
        return PaidPage(list(found.properties), found.total, page + 1 if more else None, call)

    async def _send(self, params: Mapping[str, str], *, most_records: int = 1) -> Found:
        sent = EgressRequest("GET", self._url, params=params, headers=self._headers, most_records=most_records)
        return await self._egress.send(self._policy, sent, lambda response: read_envelope(response, self._policy))

    async def _fetch(self, request: LookupRequest, question: Question) -> Answer:
        # Billed per record: the page size is never left to the provider.
        found = await self._send({**question, "pagesize": "1"})
        return choose(self.spec, request, found.properties, named)


def _questions(request: LookupRequest) -> list[Question]:
    if request.apn and request.county_fips:
        return [{"fips": request.county_fips, "apn": request.apn}]
    if not (request.address_line and request.city and request.state):
        return []
    place = f"{request.city}, {request.state}"
    places = [f"{place} {request.zip5}", place] if request.zip5 else [place]
    return [{"address1": request.address_line, "address2": each} for each in places]
