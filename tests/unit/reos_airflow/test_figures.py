from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from reos_airflow.figures import figures, is_idle


@dataclass
class Report:
    rows: int = 0
    seconds: float = 0.0
    day: date | None = None
    failed: list[str] = field(default_factory=list)
    by_source: Mapping[str, int] = field(default_factory=dict)


def test_scalars_stay_and_collections_become_their_size() -> None:
    report = Report(3, 1.23456, date(2026, 1, 2), ["secret row", "another"], {"county": 2})
    assert figures(report) == {
        "rows": 3,
        "seconds": 1.235,
        "day": "2026-01-02",
        "failed": 2,
        "by_source": {"county": 2},
    }


def test_other_objects_become_text() -> None:
    @dataclass
    class WithId:
        run: UUID

    assert figures(WithId(UUID(int=1))) == {"run": "00000000-0000-0000-0000-000000000001"}


def test_a_run_without_counts_is_idle_whatever_time_it_took() -> None:
    assert is_idle(figures(Report(seconds=9.5, day=date(2026, 1, 2))))


def test_a_count_anywhere_makes_it_work_done() -> None:
    assert not is_idle(figures(Report(rows=1)))
    assert not is_idle(figures(Report(failed=["x"])))
    assert not is_idle(figures(Report(by_source={"county": 0, "attom": 1})))


def test_a_flag_is_no_count() -> None:
    assert is_idle({"success": True, "skipped": None})
