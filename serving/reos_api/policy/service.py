"""From a request about policy to its answer: pages of decisions, one decision explained, caps set."""

from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from reos.core.errors import InvalidInputError, NotFoundError
from reos.db.connection import Connection
from reos.policy import replay
from reos.policy.caps import Cap, set_cap
from reos.policy.kernel import current_rules
from reos.policy.price_book import price_book
from reos.policy.ruleset import Rule, RuleSet
from reos_api.dependencies import Caller
from reos_api.paging import decode_moment, moment_page_body
from reos_api.policy import queries
from reos_api.policy.schemas import (
    BudgetChange,
    CostFilters,
    DecisionFilters,
    Period,
    PolicyDecisionDetail,
    PolicyRule,
    PolicyRuleList,
    PriceList,
    PriceRow,
)
from reos_api.reads import TenantReads
from reos_api.services import Services
from reos_api.writes import respond_once

UNKNOWN = "There is no such decision."
_ORDER = "decided_at"
_DAYS = 30
_MOST_DAYS = 366


async def decisions(reads: TenantReads, filters: DecisionFilters) -> bytes:
    """Return one page of decisions, newest first, as JSON bytes."""
    row = await reads.row(queries.decisions(filters, decode_moment(filters.cursor, _ORDER)))
    return moment_page_body(row, _ORDER)


async def explain(app: Services, who: Caller, decision_id: UUID) -> bytes:
    """Return one decision with its rules and what deciding it again gives, as JSON bytes."""
    found = await app.pools.write(who.tenant_id, lambda conn: _explained(conn, decision_id))
    return found.model_dump_json().encode()


def rules() -> bytes:
    """Return the rules in force as JSON bytes."""
    known = current_rules()
    items = [_worded(rule) for rule in known.rules.values()]
    return PolicyRuleList(version=known.version, items=items).model_dump_json().encode()


def prices(today: date) -> bytes:
    """Return the price book as JSON bytes."""
    book = price_book()
    items = []
    for price in book.prices:
        in_force = price.effective_from <= today and book.price(price.provider, price.dataset, today) == price
        items.append(PriceRow(**asdict(price), in_force=in_force))
    return PriceList(items=items).model_dump_json().encode()


async def costs(reads: TenantReads, filters: CostFilters, today: date) -> bytes:
    """Return what was spent as JSON bytes; `InvalidInputError` for a span that is none or longer than a year."""
    until = filters.until or today
    since = filters.since or until - timedelta(days=_DAYS - 1)
    if not timedelta(0) <= until - since < timedelta(days=_MOST_DAYS):
        raise InvalidInputError(f"From {since} to {until} is no span of 1 to {_MOST_DAYS} days.")
    return await reads.document(queries.costs(since, until), "")


async def set_budget(
    app: Services, who: Caller, provider: str, period: Period, change: BudgetChange, key: str | None
) -> Response:
    """Set a cap as the caller and answer with it."""

    def work(conn: Connection) -> BaseModel:
        cap = Cap(provider, period.value, change.cap_microusd, change.alert_percents)
        set_cap(conn, who.tenant_id, cap, user_id=who.user_id)
        return change

    return await respond_once(app, who, key, change, f"set_budget/{provider}/{period}", work)


def _explained(conn: Connection, decision_id: UUID) -> PolicyDecisionDetail:
    try:
        (stored,) = replay.chosen(conn, [decision_id])
    except NotFoundError as error:
        raise NotFoundError(UNKNOWN) from error
    kept = replay.kept_rules(conn, [stored.version])
    (then,), (now,) = replay.replay([stored], kept), replay.diff([stored], current_rules())
    known = {name: value for name, value in stored.row.items() if name not in {"tenant_id", "inputs_hash"}}
    return PolicyDecisionDetail(
        **known,
        inputs_hash=bytes(stored.row["inputs_hash"]).hex(),
        rules=_decisive(stored, kept.get(stored.version)),
        replay="impossible" if then.now is None else "same" if then.same else "differs",
        now="undecidable" if now.now is None else "permit" if now.now[0] else "refuse",
    )


def _decisive(stored: replay.Stored, kept: RuleSet | None) -> list[PolicyRule]:
    words = kept.rules if kept else {}
    return [_worded(words[policy_id]) for policy_id in stored.row["policy_ids"] if policy_id in words]


def _worded(rule: Rule) -> PolicyRule:
    return PolicyRule.model_validate(asdict(rule))
