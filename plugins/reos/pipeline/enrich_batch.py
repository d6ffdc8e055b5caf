"""One batch of one tenant's properties: plan, ask, land, plan again until nothing is left to ask, and tell."""

import time
from collections.abc import Callable, Sequence
from uuid import UUID

from reos.core import metrics
from reos.db.connection import tenant_transaction
from reos.events import EventType
from reos.pipeline import enrich_ask
from reos.pipeline.enrich_offers import limits, offers, plan_all, purse_of
from reos.pipeline.enrich_plan import OVER_BUDGET, Choice, Offer, Plan, Step
from reos.pipeline.enrich_publish import events_for, publish
from reos.pipeline.enrich_record import record_plans
from reos.pipeline.enrich_run import Batch, Run
from reos.pipeline.enrich_skips import told_skips
from reos.pipeline.enrich_state import load_states
from reos.pipeline.enrich_waiting import wait_for_budget
from reos.pipeline.learn_landed import found_in
from reos.pipeline.work_queue import ENRICHMENT
from reos.property.found import learn_identity


def enrich_batch(run: Run, tenant_id: UUID, property_ids: Sequence[UUID], queued_up_to: int | None = None) -> None:
    """Enrich one batch and tell the outcome; on success its rows up to `queued_up_to` leave the queue."""
    started = time.monotonic()
    with tenant_transaction(run.conn, tenant_id):
        found = load_states(run.conn, tenant_id, property_ids, run.sources.connectors, run.clock.now())
    batch = Batch(tenant_id, {each: found[each] for each in property_ids if each in found})
    if not run.force:
        _note_unreadable(run, batch)
    plans = _plans(run, batch)
    while _round(run, batch, plans):
        plans = _plans(run, batch)
    _learn(run, batch)
    _finish(run, batch, plans, property_ids, queued_up_to)
    metrics.observe("reos_stage_seconds", time.monotonic() - started, stage="enrichment")


def _learn(run: Run, batch: Batch) -> None:
    """Tell matching what sources say of where and which the properties are, and leave out those that it merges.

    After free answers, so that nothing is bought for one home twice; and before the outcome is told, so that a crash
    between the two does both again: nobody asks for a fresh answer twice.
    """
    found = found_in(batch.states.values())
    with tenant_transaction(run.conn, batch.tenant_id):
        settled = learn_identity(run.conn, batch.tenant_id, found, clock=run.clock, new_id=run.make_id)
    for property_id in settled.survivors.keys() & batch.states.keys():
        del batch.states[property_id]
    _see_anew(run, batch, set(settled.survivors.values()) & batch.states.keys())


def _see_anew(run: Run, batch: Batch, survivors: set[UUID]) -> None:
    """Read the states of survivors again: they now know, and are asked for by, what they have absorbed."""
    if not survivors:
        return
    with tenant_transaction(run.conn, batch.tenant_id):
        found = load_states(run.conn, batch.tenant_id, sorted(survivors), run.sources.connectors, run.clock.now())
    for property_id, state in found.items():
        state.take_over(batch.states[property_id])
        batch.states[property_id] = state


def _note_unreadable(run: Run, batch: Batch) -> None:
    """Count a young answer that cannot be read as a failure: it is read again before it is asked for again."""
    now = run.clock.now()
    for state in batch.states.values():
        for source, landed in state.landed.items():
            if landed.error and now - landed.fetched_at < run.spec(source).unusable_max_age:
                state.failed[source] = landed.error


def _offers(run: Run, tenant_id: UUID) -> list[Offer]:
    return offers(run.sources.connectors, run.clock.now(), lambda source: run.refusals.get((tenant_id, source)))


def _plans(run: Run, batch: Batch) -> dict[UUID, Plan]:
    """Plan every property with what the budgets leave now."""
    now = run.clock.now()
    offered = _offers(run, batch.tenant_id)
    with tenant_transaction(run.conn, batch.tenant_id):
        purse = purse_of(run.conn, batch.tenant_id, offered, now)
    plans = plan_all(batch.states, offered, limits(now, force=run.force), purse)
    for property_id, each in plans.items():
        batch.gaps.setdefault(property_id, each.gaps)
    return plans


def _round(run: Run, batch: Batch, plans: dict[UUID, Plan]) -> bool:
    """Take the next steps of all plans, free ones before paid ones; tell whether there were any."""
    plans = {property_id: each for property_id, each in plans.items() if not batch.states[property_id].gone}
    free = _by_source(plans, lambda step: step.choice is Choice.ASK and not step.price)
    if free:
        enrich_ask.ask_free(run, batch, enrich_ask.permitted(run, batch, free))
        _learn(run, batch)
        return True
    paid = _by_source(plans, lambda step: step.choice is Choice.ASK)
    refused = enrich_ask.refuse(run, batch, _by_source(plans, lambda step: step.code == OVER_BUDGET))
    enrich_ask.buy(run, batch, enrich_ask.permitted(run, batch, paid))
    return bool(paid) or refused


def _by_source(plans: dict[UUID, Plan], is_wanted: Callable[[Step], bool]) -> enrich_ask.Steps:
    steps: enrich_ask.Steps = {}
    for property_id, each in plans.items():
        for step in filter(is_wanted, each.steps):
            steps.setdefault(step.source, {})[property_id] = step
    return steps


def _finish(
    run: Run, batch: Batch, plans: dict[UUID, Plan], property_ids: Sequence[UUID], queued_up_to: int | None
) -> None:
    states = batch.states
    for property_id, state in states.items():
        state.skipped = told_skips(plans[property_id], state)
    failed = {property_id for property_id, state in states.items() if state.failed}
    with tenant_transaction(run.conn, batch.tenant_id):
        if queued_up_to is None:
            ENRICHMENT.add(run.conn, ((batch.tenant_id, property_id) for property_id in sorted(failed)))
        else:
            settled = [property_id for property_id in property_ids if property_id not in failed]
            ENRICHMENT.done(run.conn, batch.tenant_id, settled, queued_up_to)
        wait_for_budget(run.conn, batch.tenant_id, states.values())
        events = events_for(batch.tenant_id, states.values(), run.make_id)
        record_plans(run.conn, run, batch, plans, {event.property_id for event in events if event.property_id})
        publish(run.conn, batch.tenant_id, events)
    run.report.properties += len(states)
    run.report.failed += len(failed)
    run.report.enriched += sum(event.event_type is EventType.PROPERTY_ENRICHED for event in events)
    for state in states.values():
        for source, reason in state.skipped.items():
            name = f"{source}: {reason}"
            run.report.skipped[name] = run.report.skipped.get(name, 0) + 1
