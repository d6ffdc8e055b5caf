"""Score what changed.

Gate the arrivals, run dbt for the queued properties only, gate the candidates, synchronise the marts, and announce each
score that is new. With nothing queued it costs two queries and imports neither dbt nor GX.
"""

import time
from dataclasses import dataclass
from datetime import date

from reos.core import metrics
from reos.core.clock import Clock, SystemClock
from reos.core.settings import Settings
from reos.db.connection import Connection, connect
from reos.events import Subject, wake
from reos.pipeline import landing_batch
from reos.pipeline.dbt_result import DbtNode
from reos.pipeline.publish_scores import publish_scores
from reos.pipeline.warehouse import CANDIDATE, PUBLISH, Dbt, build, exclusive, is_built, write_audit_publish

TABLES = "config.materialized:incremental"  # the views stand; replacing them on each run would lock readers out
# The queues that dbt's models drain, in the order in which work flows through them.
MODELS = (
    "int_property__resolved",
    "int_market__price_level",
    "int_property__valued",
    "int_property__scored",
    "dim_property",
    "fct_property_score_history",
    "fct_property_score",
)


QUEUES = (landing_batch.BATCH, *MODELS)  # a batch that a gate stopped is still to be done


@dataclass(frozen=True)
class ScoreReport:
    """`computed` properties went through dbt, `published` scores were announced, `quarantined` rows were held back."""

    computed: int
    published: int
    quarantined: int
    models: tuple[DbtNode, ...]
    seconds: float


def score_pending(settings: Settings, *, as_of: date, clock: Clock | None = None) -> ScoreReport:
    """Score the properties whose facts changed, as of `as_of`, and announce the scores whose inputs changed.

    Facts fetched after `as_of` are not looked at. Raises `GateBlockedError` when a gate stops the run and
    `WarehouseError` when a model fails; what was not finished stays queued, and readers keep the last good state.
    """
    clock = clock or SystemClock()
    began = time.monotonic()
    models: tuple[DbtNode, ...] = ()
    queued = quarantined = 0
    with connect(settings.required("db_pipeline_url"), autocommit=True, application_name="reos-score") as conn:
        queued = _queued(conn)
        if queued:
            models, quarantined = _compute(settings, as_of, clock)
        published = publish_scores(conn, clock=clock)
    if published:
        wake(settings.optional("redis_url"), [Subject.SCORING_CALCULATED])
    seconds = time.monotonic() - began
    metrics.observe("reos_stage_seconds", seconds, stage="scoring")
    return ScoreReport(queued, published, quarantined, models, seconds)


def _queued(conn: Connection) -> int:
    row = conn.execute(
        "select count(distinct (tenant_id, property_id)) as queued from app.dirty_property where model = any (%s)",
        (list(QUEUES),),
    ).fetchone()
    return int(row["queued"]) if row else 0


def _compute(settings: Settings, as_of: date, clock: Clock) -> tuple[tuple[DbtNode, ...], int]:
    with exclusive(settings) as conn:
        built = is_built(conn)
        if built:
            dbt = Dbt(settings, as_of)
            result = write_audit_publish(
                dbt, conn, "run", ["--select", f"{CANDIDATE},{TABLES}"], ["--select", f"{PUBLISH},{TABLES}"], clock
            )
            return result.models, result.quarantined
    # The first data in a database on which nobody has built yet: create every relation.
    result = build(settings, as_of=as_of, clock=clock)
    return result.models, result.quarantined
