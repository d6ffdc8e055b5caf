from collections.abc import Callable, Iterator, Mapping

import pytest

from reos.core.errors import UnavailableError
from reos_local.commands import screen
from reos_local.demo import waiting
from reos_local.demo.tally import STAGES, Tally
from reos_local.demo.waiting import Lines, Watch, stuck_stage, wait

DONE = Tally(discovered=5, enriched=5, scored=4, documented=2, memos_due=2, held_back=1)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.0)


class Seen:
    """Remembers what was shown."""

    def __init__(self) -> None:
        self.last: dict[str, tuple[int, int]] = {}

    def show(self, stage: str, reached: int, due: int) -> None:
        self.last[stage] = (reached, due)


def watch(
    course: list[Tally],
    *,
    working: Callable[[], bool] = lambda: False,
    failures: Callable[[], list[str]] = list,
) -> Watch:
    """Play `course`, one tally a look, its last for ever; the second tenant is always done."""
    looks: Iterator[Tally] = iter([*course, *[course[-1]] * 100_000])

    def tallies() -> Mapping[str, Tally]:
        return {"demo": next(looks), "acme": DONE}

    return Watch(tallies, working, failures, lambda stage: f"see {stage}")


def test_it_ends_when_every_tenant_is_settled() -> None:
    seen = Seen()
    wait(watch([Tally(), Tally(5, 3), DONE]), seen, print)
    assert seen.last == {"discovered": (10, 10), "enriched": (10, 10), "scored": (8, 8), "documented": (4, 4)}


def test_it_does_not_end_before_the_files_are_imported() -> None:
    looks = iter([True, True, False])
    wait(watch([DONE], working=lambda: next(looks)), Seen(), print)
    assert next(looks, None) is None


def test_a_stuck_stage_is_named_with_where_to_look() -> None:
    with pytest.raises(UnavailableError, match="stuck before `scored`") as caught:
        wait(watch([Tally(5, 5, 3)]), Seen(), print, stall_seconds=0.05)
    assert caught.value.remedy == "see scored"


def test_a_failure_is_told_once_and_does_not_end_the_wait() -> None:
    told: list[str] = []
    wait(watch([Tally(5, 5), Tally(5, 5), DONE], failures=lambda: ["score failed"]), Seen(), told.append)
    assert told == ["score failed"]


def test_the_first_unfinished_stage_is_the_stuck_one() -> None:
    assert stuck_stage({"demo": Tally()}) == "discovered"
    assert stuck_stage({"demo": Tally(5, 4)}) == "enriched"
    assert stuck_stage({"demo": Tally(5, 5, 5, 1, 2), "acme": DONE}) == "documented"


def test_properties_held_back_are_not_waited_for() -> None:
    assert Tally(5, 4, 4, 0, 0, held_back=1).settled
    assert not Tally(5, 4, 4, 0, 0).settled
    assert not Tally(5, 5, 5, 1, memos_due=2).settled


def test_lines_come_at_changes_and_at_the_end_only(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    lines = Lines(screen.make_console(), lambda: now[0])
    for reached, at in ((0, 0.0), (1, 1.0), (2, 2.0), (2, 9.0), (3, 9.5), (5, 9.6), (5, 30.0)):
        now[0] = at
        lines.show("enriched", reached, 5)
    lines.show("scored", 0, 0)
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(row[0], int(row[1]), int(row[3])) for row in printed] == [
        ("enriched", 0, 5),
        ("enriched", 2, 5),
        ("enriched", 5, 5),
    ]


def test_without_a_terminal_nothing_but_lines_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting.display(screen.make_console()) as show:
        for stage in STAGES:
            show.show(stage, 5, 5)
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 4
    assert not set(out) & {"\x1b", "\r", "\b"}
