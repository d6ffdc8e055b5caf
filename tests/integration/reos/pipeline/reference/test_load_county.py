"""County loads: full, incremental, deletions, drift, drops, and what a load that breaks off leaves behind."""

import threading
import time
from datetime import timedelta

import pytest

from reos.connectors.errors import ConnectorError, ProviderUnavailableError
from reos.core import metrics
from reos.core.errors import ConflictError
from reos.pipeline import load_reference_county
from reos.reference import ledger
from reos.reference.publish import LoadRefusedError

POINTS = "select count(*) from app.address_point where source = 'king_wa_parcels'"
FACTS = "select source_id, address_key, latitude, load_id from app.address_point order by source_id"
STAGED = "select count(*) from app.address_point_stage"


def refused(kind: str = "arcgis") -> float:
    labels = {"kind": kind, "outcome": "refused"}
    return metrics.REGISTRY.get_sample_value("reos_reference_loads_total", labels) or 0


def test_the_sandbox_s_two_counties_load_and_a_second_time_changes_nothing(bench):
    for name in ("king_wa_parcels", "cook_il_addresses"):
        first, again = bench.county(name, mode="full"), bench.county(name, mode="full")
        assert (first.mode, first.added, first.changed, first.removed) == ("full", first.rows - first.rejected, 0, 0)
        assert first.rows >= 3000
        assert (again.added, again.changed, again.removed) == (0, 0, 0)
        assert again.unchanged == first.added
        assert first.rows_per_second > 0
    apns = "select count(distinct (county_fips, apn_key)) as n from app.address_point"
    assert bench.one(apns) == bench.one("select count(*) from app.address_point")


def test_a_point_is_found_by_parcel_by_address_and_by_block(editable):
    editable.county()
    by_parcel = editable.rows(
        "select * from app.address_point where county_fips = '53033' and apn_key = %s", "7129300007"
    )
    (found,) = by_parcel
    assert editable.rows("select * from app.address_point where address_key = %s", found["address_key"]) == by_parcel
    by_block = "select * from app.address_point where zip5 = %s and address_block = %s"
    assert editable.rows(by_block, "98115", found["address_block"]) == by_parcel
    assert (found["number"], found["street"], found["suffix"], found["state"]) == ("7", "MAPLE", "ST", "WA")


def test_only_edits_are_pulled_until_the_full_pull_is_old(editable):
    assert editable.county().mode == "full"
    editable.clock.instant += timedelta(days=2)
    editable.layer.put(3, edited=editable.clock.instant, SITUS_ADDR="33 MAPLE ST")
    editable.layer.put(251, edited=editable.clock.instant)
    report = editable.county()
    assert report.mode == "incremental"
    assert (report.added, report.changed, report.removed) == (1, 1, 0)
    assert "LAST_EDITED >= TIMESTAMP '2026-11-23 04:00:00'" in editable.layer.queries[-1]
    assert report.watermark == "2026-11-26T05:00:00+00:00"
    editable.clock.instant += timedelta(days=6)
    assert editable.county().mode == "full"


def test_an_edit_that_moves_a_parcel_to_another_zip_code_redraws_both_areas(editable):
    editable.county()
    editable.layer.put(1, edited=editable.clock.instant, ZIP5="98116")
    assert editable.county().mode == "incremental"
    areas = editable.rows("select zip5, points from app.zip_area order by zip5")
    assert areas == [{"zip5": "98115", "points": 249}, {"zip5": "98116", "points": 1}]


def test_an_incremental_pull_removes_nothing_and_a_full_one_notices_deletions(editable):
    editable.county()
    editable.layer.remove(5, 6)
    assert editable.county().removed == 0
    assert editable.one(POINTS) == 250
    assert editable.county(mode="full").removed == 2
    assert editable.one(POINTS) == 248


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("APN", None, "column APN is missing"),
        ("SITUS_ADDR", "SITE_ADDRESS", "column SITUS_ADDR is missing"),
        ("APN", ("APN", "esriFieldTypeDouble"), "column APN is esriFieldTypeDouble instead of esriFieldTypeString"),
    ],
)
def test_drift_stops_the_load_with_a_clear_message_and_keeps_the_old_data(editable, before, after, told):
    editable.county()
    kept, counted = editable.rows(FACTS), refused()
    kind = editable.layer.columns.pop(before)
    if after is not None:
        name, kind = after if isinstance(after, tuple) else (after, kind)
        editable.layer.columns[name] = kind
    asked = len(editable.layer.queries)
    with pytest.raises(LoadRefusedError, match=told) as stopped:
        editable.county(mode="full")
    assert "YAML" in str(stopped.value.remedy)
    assert editable.rows(FACTS) == kept
    load = editable.last_load()
    assert (load["status"], load["rows"]) == ("refused", 0)
    assert told in load["message"]
    assert refused() == counted + 1
    assert len(editable.layer.queries) == asked


def test_a_load_after_the_map_was_corrected_goes_through(editable):
    missing = editable.layer.columns.pop("APN")
    with pytest.raises(LoadRefusedError):
        editable.county()
    editable.layer.columns["APN"] = missing
    assert editable.county().added == 250


