from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from reos.core.settings import Settings, get_settings
from reos_airflow import tasks


@dataclass
class Report:
    computed: int
    seconds: float = 0.5


@pytest.fixture(autouse=True)
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("REOS_STATE_DIR", str(tmp_path))
    get_settings.cache_clear()
    for relative in ("north/king-county/a.csv", "north/generic/b.csv", "south/generic/a.csv"):
        path = tmp_path / "inbox" / relative
        path.parent.mkdir(parents=True)
        path.touch()
    yield tmp_path / "inbox"
    get_settings.cache_clear()


def listed(**narrowed: str | None) -> list[str]:
    return sorted(tasks.list_inbox(**{"tenant": None, "profile": None, "file": None} | narrowed))


def test_the_inbox_lists_every_tenant_and_profile() -> None:
    assert listed() == ["north/generic/b.csv", "north/king-county/a.csv", "south/generic/a.csv"]


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"tenant": "south"}, ["south/generic/a.csv"]),
        ({"profile": "generic"}, ["north/generic/b.csv", "south/generic/a.csv"]),
        ({"file": "a.csv"}, ["north/king-county/a.csv", "south/generic/a.csv"]),
        ({"tenant": "north", "profile": "generic", "file": "a.csv"}, []),
        (
            {"tenant": "", "profile": "", "file": ""},
            ["north/generic/b.csv", "north/king-county/a.csv", "south/generic/a.csv"],
        ),
    ],
)
def test_the_form_narrows_the_list_and_an_empty_field_does_not(narrowed: dict[str, str], expected: list[str]) -> None:
    assert listed(**narrowed) == expected


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    days: list[date] = []

    def score_pending(_: Settings, *, as_of: date) -> Report:
        days.append(as_of)
        return Report(computed=len(days) - 1)

    monkeypatch.setattr("reos.pipeline.score.score_pending", score_pending)
    return days


def test_a_run_without_work_is_skipped_and_one_with_work_returns_its_figures(scored: list[date]) -> None:
    with pytest.raises(AirflowSkipException):
        tasks.score_properties()
    assert tasks.score_properties() == {"computed": 1, "seconds": 0.5}
    assert scored == [datetime.now(UTC).date()] * 2


def test_a_day_in_the_form_is_scored_as_of(scored: list[date]) -> None:
    with pytest.raises(AirflowSkipException):
        tasks.score_properties(as_of="2026-03-31")
    assert scored == [date(2026, 3, 31)]


def test_the_warehouse_build_takes_its_selection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def build(_: Settings, **options: object) -> Report:
        asked.append(options)
        return Report(computed=0)

    monkeypatch.setattr("reos.pipeline.warehouse.build", build)
    assert tasks.build_warehouse(select="marts", full_refresh=True) == {"computed": 0, "seconds": 0.5}
    tasks.build_warehouse(select="")
    assert asked == [{"select": "marts", "full_refresh": True}, {"select": None, "full_refresh": False}]
