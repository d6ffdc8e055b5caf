"""Files of OpenAddresses in every form: the same rows, and bad lines that are told and not lost."""

import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from reos.connectors.openaddresses.files import Fault, fingerprint, open_points
from reos.core.errors import InvalidInputError
from reos.reference.source import find_source

PUBLISHED = Path(__file__).parents[6] / "shared/contracts/samples/openaddresses"

FEATURE = {
    "type": "Feature",
    "properties": {
        "hash": "28123a1fff10b78b",
        "number": "1615",
        "street": "RTE 25",
        "unit": None,
        "city": "TOWN",
        "district": "",
        "region": "",
        "postcode": "98115",
        "id": "",
    },
    "geometry": {"type": "Point", "coordinates": [-122.1162853, 47.3605844]},
}
GEOJSON = json.dumps(FEATURE) + "\n"
CELLS = "1615,RTE 25,,TOWN,,,98115,"
TODAY = f"hash,lon,lat,number,street,unit,city,district,region,postcode,id\n28,-122.1162853,47.3605844,{CELLS}\n"
OLD = f"LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH\n-122.1162853,47.3605844,{CELLS},28\n"
GEOM = f"GEOM,HASH,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID\nPOINT (-122.1162853 47.3605844),28,{CELLS}\n"
FORMS = {"geojson": GEOJSON, "today": TODAY, "old": OLD, "wkt": GEOM}


def written(tmp_path, content, name="points"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["", "byte order mark"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_row(tmp_path, form, start, pack):
    points = open_points(written(tmp_path, pack(start + FORMS[form].encode())))
    (row,) = points.rows
    assert (row["NUMBER"], row["STREET"], row["POSTCODE"]) == ("1615", "RTE 25", "98115")
    assert (float(row["LON"]), float(row["LAT"])) == (-122.1162853, 47.3605844)
    declared = {"NUMBER", "STREET", "UNIT", "CITY", "REGION", "POSTCODE", "HASH", "ID", "DISTRICT"}
    assert points.columns == dict.fromkeys(declared, "text") | {"LON": "number", "LAT": "number"}


def test_a_bad_line_is_told_and_the_rows_round_it_are_read(tmp_path):
    content = f'{GEOJSON}{{"type": "Feature"\n\n[]\n{GEOJSON}'
    rows = list(open_points(written(tmp_path, content)).rows)
    assert [isinstance(row, Fault) for row in rows] == [False, True, True, False]
    assert rows[1] == Fault("line: not a GeoJSON feature", '{"type": "Feature"\n')


def test_bad_lines_ahead_of_the_first_good_one_are_told_too(tmp_path):
    points = open_points(written(tmp_path, f"{{broken\n{GEOJSON}"))
    assert "NUMBER" in points.columns
    assert [isinstance(row, Fault) for row in points.rows] == [True, False]


def test_a_line_with_too_many_cells_is_told(tmp_path):
    rows = list(open_points(written(tmp_path, f"{TODAY}1,2\n{TODAY.splitlines()[1]}\n")).rows)
    assert [isinstance(row, Fault) for row in rows] == [False, True, False]


def test_a_cell_of_megabytes_is_told_and_the_next_line_read(tmp_path):
    line = TODAY.splitlines()[1]
    rows = list(open_points(written(tmp_path, f"{TODAY}x,1,1,1,{'a' * 3_000_000}\n{line}\n")).rows)
    assert isinstance(rows[1], Fault)
    assert rows[-1]["NUMBER"] == "1615"


def test_a_point_that_is_none_has_no_place(tmp_path):
    (row,) = open_points(written(tmp_path, GEOM.replace("POINT (-122.1162853 47.3605844)", "POINT EMPTY"))).rows
    assert (row["LON"], row["LAT"]) == (None, None)


@pytest.mark.parametrize("geometry", [None, {}, {"coordinates": []}])
def test_a_feature_without_a_point_has_no_place(tmp_path, geometry):
    with_nothing = json.dumps(FEATURE | {"geometry": geometry})
    (row,) = open_points(written(tmp_path, with_nothing)).rows
    assert isinstance(row, Fault) or (row["LON"], row["LAT"]) == (None, None)


@pytest.mark.parametrize("content", ["", "\n\n", "name;street\nx;y\n", "%PDF-1.7\n"])
def test_what_is_no_such_file_is_refused(tmp_path, content):
    with pytest.raises(InvalidInputError, match="no file of OpenAddresses"):
        open_points(written(tmp_path, content))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be read"):
        open_points(tmp_path / "nothing")


@pytest.mark.parametrize("spoil", [lambda packed: packed[:-20], lambda packed: packed[:60] + b"\0\0\0" + packed[63:]])
def test_half_a_file_is_never_taken_for_a_whole(tmp_path, spoil):
    packed = gzip.compress("".join(GEOJSON.replace("1615", str(n)) for n in range(2000)).encode())
    path = written(tmp_path, spoil(packed))
    with pytest.raises(InvalidInputError, match="breaks off or is damaged"):
        list(open_points(path).rows)


def test_a_fingerprint_tells_files_apart(tmp_path):
    first, second = written(tmp_path, GEOJSON, "a"), written(tmp_path, OLD, "b")
    assert fingerprint(first) == fingerprint(written(tmp_path, GEOJSON, "c"))
    assert fingerprint(first) != fingerprint(second)


def test_memory_stays_the_same_however_long_the_file_is(tmp_path):
    def peak(lines: int) -> int:
        path = written(tmp_path, gzip.compress(GEOJSON.encode() * lines), str(lines))
        tracemalloc.start()
        for _ in open_points(path).rows:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) < peak(500) * 1.5 + 200_000


def test_published_files_are_read_without_a_fault():
    for path in sorted(PUBLISHED.glob("addresses*.geojsonl")) + sorted(PUBLISHED.glob("*.csv")):
        points = open_points(path)
        rows = list(points.rows)
        assert rows
        assert not [row for row in rows if isinstance(row, Fault)], path
        assert points.columns.keys() >= find_source("openaddresses").columns.keys()
