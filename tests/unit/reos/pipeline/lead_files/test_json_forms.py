import gzip
import json
from pathlib import Path

import pytest

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import LeadFile, LeadFormat, Row, open_leads, open_table
from reos.pipeline.profiles import load_profile

GENERIC = load_profile("generic")
POINT = {"type": "Point", "coordinates": [-122.257, 47.5112]}


def feature(**properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": POINT}


def written(path: Path, content: str) -> LeadFile:
    path.write_text(content)
    return open_leads(path, GENERIC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.json"


def test_one_object_a_line_is_one_row(path: Path):
    file = written(path, '{"apn": "0012", "county_fips": "53033"}\n\n{"county_fips": "53033", "apn": "7", "beds": 3}\n')
    assert (file.format, file.header) == (LeadFormat.NDJSON, ["apn", "county_fips", "beds"])
    assert list(file.rows()) == [Row(1, ["0012", "53033", ""]), Row(3, ["7", "53033", "3"])]


def test_values_keep_what_the_file_writes(path: Path):
    file = written(
        path, '{"apn": 12345678901234567890, "a": 1.50, "b": true, "c": null, "d": ["x", {"y": "z"}], "e": "=1"}'
    )
    assert next(file.rows()).cells == ["12345678901234567890", "1.50", "true", "", '["x", {"y": "z"}]', "=1"]


def test_nested_objects_have_dotted_names(path: Path):
    file = open_table(_write(path, '{"situs": {"street": {"name": "Oak"}}, "apn": "1"}'))
    assert file.header == ["situs.street.name", "apn"]


def _write(path: Path, content: str) -> Path:
    path.write_text(content)
    return path


def test_geojson_lines_and_text_sequences_give_properties_and_a_point(path: Path):
    line = json.dumps(feature(apn="1", county_fips="53033"))
    for content in (f"{line}\n{line}\n", f"\x1e{line}\n\x1e{line}\n"):
        file = written(path, content)
        assert file.format is LeadFormat.GEOJSON
        assert file.header == ["apn", "county_fips", "geometry.latitude", "geometry.longitude"]
        assert [row.cells for row in file.rows()] == [["1", "53033", "47.5112", "-122.257"]] * 2


@pytest.mark.parametrize("indent", [None, 2])
def test_a_feature_collection_is_read_feature_by_feature(path: Path, indent: int | None):
    features = [feature(apn=str(number), county_fips="53033", note="x" * 300) for number in range(900)]
    collection = {"type": "FeatureCollection", "crs": {"type": "name", "properties": {}}, "features": features}
    file = written(path, json.dumps(collection, indent=indent))
    rows = list(file.rows())
    assert [row.cells[0] for row in rows] == [str(number) for number in range(900)]
    assert [row.line for row in rows] == sorted(row.line for row in rows)
    assert rows[0].line == (1 if indent is None else 8)


def test_an_array_is_read_element_by_element(path: Path):
    file = written(path, ' [{"address": "1 Main St"},\n 5,\n {"address": "2 Main St"}]\n')
    assert [(row.line, row.fault) for row in file.rows()] == [
        (1, None),
        (2, "is not an object with named values"),
        (3, None),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"apn": "1"', "is not JSON: Expecting ',' delimiter at column 12"),
        ("nonsense", "is not JSON"),
        ("[1, 2]", "is not an object"),
        ('{"apn": "1", "apn": "2"}', "has the name 'apn' twice"),
        ('{"apn": NaN}', "has NaN, which is no JSON"),
        ('{"apn": "\\u0000"}', "NUL"),
        ('{"apn": "a\0b"}', "NUL byte"),
        (
            '{"type": "Feature", "properties": {"apn": "1"}, "geometry": {"type": "Point"}}',
            "a geometry that is malformed",
        ),
        ('{"type": "Feature", "properties": 5, "geometry": null}', "properties or geometry are malformed"),
        ('{"apn": "' + "x" * 200_000 + '"}', "apn has 200,000 characters, more than"),
        ('{"apn": "' + "x" * 10_000_000 + '"}', "is longer than the 4,194,304 characters"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_a_bad_line_is_told_and_the_others_are_read(path: Path, line: str, reason: str):
    good = '{"apn": "1", "county_fips": "53033"}'
    first, bad, last = written(path, f"{good}\n{line}\n{good}\n").rows()
    assert (first.fault, bad.line, last.line, last.fault) == (None, 2, 3, None)
    assert reason in (bad.fault or "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"', "line 1: Expecting"),
        ('[{"a": 1},\n{"a": nope}]', "line 2: Expecting value"),
        ('[{"a": 1},\n{"a": 1, "a": 2}]', "line 2: has the name 'a' twice"),
        ('[{"a": 1},\n', "the file ends in the middle"),
        ('[{"a": 1}, )]', "a value is expected here"),
        ('{"type": "FeatureCollection", "features": []}', "has no features or rows"),
        ('{"type": "FeatureCollection"}', "it has no list of features"),
        ("{}\n{}\n", "no line that is a JSON object with named values"),
        ("{\n", "no line that is a JSON object"),
        ('{"apn": "1", "APN": "2"}', "more than one column called apn"),
        ("".join(f'{{"name{number}": 1}}\n' for number in range(2001)), "more than 2,000 different names"),
    ],
)
def test_a_document_that_cannot_be_rows_is_refused(path: Path, content: str, reason: str):
    with pytest.raises(InvalidInputError, match=reason) as caught:
        list(written(path, content).rows())
    assert path.name in caught.value.detail
    assert caught.value.remedy


def test_gzip_is_unpacked_on_the_way(tmp_path: Path):
    path = tmp_path / "leads.geojson.gz"
    path.write_bytes(gzip.compress((json.dumps(feature(apn="1", county_fips="53033")) + "\n").encode()))
    assert next(open_leads(path, GENERIC).rows()).cells[0] == "1"
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises(InvalidInputError, match="cannot be unpacked to its end"):
        open_leads(path, GENERIC)
