import codecs
from pathlib import Path

import pytest

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import LeadFile, Row, open_leads
from reos.pipeline.profiles import load_profile

GENERIC = load_profile("generic")
HEADER = "address,zip,owner\n"
ROW = "12 Main St,98101,Ann\n"


def opened(path: Path, content: str | bytes) -> LeadFile:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_leads(path, GENERIC)


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
    assert next(file.rows()).cells[2] == "Jos\u00e9"


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
        (bytes(range(1, 256)) * 8, "not text"),
        (b"a\0\1\2" * 40, "not text"),
        (("addr\x00ess,zip\n" + ROW).encode(), "line 1: the header has a NUL byte"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a", "mixes encodings"),
        ((HEADER + '"12 Main St,98101,Ann\n' + ROW).encode(), "line 2: a quote is opened there and never closed"),
        (
            (HEADER + '"12 Main St,98101,Ann\n' + ROW * 9000).encode(),
            "line 2: a quote is opened there and never closed",
        ),
    ],
)
def test_what_is_no_table_is_refused_as_what_it_is(path: Path, content: bytes, reason: str):
    with pytest.raises(InvalidInputError, match=reason) as caught:
        list(opened(path, content).rows())
    assert path.name in caught.value.detail
    assert caught.value.remedy


def test_a_file_in_yet_another_encoding_is_refused_with_what_it_looks_like(path: Path):
    names = "".join(f"{number} Main St,98101,Jos\u00e9 Mu\u00f1oz Garc\u00eda\n" for number in range(1, 60))
    with pytest.raises(InvalidInputError, match="line 2 is neither UTF-8 nor Windows-1252") as caught:
        opened(path, (HEADER + names.replace("\u00e9", "\u00e4")).encode("cp850").replace(b"\x84", b"\x81"))
    assert "encoding:" in (caught.value.remedy or "")


def test_a_profile_may_say_the_encoding_and_the_delimiter(path: Path):
    path.write_bytes("address^zip^owner\n12 Main St^98101^Jos\u00e9\n".encode("cp850"))
    file = open_leads(path, GENERIC.model_copy(update={"encoding": "cp850", "delimiter": "^"}))
    assert [row.cells for row in file.rows()] == [["12 Main St", "98101", "Jos\u00e9"]]


def test_utf_16_without_a_mark_is_found_by_its_pattern(path: Path):
    for name in ("utf-16-le", "utf-16-be"):
        file = opened(path, (HEADER + "12 Main St,98101,Jos\u00e9\n").encode(name))
        assert (file.encoding, next(file.rows()).cells[2]) == (name, "Jos\u00e9")


def test_excels_own_first_line_names_the_delimiter(path: Path):
    file = opened(path, "sep=|\naddress|zip\n12 Main St|98101\n")
    assert (file.header, [row.cells for row in file.rows()]) == (["address", "zip"], [["12 Main St", "98101"]])


def test_one_column_of_whole_addresses_is_not_cut_at_its_commas(path: Path):
    file = opened(path, "address\n12 Main St, Seattle, WA 98101\n9 Oak Ave, Kent, WA 98030\n")
    assert [row.cells for row in file.rows()] == [["12 Main St, Seattle, WA 98101"], ["9 Oak Ave, Kent, WA 98030"]]


def test_a_header_may_stand_below_empty_lines_and_span_two(path: Path):
    file = opened(path, '\n,,\n"addr\ness",zip,owner\n12 Main St,98101,Ann\n'.replace("addr\ness", "address"))
    assert [row.line for row in file.rows()] == [4]


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path):
    with pytest.raises(InvalidInputError, match="There is no file"):
        open_leads(tmp_path / "nope.csv", GENERIC)
    with pytest.raises(InvalidInputError, match="is a folder"):
        open_leads(tmp_path, GENERIC)


def test_a_file_that_the_system_refuses_to_read_is_told():
    with pytest.raises(InvalidInputError, match="cannot be read"):
        open_leads(Path("/proc/self/mem"), GENERIC)


def test_the_wrong_profile_says_what_is_missing_and_what_would_fit(path: Path):
    path.write_text(HEADER + ROW)
    with pytest.raises(InvalidInputError, match="does not fit the profile 'king-county'") as caught:
        open_leads(path, load_profile("king-county"))
    assert "sqft_living" in caught.value.detail
    assert "It would fit the profile generic." in (caught.value.remedy or "")


def test_a_file_that_fits_no_profile_says_so(path: Path):
    with pytest.raises(InvalidInputError, match="no column apn or address") as caught:
        opened(path, "a,b\n1,2\n")
    assert "A mapping can be proposed" in (caught.value.remedy or "")


def test_a_column_twice_is_refused(path: Path):
    with pytest.raises(InvalidInputError, match="more than one column called zip"):
        opened(path, "address,zip,ZIP\n1 Main St,98101,98102\n")
