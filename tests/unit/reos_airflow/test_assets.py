import pytest
from airflow.sdk import Asset, AssetAll

from reos.events import Subject
from reos_airflow import assets
from reos_airflow.event_trigger import EventLogTrigger

DECLARED = [value for value in vars(assets).values() if isinstance(value, Asset)]


def test_each_subject_has_one_asset_of_its_name() -> None:
    assert sorted(asset.name for asset in DECLARED) == sorted(Subject)


@pytest.mark.parametrize("asset", DECLARED, ids=lambda asset: asset.name)
def test_an_asset_is_watched_on_the_event_log(asset: Asset) -> None:
    (watcher,) = asset.watchers
    assert isinstance(watcher.trigger, EventLogTrigger)
    assert watcher.trigger.subject == asset.name
    assert (asset.uri, asset.group) == (f"reos://event_log/{asset.name}", "event_log")


def test_all_watchers_share_one_reader() -> None:
    assert len({asset.watchers[0].trigger.shared_stream_key() for asset in DECLARED}) == 1


def test_a_stage_is_woken_by_its_asset_and_by_the_clock() -> None:
    schedule = assets.woken_by(assets.INTAKE, sweep="2-59/5 * * * *")
    assert schedule.asset_condition == AssetAll(assets.INTAKE)
    assert schedule.timetable.expression == "2-59/5 * * * *"
