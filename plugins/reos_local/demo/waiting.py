"""Watching the pipeline: a bar a stage on a terminal, a line a change elsewhere, a clear word when it is stuck."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from reos.core.errors import UnavailableError
from reos_local.demo.tally import STAGES, Tally

POLL_SECONDS = 1.0
# the consumers sweep every five minutes for what a failed run left behind, so less would give up too early
STALL_SECONDS = 420.0
_LINE_SECONDS = 5.0


class Display(Protocol):
    """Shows how many have reached a stage."""

    def show(self, stage: str, reached: int, due: int) -> None:
        """Show the stage's present numbers."""


@dataclass
class Bars:
    """A bar a stage."""

    progress: Progress
    bars: dict[str, TaskID]

    def show(self, stage: str, reached: int, due: int) -> None:
        """Move the stage's bar."""
        self.progress.update(self.bars[stage], completed=reached, total=due or None)


class Lines:
    """A line when a stage's numbers change, not more often than every few seconds, but always at its end."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._said: dict[str, tuple[int, int]] = {}
        self._when: dict[str, float] = {}

    def show(self, stage: str, reached: int, due: int) -> None:
        """Print the stage's numbers if they are news."""
        now = self._clock()
        complete = reached >= due
        if not due or self._said.get(stage) == (reached, due):
            return
        if not complete and now - self._when.get(stage, float("-inf")) < _LINE_SECONDS:
            return
        self._said[stage], self._when[stage] = (reached, due), now
        self._console.print(f"{stage:12} {reached:6} of {due:6}   {now - self._began:6.1f} s")


@contextmanager
def display(console: Console) -> Iterator[Display]:
    """Choose the display that fits the console."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("{task.description:12}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield Bars(progress, {stage: progress.add_task(stage, total=None) for stage in STAGES})


@dataclass(frozen=True)
class Watch:
    """What is watched: the tallies, whether files wait or a task works, and what to say of failures."""

    tallies: Callable[[], Mapping[str, Tally]]
    working: Callable[[], bool]
    failures: Callable[[], list[str]]
    explain: Callable[[str], str]


def wait(watch: Watch, show: Display, say: Callable[[str], None], *, stall_seconds: float = STALL_SECONDS) -> None:
    """Wait until every tenant's properties have gone as far as they can.

    Raises `UnavailableError` naming the stuck stage when nothing has moved for `stall_seconds`. Failures are told
    once as they appear; they alone do not end the wait, since Airflow tries again.
    """
    last: Mapping[str, Tally] | None = None
    moved = time.monotonic()
    told: set[str] = set()
    while True:
        tallies = watch.tallies()
        for stage in STAGES:
            show.show(stage, sum(t.of(stage) for t in tallies.values()), sum(t.due(stage) for t in tallies.values()))
        for failure in watch.failures():
            if failure not in told:
                told.add(failure)
                say(failure)
        if not watch.working() and all(tally.settled and tally.discovered for tally in tallies.values()):
            return
        if tallies != last:
            last, moved = tallies, time.monotonic()
        if time.monotonic() - moved > stall_seconds:
            stage = stuck_stage(tallies)
            raise UnavailableError(
                f"Nothing has moved for {stall_seconds:.0f} s; the leads are stuck before `{stage}`.",
                remedy=watch.explain(stage),
            )
        time.sleep(POLL_SECONDS)


def stuck_stage(tallies: Mapping[str, Tally]) -> str:
    """Return the first stage that some tenant's properties have not reached."""
    for stage in STAGES:
        if any(not t.discovered or t.of(stage) < t.due(stage) for t in tallies.values()):
            return stage
    return STAGES[-1]