def test_a_new_column_is_a_warning_that_is_kept_with_the_load(editable):
    editable.layer.columns["ZONING"] = "esriFieldTypeString"
    report = editable.county()
    assert report.warnings == ("new column ZONING: nobody reads it yet",)
    assert editable.last_load()["warnings"] == list(report.warnings)
    assert editable.county().warnings == ()


def test_a_fifth_fewer_rows_stop_a_full_load_until_a_person_accepts_them(editable):
    editable.county()
    kept = editable.rows(FACTS)
    editable.layer.remove(*range(1, 52))
    with pytest.raises(LoadRefusedError, match="has 199 rows where it had 250: 20% fewer"):
        editable.county(mode="full")
    assert editable.rows(FACTS) == kept
    assert editable.one(STAGED) == 0
    assert editable.county(mode="full", accept_drop=True).removed == 51


def test_an_empty_source_is_refused_even_the_first_time(editable):
    editable.layer.rows.clear()
    with pytest.raises(LoadRefusedError, match="no usable row"):
        editable.county()


def test_too_many_unreadable_rows_stop_a_load(editable):
    for each in range(1, 200):
        editable.layer.put(each, APN="unknown", SITUS_ADDR=None)
    with pytest.raises(LoadRefusedError, match="199 of 250 rows could not be read"):
        editable.county()
    reasons = editable.last_load()["rejections"]
    assert reasons["parcel number: not one of this county"]["rows"] == 199
    assert len(reasons["parcel number: not one of this county"]["samples"]) == 5


def test_bad_rows_are_counted_with_reasons_and_samples(editable):
    editable.layer.put(1, APN="", SITUS_ADDR="")
    editable.layer.put(2, SITUS_ADDR="MAPLE ST")
    editable.layer.put(3, APN="7129300004")
    report = editable.county()
    assert (report.rows, report.rejected, report.added) == (250, 2, 248)
    load = editable.last_load()
    assert load["rejected"] == 2
    assert load["rejections"]["address: It has no house number."] | {"samples": 0} == {
        "rows": 1,
        "kept": 1,
        "samples": 0,
    }
    assert load["rejections"]["key: repeats an earlier row of the load"]["rows"] == 1
    sample = load["rejections"]["parcel number: empty"]["samples"][0]
    assert (sample["line"], sample["row"]["SITUS_CITY"]) == (1, "SEATTLE")


def test_a_pull_that_breaks_off_changes_nothing_and_goes_on_where_it_stopped(editable):
    editable.layer.breaks_after = 2
    with pytest.raises(ProviderUnavailableError):
        editable.county()
    assert editable.one(POINTS) == 0
    assert editable.last_load()["status"] == "failed"
    editable.layer.breaks_after = None
    asked = len(editable.layer.queries)
    report = editable.county()
    assert report.resumed
    assert (report.rows, report.added) == (250, 250)
    assert len(editable.layer.queries) == asked + 1
    assert editable.one(STAGED) == 0


def test_a_source_that_was_edited_meanwhile_is_read_from_the_start(editable):
    editable.layer.breaks_after = 2
    with pytest.raises(ProviderUnavailableError):
        editable.county()
    editable.layer.breaks_after = None
    editable.layer.put(1, SITUS_ADDR="11 MAPLE ST")
    report = editable.county()
    assert not report.resumed
    assert report.added == 250
    assert editable.one(STAGED) == 0


def test_a_source_that_gives_fewer_rows_than_it_counts_removes_nothing(editable):
    editable.county()
    editable.layer.counts = 400
    with pytest.raises(ConnectorError, match="counts 400 rows but gave only 250"):
        editable.county(mode="full")
    assert editable.one(POINTS) == 250


def test_two_loads_of_a_source_at_once_are_one(editable, database):
    with (
        ledger.exclusive(database.connect("pipeline"), "king_wa_parcels"),
        pytest.raises(ConflictError, match="is being loaded already"),
    ):
        editable.county()
    assert editable.county().added == 250


def test_readers_see_the_old_data_or_the_new_and_never_a_gap(editable, database):
    editable.county()
    for each in range(1, 251):
        editable.layer.put(each, LAT=48.0)
    reader, stop, seen = database.connect("app", autocommit=True), threading.Event(), set()

    def read() -> None:
        while not stop.is_set():
            row = reader.execute(
                "select count(*) as n, count(*) filter (where latitude = 48) as new from app.address_point"
            )
            seen.add(tuple(row.fetchone().values()))

    watcher = threading.Thread(target=read)
    watcher.start()
    try:
        assert editable.county(mode="full").changed == 250
        time.sleep(0.05)
    finally:
        stop.set()
        watcher.join()
    assert seen <= {(250, 0), (250, 250)}
    assert (250, 250) in seen


def test_more_rows_than_allowed_stop_a_load(editable, monkeypatch):
    limits = load_reference_county.find_source("king_wa_parcels").limits.model_copy(update={"rows": 150})
    small = load_reference_county.find_source("king_wa_parcels").model_copy(update={"limits": limits})
    monkeypatch.setattr(load_reference_county, "find_source", lambda *_: small)
    with pytest.raises(LoadRefusedError, match="more than 150 rows"):
        editable.county()
    assert editable.one(STAGED) == 0
