"""Regrid as a connector: one parcel a call by number, address or point, or a query page by page; paid per record."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reos.connectors.contract import LookupRequest, LookupResult, PropertyFacts, digest
from reos.connectors.egress import Egress, EgressPolicy, EgressRequest
from reos.connectors.errors import ConnectorError
from reos.connectors.guard import Destination
from reos.connectors.paid_lookup import Answer, PaidPage, PaidSource, Question, choose, paid_call
from reos.connectors.regrid.envelope import drift, read_document, read_features
from reos.connectors.regrid.mapping import named, news, parcel_facts, stored
from reos.connectors.regrid.place import search_path
from reos.connectors.regrid.query import check_query
from reos.connectors.regrid.settings import OPTIONS, PROVIDER, SPEC
from reos.connectors.regrid.usage import Usage, read_usage
from reos.connectors.retry import RetryRule
from reos.core.clock import Clock


class Regrid:
    """Regrid's API below `base_url` (which ends in `/api/v2`), with our token."""

    spec = SPEC

    def __init__(self, egress: Egress, base_url: str, token: str, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock
        self._url = base_url.rstrip("/")
        self._token = token
        self._policy = EgressPolicy(
            PROVIDER,
            (Destination.below(self._url),),
            secrets=(token,),
            retry=RetryRule(attempts=3, max_total_s=45),
            bills_answers=True,
        )
        self._free_policy = replace(self._policy, bills_answers=False)
        self._source = PaidSource(SPEC, clock, self._fetch, parcel_facts, news)

    def refusal(self, request: LookupRequest) -> str | None:
        """Return `no_apn_address_or_point`, or None when there is something to ask by."""
        return None if _questions(request) else "no_apn_address_or_point"

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """One parcel a call."""
        return [[request] for request in requests]

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Ask for the one parcel of `batch`: by its number, else by its address and, if unknown so, by its point."""
        (request,) = batch
        return await self._source.lookup(request, _questions(request))

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:  # noqa: ARG002 - the contract
        """Parse a landed feature again; raises `SchemaDriftError`."""
        return parcel_facts(body)

    async def query(
        self, conditions: Mapping[str, str], *, limit: int = 1000, at_most: int, offset_id: int = 0
    ) -> AsyncIterator[PaidPage]:
        """Yield pages of the parcels that satisfy `conditions`, `limit` (1 … 1000) bought a page, from `offset_id` on.

        `conditions` are Regrid's, as in `{"fields[geoid][eq]": "53033", "fields[ll_gisacre][gt]": "2"}`: at most four,
        and no `order`, which it does not allow while paging. Ends with the first page that is not full, or before one
        that could buy more than `at_most` records in all. Raises `InvalidRequestError` before anything is sent, and
        whatever a page fails with; its `billed` says what that page may have cost.
        """
        check_query(conditions, limit)
        left, cursor = at_most, offset_id
        while left >= limit:
            bought = await self._page(conditions, limit, cursor)
            yield bought
            if bought.cursor is None:
                return
            left, cursor = left - len(bought.bodies), bought.cursor

    async def count(self, conditions: Mapping[str, str]) -> int:
        """Return how many parcels satisfy `conditions`; free."""
        check_query(conditions, 1)
        document = await self._document("/parcels/query", {**conditions, "return_count": "true", "count": "true"})
        counted = document.get("count")
        if not isinstance(counted, int) or isinstance(counted, bool):
            raise drift("Regrid's answer has no number `count`.", billed=0)
        return counted

    async def usage(self) -> Usage:
        """Return what has been used of the plan in the present period; free."""
        return read_usage(await self._document("/usage", {}))

    async def _page(self, conditions: Mapping[str, str], limit: int, offset_id: int) -> PaidPage:
        started, called_at = time.monotonic(), self._clock.now()
        question = {"of": "/parcels/query", **conditions, "offset_id": str(offset_id)}
        try:
            found = await self._features(question, limit=limit)
        except ConnectorError as lost:
            lost.billed = limit if lost.billed else 0  # what a lost page held is not known: it may have been full
            raise
        last = found[-1].get("id") if len(found) >= limit else None
        if last is not None and (not isinstance(last, int) or last <= offset_id):
            raise drift("Regrid's features have no growing `id` to page by.", billed=len(found))
        hashed = digest([PROVIDER, SPEC.dataset, {**question, "limit": limit}])
        call = paid_call(
            SPEC, hashed, None, records=len(found), billed=len(found), called_at=called_at, started=started
        )
        return PaidPage([stored(each) for each in found], None, last, call)

    async def _fetch(self, request: LookupRequest, question: Question) -> Answer:
        found = await self._features(question, limit=1)
        answer = choose(SPEC, request, found, named)
        return Answer(stored(answer.body), answer.billed)

    async def _features(self, question: Question, *, limit: int) -> list[dict[str, Any]]:
        """Send one request for parcels; what is billed is what it may return, so `limit` is never left out."""
        params = {key: value for key, value in question.items() if key != "of"} | OPTIONS | {"limit": str(limit)}
        sent = self._request(question["of"], params, most_records=limit)
        return await self._egress.send(self._policy, sent, lambda response: read_features(response, self._policy))

    async def _document(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        policy, free = self._free_policy, self._request(path, params, most_records=0)
        return await self._egress.send(policy, free, lambda response: read_document(response, policy))

    def _request(self, path: str, params: Mapping[str, str], *, most_records: int) -> EgressRequest:
        return EgressRequest(
            "GET", self._url + path, params={**params, "token": self._token}, most_records=most_records
        )


def _questions(request: LookupRequest) -> list[Question]:
    county = search_path(request)
    if request.apn and request.county_fips and county:
        return [{"of": "/parcels/apn", "parcelnumb": request.apn, "path": county}]
    questions: list[Question] = []
    if request.address_line and county and (request.zip5 or request.city):
        questions.append({"of": "/parcels/address", "query": request.one_line, "path": county})
    if request.latitude is not None and request.longitude is not None:
        lat, lon = f"{request.latitude:.6f}", f"{request.longitude:.6f}"
        questions.append({"of": "/parcels/point", "lat": lat, "lon": lon})
    return questions
