"""How far Airflow has been woken, per subject: the rows of `app.wake_cursor` and what the event log holds beyond them.

This position says only "a run was asked for"; what has been worked off is each consumer's own cursor. Reading goes
through the event log's barrier, so a row that commits late is never passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reos.core.errors import UnavailableError
from reos.core.logging import get_logger
from reos.db.connection import Connection
from reos.events import Subject, safe_head

_PATIENCE_SECONDS = 1.0

_log = get_logger(__name__)

_PENDING = """
select s.subject, coalesce(w.seq, 0) as after_seq, news.seq as to_seq
  from unnest(%(subjects)s::text[]) as s(subject)
  left join app.wake_cursor w on w.subject = s.subject
 cross join lateral (
       select e.seq from app.event_log e
        where e.subject = s.subject and e.seq > coalesce(w.seq, 0) and e.seq <= %(head)s
        order by e.seq desc limit 1) as news
"""

_ADVANCE = """
insert into app.wake_cursor as w (subject, seq, updated_at) values (%(subject)s, %(seq)s, clock_timestamp())
    on conflict (subject) do update set seq = greatest(w.seq, excluded.seq), updated_at = excluded.updated_at
"""


@dataclass
class WakeUp:
    """News of one subject, however many events: those with `after_seq < seq <= to_seq`.

    `taken` is set by the subject's own trigger; a wake-up that passed by without it has woken nobody.
    """

    subject: str
    after_seq: int
    to_seq: int
    taken: bool = field(default=False, compare=False)


def pending(conn: Connection, subjects: Sequence[Subject] = tuple(Subject)) -> list[WakeUp]:
    """Return at most one wake-up a subject: everything committed that Airflow has not been woken for.

    While a writer holds the log open there is no news; it comes after its commit. `conn` is in autocommit mode.
    """
    try:
        head = safe_head(conn, patience=_PATIENCE_SECONDS)
    except UnavailableError as error:
        _log.warning("wake_cursor.log_held_open", reason=error.detail)
        return []
    return [
        WakeUp(**row)
        for row in conn.execute(_PENDING, {"subjects": [subject.value for subject in subjects], "head": head})
    ]


def advance(conn: Connection, subject: str, seq: int) -> None:
    """Note that Airflow holds an asset event for `subject` up to `seq`; a smaller `seq` than noted changes nothing."""
    conn.execute(_ADVANCE, {"subject": subject, "seq": seq})
