"""Carrying out the steps of a batch's plans: ask all free sources at once, buy from all paid ones group by group.

Providers are called with no transaction open. What a paid provider sold is landed and settled group by group, so that a
crash can lose one group of answers at most, and holds of dead workers are found by `budgets.reap_holds`.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from reos.connectors.contract import LookupResult
from reos.connectors.errors import ConnectorError
from reos.connectors.landing import land, record_calls
from reos.core.money import MicroUsd
from reos.db.connection import tenant_transaction
from reos.pipeline.enrich_plan import Step
from reos.pipeline.enrich_run import Batch, Run, Taken
from reos.pipeline.enrich_state import Landed, standing_among
from reos.policy import budgets

_GROUP = 64  # lookups under one budget hold

Steps = dict[str, dict[UUID, Step]]  # by source and property


def permitted(run: Run, batch: Batch, steps: Steps) -> Steps:
    """Return the steps at sources that policy permits; the others are noted as refused."""
    admitted: Steps = {}
    for source, each in steps.items():
        reason = run.refusal(batch.tenant_id, source)
        if reason is None:
            admitted[source] = each
            continue
        for property_id in each:
            batch.states[property_id].refused[source] = reason
    return admitted


def ask_free(run: Run, batch: Batch, steps: Steps) -> None:
    """Ask several free sources at the same time and land what they say."""
    requests = {source: [batch.states[each].request for each in by_id] for source, by_id in steps.items()}
    for source, result in run.sources.ask(requests).items():
        with tenant_transaction(run.conn, batch.tenant_id):
            _land(run, batch.tenant_id, source, result)
        _note(batch, source, steps[source], result)


def buy(run: Run, batch: Batch, steps: Steps) -> None:
    """Buy records group by group as far as the budgets reach; the first of a provider alone, to try the ground."""
    left = steps
    while left := _standing(run, batch, left):
        groups, grants = {}, {}
        for source, wanted in left.items():
            grant = _hold(run, batch, source, wanted)
            if grant:
                grants[source] = grant
                groups[source] = dict(list(wanted.items())[: grant.units])
        requests = {source: [batch.states[each].request for each in group] for source, group in groups.items()}
        for source, result in (run.sources.ask(requests) if requests else {}).items():
            spent = MicroUsd(sum(call.cost for call in result.calls))
            with tenant_transaction(run.conn, batch.tenant_id):
                _land(run, batch.tenant_id, source, result)
                budgets.settle(run.conn, grants[source].hold_id, spent, at=run.clock.now(), make_id=run.make_id)
            _note(batch, source, groups[source], result)
        left = {source: _rest(left[source], groups[source]) for source in groups}


def refuse(run: Run, batch: Batch, steps: Steps) -> bool:
    """Put what the purse does not pay before the kernel, which records the refusal; tell whether there was any."""
    for source, wanted in steps.items():
        spend = _spend(run, batch.tenant_id, source, len(wanted))
        if spend.grant:  # money has come since the plan was made: the next round plans with it
            with tenant_transaction(run.conn, batch.tenant_id):
                budgets.release(run.conn, spend.grant.hold_id, at=run.clock.now())
        else:
            _refused(batch, source, wanted, spend)
    return bool(steps)


def _standing(run: Run, batch: Batch, steps: Steps) -> Steps:
    """Leave out what has been merged or deleted meanwhile (nobody pays for it), and whose provider turned out down."""
    ids = sorted({each for by_id in steps.values() for each in by_id})
    if not ids:
        return {}
    with tenant_transaction(run.conn, batch.tenant_id):
        standing = standing_among(run.conn, batch.tenant_id, ids)
    for property_id in set(ids) - standing:
        batch.states[property_id].gone = True
    alive = {source: _of(by_id, standing) for source, by_id in steps.items()}
    left = {source: _not_down(run, batch, source, by_id) for source, by_id in alive.items()}
    return {source: by_id for source, by_id in left.items() if by_id}


def _not_down(run: Run, batch: Batch, source: str, steps: dict[UUID, Step]) -> dict[UUID, Step]:
    down: dict[UUID, ConnectorError] = {}
    for property_id in steps:
        error = run.sources.down(source, batch.states[property_id].request)
        if error:
            down[property_id] = error
    _note(batch, source, steps, LookupResult(failed=down))
    return {property_id: step for property_id, step in steps.items() if property_id not in down}


def _hold(run: Run, batch: Batch, source: str, wanted: Mapping[UUID, Step]) -> budgets.Grant | None:
    """Hold the money for the next group; when there is none, the refusal is noted for all that are wanted."""
    size = 1 if run.sources.untried(source) else _GROUP
    spend = _spend(run, batch.tenant_id, source, min(size, len(wanted)))
    if spend.grant is None:
        _refused(batch, source, wanted, spend)
    return spend.grant


def _spend(run: Run, tenant_id: UUID, source: str, wanted: int) -> budgets.Spend:
    spec = run.spec(source)
    with tenant_transaction(run.conn, tenant_id):
        return budgets.spend(
            *(run.conn, tenant_id, spec.provider, spec.price(run.clock.now().date()), wanted),
            clock=run.clock,
            reference=f"enrichment/{spec.source}",
            make_id=run.make_id,
        )


def _refused(batch: Batch, source: str, property_ids: Iterable[UUID], spend: budgets.Spend) -> None:
    reason = str(spend.refusal.context["reason"]) if spend.refusal else "budget"
    for property_id in property_ids:
        batch.states[property_id].refused[source] = reason


def _land(run: Run, tenant_id: UUID, source: str, result: LookupResult) -> None:
    run.report.raw_rows += land(run.conn, tenant_id, run.spec(source), result.records, run.logical_date)
    record_calls(run.conn, tenant_id, result.calls, new_id=run.make_id)
    run.report.calls += len(result.calls)
    run.report.records += len(result.records)
    run.report.cost_microusd += sum(call.cost for call in result.calls)


def _note(batch: Batch, source: str, steps: Mapping[UUID, Step], result: LookupResult) -> None:
    """Take the outcomes of one source into the properties' states and into the record of what was done."""
    cost: dict[UUID | None, int] = {}
    for call in result.calls:
        cost[call.property_id] = cost.get(call.property_id, 0) + call.cost
    outcomes: dict[UUID, str] = {}
    for record in result.records:
        state = batch.states[record.property_id]
        state.asked.add(source)
        state.landed[source] = Landed.of(record, source)
        state.locate()
        outcomes[record.property_id] = "answered"
        if record.error:
            state.failed[source] = record.error
            outcomes[record.property_id] = str(record.error.kind)
    for property_id in result.not_found:
        batch.states[property_id].asked.add(source)
        batch.states[property_id].not_found.add(source)
        outcomes[property_id] = "not_found"
    for property_id, error in result.failed.items():
        batch.states[property_id].failed[source] = error
        outcomes[property_id] = str(error.kind)
    for property_id, outcome in outcomes.items():
        taken = Taken(steps[property_id], outcome, cost.get(property_id, 0))
        batch.taken.setdefault(property_id, []).append(taken)


def _of(steps: Mapping[UUID, Step], wanted: set[UUID]) -> dict[UUID, Step]:
    return {property_id: step for property_id, step in steps.items() if property_id in wanted}


def _rest(steps: Mapping[UUID, Step], done: Mapping[UUID, Step]) -> dict[UUID, Step]:
    return {property_id: step for property_id, step in steps.items() if property_id not in done}
