"""The DAGs that load market data, on a real database and a provider sandbox of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reos.core.settings import get_settings

RunLoads = Callable[..., tuple[str, list[Any]]]

pytestmark = pytest.mark.usefixtures("pipeline_settings", "providers")


@pytest.fixture
def providers(sandbox: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    base = f"http://{sandbox}"
    monkeypatch.setenv("REOS_ZILLOW_RESEARCH_BASE_URL", f"{base}/zillow/research/public_csvs")
    monkeypatch.setenv("REOS_CENSUS_ACS_BASE_URL", f"{base}/acs/data")
    monkeypatch.setenv("REOS_CENSUS_API_KEY", "sandbox-key")
    monkeypatch.setenv("REOS_EGRESS_PRIVATE_HOSTS", f'["{sandbox}"]')
    monkeypatch.setenv("REOS_STATE_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def test_every_file_of_zillow_is_a_task_with_its_figures(run_loads: RunLoads) -> None:
    state, loads = run_loads("refresh_market_indices")
    assert state == "success"
    assert [load["source"] for load in loads] == [
        *("zillow:zhvi_zip", "zillow:zhvi_county", "zillow:zhvi_metro", "zillow:zori_zip"),
    ]
    assert all(load["added"] == load["rows"] > 100 for load in loads)


def test_a_file_that_was_refused_fails_at_once_and_says_why(run_loads: RunLoads, database: Any, tmp_path: Path) -> None:
    file = tmp_path / "renamed.csv"
    file.write_text("RegionID,SizeRank,Region,RegionType,StateName,2026-08-31\n1,1,98101,zip,WA,5\n")
    state, _ = run_loads("refresh_market_indices", file="zhvi_zip", path=str(file))
    assert state == "failed"
    (load,) = database.connect("pipeline", autocommit=True).execute("select * from app.reference_load").fetchall()
    assert load["status"] == "refused"
    assert "column RegionName is missing" in load["message"]


def test_every_set_of_areas_is_a_task_and_one_can_be_chosen(run_loads: RunLoads) -> None:
    state, loads = run_loads("refresh_census_facts")
    assert (state, [load["source"] for load in loads]) == ("success", ["census_acs:zcta", "census_acs:county"])
    state, (load,) = run_loads("refresh_census_facts", areas="tract:53033", year=2023)
    assert (state, load["watermark"]) == ("success", "2023")
    assert load["added"] == load["rows"] > 1000


def test_a_year_that_is_not_out_fails_at_once(run_loads: RunLoads) -> None:
    state, _ = run_loads("refresh_census_facts", areas="county", year=2030)
    assert state == "failed"
