"""Asking a source that bills each record it returns: one property a call, each call and its cost into the ledger."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reos.connectors.contract import (
    ConnectorSpec,
    LookupRequest,
    LookupResult,
    PropertyFacts,
    ProviderCall,
    Record,
    digest,
)
from reos.connectors.errors import ConnectorError, RecordNotFoundError, SchemaDriftError
from reos.connectors.identity import Named, contradiction
from reos.core.clock import Clock
from reos.core.logging import get_logger
from reos.core.money import MicroUsd

log = get_logger(__name__)

_OK = 200

Body = Mapping[str, Any]
Question = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """The record that an answer holds about the property, and how many records it was billed for."""

    body: Body
    billed: int = 1


@dataclass(frozen=True)
class PaidPage:
    """One page of an area search: the records as they came, how many there are in all (None: not said), the call.

    `cursor` is where the next page starts, None after the last one.
    """

    bodies: list[Body]
    total: int | None
    cursor: int | None
    call: ProviderCall


@dataclass(frozen=True)
class PaidSource:
    """How one source is asked: `fetch` sends a question (raises `ConnectorError`), `read` parses a record's body.

    `undeclared` names the fields of a body that the connector neither reads nor ignores; each is logged once.
    """

    spec: ConnectorSpec
    clock: Clock
    fetch: Callable[[LookupRequest, Question], Awaitable[Answer]]
    read: Callable[[Body], PropertyFacts]
    undeclared: Callable[[Body], frozenset[str]] = lambda _body: frozenset()
    reported: set[str] = field(default_factory=set)

    async def lookup(self, request: LookupRequest, questions: Iterable[Question]) -> LookupResult:
        """Ask one question after the other until one is answered; none is asked after one that cost something."""
        result = LookupResult()
        calls: list[ProviderCall] = []
        for question in questions:
            result = await self._ask(request, question)
            calls += result.calls
            if not result.not_found or calls[-1].cost:
                break
        result.calls = calls
        return result

    async def _ask(self, request: LookupRequest, question: Question) -> LookupResult:
        started, called_at = time.monotonic(), self.clock.now()
        request_hash = digest([self.spec.provider, self.spec.dataset, question])
        result = LookupResult()
        billed, error = 0, None
        try:
            answer = await self.fetch(request, question)
            billed = answer.billed
            result.records.append(self._record(request, answer, request_hash, called_at))
            error = result.records[0].error
        except ConnectorError as failure:
            billed, error = failure.billed, failure
            if isinstance(failure, RecordNotFoundError):
                result.not_found.append(request.property_id)
            else:
                result.failed[request.property_id] = failure
        result.calls.append(
            paid_call(
                self.spec,
                request_hash,
                error,
                records=len(result.records),
                billed=billed,
                called_at=called_at,
                started=started,
                request=request,
            )
        )
        return result

    def _record(self, request: LookupRequest, answer: Answer, request_hash: bytes, fetched_at: datetime) -> Record:
        facts, error = None, None
        try:
            self._report(answer.body)
            facts = self.read(answer.body)
        except SchemaDriftError as drift:
            error = drift
        return Record(
            property_id=request.property_id,
            body=answer.body,
            facts=facts,
            fetched_at=fetched_at,
            request_hash=request_hash,
            http_status=_OK,
            cost=_cost(self.spec, answer.billed, fetched_at),
            error=error,
        )

    def _report(self, body: Body) -> None:
        news = self.undeclared(body) - self.reported
        if news:
            self.reported.update(news)
            log.warning("fields_undeclared", source=self.spec.source, fields=sorted(news))


def choose(
    spec: ConnectorSpec, request: LookupRequest, bodies: Sequence[Body], named: Callable[[Body], Named]
) -> Answer:
    """Return the first of an answer's records that is about the property asked about.

    One whose identity cannot be read is taken, to be kept with the error that reading it gives. Raises
    `RecordNotFoundError` when all are about others, and `SchemaDriftError` for a record that says nothing about itself;
    both are billed for all of the records.
    """
    others: list[str] = []
    for body in bodies:
        try:
            who = named(body)
        except SchemaDriftError:
            return Answer(body, len(bodies))
        if who.silent:
            raise SchemaDriftError(
                f"A record of {spec.label} ({spec.dataset}) does not say what it is about.",
                provider=spec.provider,
                http_status=_OK,
                billed=len(bodies),
                remedy="Compare an answer with the connector's field map.",
            )
        other = contradiction(request, who)
        if other is None:
            return Answer(body, len(bodies))
        others.append(other)
    reason = f"answered about another place ({others[0]})" if others else "knows no such property"
    raise RecordNotFoundError(f"{spec.label} {reason}.", provider=spec.provider, http_status=_OK, billed=len(bodies))


def paid_call(
    spec: ConnectorSpec,
    request_hash: bytes,
    error: ConnectorError | None,
    *,
    records: int,
    billed: int,
    called_at: datetime,
    started: float,
    request: LookupRequest | None = None,
) -> ProviderCall:
    """Return the ledger's entry of a call billed for `billed` records, begun at the monotonic second `started`."""
    return ProviderCall(
        provider=spec.provider,
        dataset=spec.dataset,
        property_id=request.property_id if request else None,
        request_hash=request_hash,
        http_status=_OK if records or error is None else error.http_status,
        outcome=error.kind if error else "ok",
        records=records,
        cost=_cost(spec, billed, called_at),
        latency_ms=round((time.monotonic() - started) * 1000),
        called_at=called_at,
        error=str(error) if error else None,
    )


def _cost(spec: ConnectorSpec, billed: int, at: datetime) -> MicroUsd:
    return MicroUsd(billed * spec.price(at.date()))
