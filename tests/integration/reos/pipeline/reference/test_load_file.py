"""OpenAddresses: from the service and from files, the areas of ZIP codes, and kill -9 in the middle."""

import gzip
import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from reos.connectors.errors import ConnectorError
from reos.core.errors import InvalidInputError
from reos.pipeline import load_reference_file
from reos.reference.publish import LoadRefusedError

POINTS = "select count(*) from app.address_point"
STAGED = "select count(*) from app.address_point_stage"


def test_the_service_s_file_is_loaded_put_away_and_changes_nothing_the_second_time(bench):
    first, again = bench.points(), bench.points()
    assert first.source == "openaddresses:us/wa/king"
    assert first.added == first.rows - first.rejected > 4000
    assert set(first.rejections) == {"address: It has no house number."}
    assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, first.added)
    assert list(bench.settings().download_dir.rglob("*.gz")) == []
    assert bench.one("select count(distinct county_fips) from app.address_point") == 1


def test_the_licence_that_the_source_names_is_kept_with_the_load(bench, make_address):
    bench.points()
    licence = "select progress ->> 'licence' from app.reference_load where source = 'openaddresses:us/wa/king'"
    assert bench.one(licence) == "CC BY 4.0; attribution: King County"
    bench.points("us/ny/kings", file=bench.file([make_address(1, region="NY", postcode="11201")]))
    assert "own entry" in bench.one(licence.replace("us/wa/king", "us/ny/kings"))  # a file at hand does not say


def test_what_the_service_has_is_listed_by_place(bench):
    known = {"settings": bench.settings(), "clock": bench.clock, "egress": bench.egress}
    (king,) = load_reference_file.available("us/wa", **known)
    assert (king.source, king.layer, king.job) == ("us/wa/king", "addresses", 700_001)
    assert load_reference_file.available("us/tx", **known) == []


def test_a_place_that_the_service_does_not_have_is_told(bench):
    with pytest.raises(ConnectorError, match="no addresses of us/wa/pierce"):
        bench.points("us/wa/pierce")
    with pytest.raises(InvalidInputError, match="us/wa/king"):
        bench.points("../etc/passwd")


def test_a_file_is_the_whole_of_its_place_and_of_no_other(bench, make_address):
    bench.points(file=bench.file([make_address(number) for number in range(1, 21)]))
    other = bench.points("us/ny/kings", file=bench.file([make_address(1, region="NY", postcode="11201")]))
    assert (other.added, other.removed) == (1, 0)
    report = bench.points(file=bench.file([make_address(number) for number in range(3, 23)]))
    assert (report.added, report.removed, report.unchanged) == (2, 2, 18)
    assert bench.one(POINTS) == 21


def test_csv_and_geojson_of_the_same_points_are_the_same(bench, make_address):
    bench.points(file=bench.file([make_address(7)]))
    path = bench.state_dir / "old.csv.gz"
    header = "LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH"
    path.write_bytes(gzip.compress(f"{header}\n-122.29993,47.6,7,Oak Street,,Seattle,,,98101,,x\n".encode()))
    report = bench.points(file=path)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 1)


def test_the_area_of_a_zip_code_is_where_its_points_are_and_follows_them(bench, make_address):
    bench.points(file=bench.file([make_address(number, lat=47.6 + number / 10_000) for number in range(101)]))
    (area,) = bench.rows("select * from app.zip_area")
    assert (area["zip5"], area["points"]) == ("98101", 100)
    assert area["latitude"] == pytest.approx(47.605, abs=0.0001)
    assert area["radius_m"] == pytest.approx(545, abs=15)
    bench.points(file=bench.file([make_address(number, postcode="98102") for number in range(1, 101)]))
    assert bench.rows("select zip5, points from app.zip_area") == [{"zip5": "98102", "points": 100}]


def test_the_area_of_a_zip_code_does_not_follow_a_point_that_is_far_off(bench, make_address):
    near = [make_address(number) for number in range(1, 102)]
    bench.points(file=bench.file([*near, make_address(500, lat=33.0, lon=-110.0)]))
    (area,) = bench.rows("select * from app.zip_area")
    assert (area["latitude"], area["longitude"]) == pytest.approx((47.6, -122.3), abs=0.002)


