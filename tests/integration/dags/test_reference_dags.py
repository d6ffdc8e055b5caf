"""The DAGs that load reference data, on a real database and a provider sandbox of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reos.core.settings import get_settings

RunLoads = Callable[..., tuple[str, list[Any]]]

pytestmark = pytest.mark.usefixtures("pipeline_settings")


@pytest.fixture
def providers(sandbox: str, monkeypatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("REOS_COUNTY_BASE_URL", f"http://{sandbox}/county")
    monkeypatch.setenv("REOS_OPENADDRESSES_BASE_URL", f"http://{sandbox}/openaddresses")
    monkeypatch.setenv("REOS_OPENADDRESSES_TOKEN", "oa.test")
    monkeypatch.setenv("REOS_OPENADDRESSES_PLACES", '["us/wa/king"]')
    monkeypatch.setenv("REOS_EGRESS_PRIVATE_HOSTS", f'["{sandbox}"]')
    monkeypatch.setenv("REOS_STATE_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("providers")
def test_every_county_source_is_a_task_with_its_figures(run_loads: RunLoads, database) -> None:
    state, loads = run_loads("load_county_parcels")
    assert state == "success"
    assert [load["source"] for load in loads] == ["cook_il_addresses", "king_wa_parcels"]
    assert all(load["added"] > 2000 and load["rows_per_second"] > 0 for load in loads)
    conn = database.connect("app", autocommit=True)
    row = conn.execute("select count(*) as n from app.address_point").fetchone()
    assert row == {"n": sum(load["added"] for load in loads)}


@pytest.mark.usefixtures("providers")
def test_the_places_of_the_settings_are_loaded_and_another_run_changes_nothing(run_loads: RunLoads) -> None:
    state, (load,) = run_loads("load_openaddresses")
    assert (state, load["source"]) == ("success", "openaddresses:us/wa/king")
    state, (again,) = run_loads("load_openaddresses")
    assert (state, again["added"], again["changed"], again["removed"]) == ("success", 0, 0, 0)


@pytest.mark.usefixtures("providers")
def test_a_refused_load_fails_at_once_and_says_why(run_loads: RunLoads, database, tmp_path: Path) -> None:
    file = tmp_path / "renamed.csv"
    file.write_text("LON,LAT,HOUSE,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH\n-122,47,7,Oak St,,,,,98101,,x\n")
    state, _ = run_loads("load_openaddresses", place="us/wa/king", file=str(file))
    assert state == "failed"
    conn = database.connect("pipeline", autocommit=True)
    (load,) = conn.execute("select status, message from app.reference_load").fetchall()
    assert load["status"] == "refused"
    assert "column NUMBER is missing" in load["message"]
