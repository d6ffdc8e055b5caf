import codecs
from pathlib import Path

import pytest

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_file import LeadFile, Row, open_lead_file
from reos.pipeline.profiles import load_profile

GENERIC = load_profile("generic")
HEADER = "address,zip,owner\n"
ROW = "12 Main St,98101,Ann\n"


def opened(path: Path, content: str | bytes) -> LeadFile:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_lead_file(path, GENERIC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_columns_that_it_yields(path: Path, mark: str):
    file = opened(path, (HEADER + ROW).replace(",", mark))
    assert file.header == ["address", "zip", "owner"]
    assert list(file.rows()) == [Row(2, ["12 Main St", "98101", "Ann"])]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", (HEADER + "12 Main St,98101,Jos\u00e9\n").encode()),
        ("utf-8-sig", codecs.BOM_UTF8 + (HEADER + "12 Main St,98101,Jos\u00e9\n").encode()),
        ("utf-16", (HEADER + "12 Main St,98101,Jos\u00e9\n").encode("utf-16")),
        ("cp1252", (HEADER + "12 Main St,98101,Jos\u00e9\n").encode("cp1252")),
    ],
)
def test_the_encoding_is_found(path: Path, encoding: str, content: bytes):
    file = opened(path, content)
    assert file.encoding == encoding
    assert next(iter(file.rows())).cells[2] == "Jos\u00e9"


def test_line_numbers_are_those_of_an_editor(path: Path):
    file = opened(path, HEADER + '"12 Main\nSt",98101,Ann\n\n' + ROW + "short,1\n")
    assert [(row.line, row.fault) for row in file.rows()] == [
        (2, None),
        (5, None),
        (6, "has 2 cells, the header has 3"),
    ]


def test_a_row_that_is_no_row_is_told_and_the_next_is_read(path: Path):
    file = opened(path, HEADER + '"12 Main" St,98101,Ann\n' + ROW)
    bad, good = file.rows()
    assert bad.line == 2
    assert "cannot be read as a row" in (bad.fault or "")
    assert good.cells[2] == "Ann"


def test_the_hash_and_the_lines_are_of_the_whole_file(path: Path):
    one, other = opened(path, HEADER + ROW * 3), opened(path, HEADER + ROW * 4)
    assert (one.lines, other.lines) == (4, 5)
    assert one.sha256 != other.sha256


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\n ", "is empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08rest", "gzip"),
        ((HEADER + "12 Ma\x00in St,98101,Ann\n").encode(), "NUL byte in line 2"),
        (bytes(range(1, 256)) * 8, "not text"),
        ((HEADER + ROW).encode() + b"1 Main St,98101,Jos\x81\n", "neither UTF-8 nor Windows-1252"),
        ((HEADER + "1 Main St,98101,Jos\u00e9\n").encode() + b"1 Main St,98101,Jos\xe9\n", "mixes encodings: line 3"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a", "mixes encodings"),
        ((HEADER + '"12 Main St,98101,Ann\n' + ROW).encode(), "line 2: unexpected end of data"),
        ((HEADER + '"' + "x" * 140_000 + '",98101,Ann\n').encode(), "never closed"),
    ],
)
def test_what_is_no_table_is_refused_as_what_it_is(path: Path, content: bytes, reason: str):
    with pytest.raises(InvalidInputError, match=reason) as caught:
        list(opened(path, content).rows())
    assert path.name in caught.value.detail
    assert caught.value.remedy


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path):
    with pytest.raises(InvalidInputError, match="There is no file"):
        open_lead_file(tmp_path / "nope.csv", GENERIC)
    with pytest.raises(InvalidInputError, match="is a folder"):
        open_lead_file(tmp_path, GENERIC)


def test_a_file_that_the_system_refuses_to_read_is_told():
    with pytest.raises(InvalidInputError, match="cannot be read"):
        open_lead_file(Path("/proc/self/mem"), GENERIC)


def test_the_wrong_profile_says_what_is_missing_and_what_would_fit(path: Path):
    path.write_text(HEADER + ROW)
    with pytest.raises(InvalidInputError, match="does not fit the profile 'king-county'") as caught:
        open_lead_file(path, load_profile("king-county"))
    assert "sqft_living" in caught.value.detail
    assert "It would fit the profile generic." in (caught.value.remedy or "")


def test_a_file_that_fits_no_profile_says_so(path: Path):
    with pytest.raises(InvalidInputError, match="no column apn or address") as caught:
        opened(path, "a,b\n1,2\n")
    assert "No profile fits it" in (caught.value.remedy or "")


def test_a_column_twice_is_refused(path: Path):
    with pytest.raises(InvalidInputError, match="more than one column called zip"):
        opened(path, "address,zip,ZIP\n1 Main St,98101,98102\n")
