"""The memory of plans: what was missing, what was asked for it, why, and what came of it, in `app.enrichment_plan`."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from reos.db.connection import Connection
from reos.pipeline.enrich_gaps import Gap
from reos.pipeline.enrich_plan import Choice, Plan
from reos.pipeline.enrich_reason import as_json
from reos.pipeline.enrich_run import Batch, Run

_INSERT = """
insert into app.enrichment_plan (tenant_id, plan_id, property_id, run_id, planned_at, gaps, steps, cost_microusd)
select %(tenant_id)s, p.plan_id, p.property_id, %(run_id)s, %(at)s, p.gaps, p.steps, p.cost
  from jsonb_to_recordset(%(plans)s::jsonb) as p (plan_id uuid, property_id uuid, gaps jsonb, steps jsonb, cost bigint)
 order by p.property_id
"""


def record_plans(conn: Connection, run: Run, batch: Batch, plans: Mapping[UUID, Plan], told: set[UUID]) -> int:
    """Append, in the open transaction, a row for each property that somebody was asked about or that has news.

    `plans` are the last ones, which leave nothing to ask (none for what was merged meanwhile); `told` are the
    properties about which an event is written. Returns the number of rows.
    """
    wanted = [each for each in batch.gaps if each in batch.taken or each in told]
    if not wanted:
        return 0
    rows = [_row(run, batch, property_id, plans.get(property_id)) for property_id in wanted]
    values = {"tenant_id": batch.tenant_id, "run_id": run.run_id, "at": run.clock.now(), "plans": json.dumps(rows)}
    return conn.execute(_INSERT, values).rowcount


def _row(run: Run, batch: Batch, property_id: UUID, last: Plan | None) -> dict[str, Any]:
    taken = batch.taken.get(property_id, [])
    asked = {each.step.source for each in taken}
    steps = [as_json(each.step, {"outcome": each.outcome, "cost_microusd": each.cost}) for each in taken]
    left = last.steps if last else ()
    steps += [as_json(step) for step in left if step.source not in asked and step.choice is not Choice.ASK]
    return {
        "plan_id": str(run.make_id()),
        "property_id": str(property_id),
        "gaps": [gap_as_json(gap) for gap in batch.gaps[property_id]],
        "steps": steps,
        "cost": sum(each.cost for each in taken),
    }


def gap_as_json(gap: Gap) -> dict[str, Any]:
    """Return the gap as it is recorded; an age of null means that nobody has told the fact."""
    return {"fact": gap.fact, "required": gap.required, "age_days": gap.age_days}
