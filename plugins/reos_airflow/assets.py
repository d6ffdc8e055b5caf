"""The event subjects as Airflow assets: what the asset graph shows, and what a stage DAG is scheduled on.

Assets carry the subjects' own names. Each has a watcher on the event log, so whoever publishes (an import, the API,
a DAG) starts the DAGs that consume the subject.
"""

from airflow.sdk import Asset, AssetOrTimeSchedule, AssetWatcher, CronTriggerTimetable

from reos.events.catalogue import Subject
from reos_airflow.event_trigger import EventLogTrigger

GROUP = "event_log"


def event_asset(subject: Subject) -> Asset:
    """Return the asset of `subject`, watched on the event log."""
    watcher = AssetWatcher(name=f"log of {subject}", trigger=EventLogTrigger(subject=str(subject)))
    return Asset(name=str(subject), uri=f"reos://event_log/{subject}", group=GROUP, watchers=[watcher])


INTAKE = event_asset(Subject.DISCOVERY_INTAKE)
FEATURES = event_asset(Subject.ENRICHMENT_FEATURES)
SCORES = event_asset(Subject.SCORING_CALCULATED)
MEMOS = event_asset(Subject.DOCGEN_GENERATED)
OUTREACH = event_asset(Subject.OUTREACH_SENT)
TIMELINE = event_asset(Subject.TIMELINE_UPDATED)


def woken_by(asset: Asset, *, sweep: str) -> AssetOrTimeSchedule:
    """Return the schedule "at once when `asset` has news, and at every `sweep`" (cron, UTC).

    The sweep picks up what a failed run or a paused DAG left behind; an idle one is skipped in a second.
    """
    return AssetOrTimeSchedule(timetable=CronTriggerTimetable(sweep, timezone="UTC"), assets=[asset])
