"""Render investment memos for the properties with a high score, and on request.

## What it does
For each property that `event.scoring.calculated` names and whose score reaches its tenant's threshold, and for each
that a person asked for: renders the investment memo as PDF, stores it, and publishes `event.docgen.generated`. The same
inputs give the same bytes, and a memo that exists is not rendered again. A tenant's daily limit is kept.

**Starts** when the event log has news, and every minute for what people asked for. Nothing to do: *skipped*.

## Owner
data-platform

## If it fails
**Clear** the task: the position in the log moves only with finished work. The log names the property whose memo could
not be rendered.
"""

from airflow.sdk import dag, task

from reos_airflow import tasks
from reos_airflow.assets import MEMOS, SCORES, woken_by
from reos_airflow.dag_policy import Tag, settings_from


@dag(
    schedule=woken_by(SCORES, sweep="* * * * *"),
    tags=[Tag.MEMOS, Tag.EVENT_DRIVEN],
    **settings_from(__doc__),
)
def generate_memos() -> None:
    @task(outlets=[MEMOS], multiple_outputs=False)
    def render() -> tasks.Figures:
        return tasks.generate_memos()

    render()


generate_memos()