def test_a_file_with_latitude_and_longitude_swapped_is_refused(bench, make_address):
    bench.points(file=bench.file([make_address(number) for number in range(1, 21)]))
    swapped = [make_address(number, lon=47.6, lat=-122.3) for number in range(1, 21)]
    with pytest.raises(LoadRefusedError, match="20 of 20 rows could not be read"):
        bench.points(file=bench.file(swapped))
    assert list(bench.last_load()["rejections"]) == ["coordinates: latitude and longitude are swapped"]
    assert bench.one(POINTS) == 20


def test_the_api_s_role_reads_points_and_areas_and_neither_writes_nor_sees_the_staging(database):
    app = database.connect("app", autocommit=True)
    for table in ("address_point", "zip_area", "reference_load"):
        assert app.execute(f"select count(*) as n from app.{table}").fetchone() == {"n": 0}  # noqa: S608
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(f"delete from app.{table}")  # noqa: S608
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("select from app.address_point_stage")


def test_bad_lines_are_counted_and_the_good_ones_loaded(bench, make_address):
    path = bench.file([make_address(1), make_address(2)])
    path.write_text(path.read_text() + '{"type":\n' + "[]\n")
    report = bench.points(file=path)
    assert (report.rows, report.added, report.rejected) == (4, 2, 2)
    assert report.rejections == {"line: not a GeoJSON feature": 2}


def test_a_file_that_breaks_off_changes_nothing(bench, make_address):
    bench.points(file=bench.file([make_address(1)]))
    whole = gzip.compress(bench.file([make_address(number) for number in range(1, 3000)]).read_bytes())
    broken = bench.state_dir / "broken.gz"
    broken.write_bytes(whole[:-100])
    with pytest.raises(InvalidInputError, match="breaks off"):
        bench.points(file=broken)
    assert bench.one(POINTS) == 1
    assert bench.last_load()["status"] == "failed"


def test_a_file_without_a_column_that_we_read_is_refused(bench, make_address):
    bench.points(file=bench.file([make_address(1)]))
    path = bench.state_dir / "renamed.csv"
    path.write_text("LON,LAT,HOUSE,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH\n-122,47,7,Oak St,,,,,98101,,x\n")
    with pytest.raises(LoadRefusedError, match="column NUMBER is missing"):
        bench.points(file=path)
    assert bench.one(POINTS) == 1
    assert bench.last_load()["status"] == "refused"


LOAD = """
import sys
from pathlib import Path
from reos import db
from reos.core.clock import SystemClock
from reos.core.settings import Settings
from reos.pipeline import load_reference_file
load_reference_file._CHUNK = 200
conn, file = db.connect(sys.argv[1]), Path(sys.argv[2])
load_reference_file.load_openaddresses(conn, "us/wa/king", settings=Settings(), clock=SystemClock(), file=file)
"""


def test_after_kill_9_the_same_file_goes_on_behind_the_last_committed_chunk(bench, make_address, monkeypatch):
    path = bench.file([make_address(number) for number in range(1, 12_001)])
    process = subprocess.Popen([sys.executable, "-c", LOAD, bench.url("pipeline"), str(path)])  # noqa: S603 - ours
    _wait_until(lambda: bench.one(STAGED) > 0)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _wait_until(lambda: bench.one("select count(*) from pg_locks where locktype = 'advisory'") == 0)
    staged = bench.one(STAGED)
    assert 0 < staged < 12_000
    assert bench.one(POINTS) == 0
    monkeypatch.setattr(load_reference_file, "_CHUNK", 5_000)
    report = bench.points(file=path)
    assert report.resumed
    assert (report.rows, report.added) == (12_000, 12_000)
    assert bench.one(POINTS) == 12_000


def test_a_place_that_is_a_city_has_no_county(bench, make_address):
    bench.points("us/wa/city_of_seattle", file=bench.file([make_address(1)]))
    assert bench.rows("select county_fips, state from app.address_point") == [{"county_fips": None, "state": "WA"}]


def _wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
