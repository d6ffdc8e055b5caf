"""Zillow's Bridge as a connector: the estimate of one home a call, by its address or, without one, by its point.

An answer is a list of homes, the units of a house among them; only one about the home that was asked about is taken.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reos.connectors.contract import LookupRequest, LookupResult, PropertyFacts
from reos.connectors.distance import metres_between
from reos.connectors.egress import Egress, EgressPolicy, EgressRequest
from reos.connectors.errors import RecordNotFoundError
from reos.connectors.guard import Destination
from reos.connectors.paid_lookup import Answer, Body, PaidSource, Question, choose
from reos.connectors.retry import RetryRule
from reos.connectors.zillow_bridge.envelope import read_bundle
from reos.connectors.zillow_bridge.mapping import age_order, estimate_facts, named, news, of_unit, point
from reos.connectors.zillow_bridge.settings import PATH, SPEC
from reos.core.clock import Clock

_NEAR_M = 25.0  # within a lot; the next house is farther
_MOST = "10"  # homes an answer may hold: the units of a house are entries of their own


class ZillowBridge:
    """Bridge below `base_url` (which ends in `/api/v2`), with our token: without Zillow's approval there is none."""

    spec = SPEC

    def __init__(self, egress: Egress, base_url: str, token: str, clock: Clock) -> None:
        self._egress = egress
        self._url = base_url.rstrip("/") + PATH
        self._token = token
        self._policy = EgressPolicy(
            SPEC.provider,
            (Destination.below(self._url),),
            secrets=(token,),
            max_bytes=2_000_000,
            retry=RetryRule(attempts=3, max_total_s=45),
        )
        self._source = PaidSource(SPEC, clock, self._fetch, estimate_facts, news)

    def refusal(self, request: LookupRequest) -> str | None:
        """Return `no_address_or_point`, or None when there is something to ask by."""
        return None if questions(request) else "no_address_or_point"

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """One home a call."""
        return [[request] for request in requests]

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Ask for the one home of `batch`."""
        (request,) = batch
        return await self._source.lookup(request, questions(request))

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:  # noqa: ARG002 - the contract
        """Parse a landed entry again; raises `SchemaDriftError`."""
        return estimate_facts(body)

    async def by_zpid(self, zpids: Sequence[str]) -> list[Body]:
        """Return the entries of homes that Zillow knows by these numbers, as they come; raises `ConnectorError`."""
        return await self._bundle({"zpid.in": ",".join(zpids), "limit": str(len(zpids))})

    async def _fetch(self, request: LookupRequest, question: Question) -> Answer:
        found = sorted(await self._bundle(question), key=age_order, reverse=True)
        fitting = [entry for entry in found if of_unit(request, entry)]
        if "near" in question:
            fitting = _at(request, fitting)
        if not fitting:
            raise RecordNotFoundError("Zillow answers about other homes.", provider=SPEC.provider, http_status=200)
        return Answer(choose(SPEC, request, fitting, named).body, billed=0)

    async def _bundle(self, question: Question) -> list[Body]:
        params = {**question, "access_token": self._token}
        sent = EgressRequest("GET", self._url, params=params)
        return await self._egress.send(self._policy, sent, lambda response: [*read_bundle(response, self._policy)])


def questions(request: LookupRequest) -> list[Question]:
    """Return what to ask: the address or, when there is none, what is at the point (longitude comes first)."""
    if request.address_line and (request.zip5 or (request.city and request.state)):
        return [{"address": request.one_line, "limit": _MOST}]
    if request.latitude is not None and request.longitude is not None:
        return [{"near": f"{request.longitude:.6f},{request.latitude:.6f}", "limit": _MOST}]
    return []


def _at(request: LookupRequest, entries: Sequence[Body]) -> list[Body]:
    """Return the nearest entry when it is within a lot of the point, else none."""
    asked = (float(request.latitude or 0), float(request.longitude or 0))
    placed = [(metres_between(place, asked), at) for at, each in enumerate(entries) if (place := point(each))]
    distance, nearest = min(placed, default=(math.inf, -1))
    return [entries[nearest]] if distance <= _NEAR_M else []
