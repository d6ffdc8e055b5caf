"""The bodies of our tasks: open what a use-case needs, call it, and return its figures, which Airflow shows as XCom.

A run that found nothing to do is marked skipped: the grid then tells work from idle sweeps, and no asset event wakes
the next stage. Use-cases are imported inside the functions, since DAG files that name these are parsed again and again.
"""
# ruff: noqa: PLC0415

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from reos.core import metrics
from reos.core.clock import SystemClock
from reos.core.errors import InvalidInputError, NotFoundError
from reos.core.settings import get_settings
from reos.db.connection import Connection, connect
from reos_airflow.connection import pipeline_url, redis_url
from reos_airflow.figures import Figures, figures, is_idle
from reos_airflow.provider_settings import task_settings
from reos_airflow.task_metrics import AirflowStats

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

metrics.forward_to(AirflowStats())


def list_inbox(*, tenant: str | None, profile: str | None, file: str | None) -> list[str]:
    """Return the waiting files as paths relative to the inbox, oldest first; each argument narrows the choice."""
    from reos_airflow.inbox import open_inbox, waiting

    inbox = open_inbox(get_settings().drop_url)
    found = waiting(inbox, tenant=tenant or None, profile=profile or None)
    return [each.relative for each in found if file in (None, "", each.name)]


def import_inbox_file(relative: str) -> Figures:
    """Import one waiting file and put it away; one that is at fault fails the task at once, without retries."""
    from reos_airflow.inbox import open_inbox
    from reos_airflow.intake import import_waiting_file

    settings = get_settings()
    inbox = open_inbox(settings.drop_url)
    with pipeline_connection() as conn:
        try:
            limit = settings.import_max_bytes
            return import_waiting_file(conn, inbox, relative, clock=SystemClock(), max_bytes=limit)
        except (InvalidInputError, NotFoundError) as error:
            raise AirflowFailException(str(error)) from error


def settle_matches(*, reblock: bool = False) -> Figures:
    """Compare all properties of all tenants with one another; `reblock` makes the blocks of all of them anew."""
    from reos.pipeline.settle_matches import settle_matches as settle

    with pipeline_connection() as conn:
        return _done(settle(conn, clock=SystemClock(), reblock=reblock))


def enrich_properties() -> Figures:
    """Enrich the properties that discovery announced and that no run has taken yet."""
    from reos.pipeline.enrich import enrich_pending

    with pipeline_connection() as conn:
        return _done(enrich_pending(conn, settings=task_settings(), clock=SystemClock(), redis_url=redis_url()))


def geocode_properties() -> Figures:
    """Find out where the properties are that discovery announced or a load of address points touched."""
    from reos.pipeline.geocode import geocode_pending

    with pipeline_connection() as conn:
        return _done(geocode_pending(conn, settings=task_settings(), clock=SystemClock()))


def score_properties(as_of: str | None = None) -> Figures:
    """Resolve, value and score the properties whose facts changed, as of the ISO date `as_of` (default: today, UTC)."""
    from reos.pipeline.score import score_pending

    day = date.fromisoformat(as_of) if as_of else SystemClock().now().date()
    return _done(score_pending(get_settings(), as_of=day))


def generate_memos() -> Figures:
    """Render the memos that people asked for, and those of properties whose new score reaches the threshold."""
    from reos.pipeline.render_memos import render_pending

    with pipeline_connection() as conn:
        return _done(render_pending(conn, settings=get_settings(), clock=SystemClock()))


def build_warehouse(*, select: str | None = None, full_refresh: bool = False) -> Figures:
    """Build and test the dbt models named by dbt's selection syntax (default: all)."""
    from reos.pipeline.warehouse import build

    return figures(build(get_settings(), select=select or None, full_refresh=full_refresh))


@contextmanager
def pipeline_connection() -> Iterator[Connection]:
    """Open a connection as reos_pipeline for one task, and close it."""
    conn = connect(pipeline_url(), application_name="reos-airflow")
    try:
        yield conn
    finally:
        conn.close()


def _done(report: "DataclassInstance") -> Figures:
    found = figures(report)
    if is_idle(found):
        raise AirflowSkipException("Nothing to do.")
    return found
