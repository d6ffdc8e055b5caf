import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import LeadFile, LeadFormat, Row, open_leads
from reos.pipeline.profiles import load_profile

GENERIC = load_profile("generic")
HEADER = ["apn", "county_fips", "zip", "owner", "note"]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.xlsx"


def save(path: Path, *rows: list[object], edit: Callable[[Worksheet], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if edit:
        edit(sheet)
    book.save(path)
    return path


def rewrite(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of the archive."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return path


def opened(path: Path) -> LeadFile:
    return open_leads(path, GENERIC)


def test_a_sheet_is_read_as_it_is_shown(path: Path):
    def keep_zeros(sheet: Worksheet) -> None:
        sheet["C2"].number_format = "00000"

    file = opened(
        save(path, HEADER, [7129300520, 53033, 601, "Jos\u00e9 \U0001f3e0", date(2014, 10, 13)], edit=keep_zeros)
    )
    assert (file.format, file.header) == (LeadFormat.XLSX, HEADER)
    assert list(file.rows()) == [Row(2, ["7129300520", "53033", "00601", "Jos\u00e9 \U0001f3e0", "2014-10-13"])]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        (3.0, "3"),
        (True, "true"),
        (datetime(2014, 10, 13, 8, 30), "2014-10-13T08:30:00"),  # noqa: DTZ001 - a workbook has no zones
        (1.23456789012346e17, "1.23456789012346e+17"),
        ("'=1+1", "=1+1"),
        ("O'Brien", "O'Brien"),
    ],
)
def test_a_value_becomes_the_text_that_a_csv_would_have(path: Path, value: object, text: str):
    assert next(opened(save(path, HEADER, ["1", "53033", None, None, value])).rows()).cells[-1] == text


def test_empty_rows_are_passed_over_and_rows_keep_their_numbers(path: Path):
    file = opened(save(path, [], HEADER, [], ["1", "53033"], [None, None], ["2", "53033", "98101", "Ann", "x", "more"]))
    assert [(row.line, row.fault) for row in file.rows()] == [
        (4, None),
        (6, "has cells to the right of the last column that the header names"),
    ]


def stored(value: bytes) -> Callable[[bytes], bytes]:
    """Give the formula in A2 the value that Excel would have stored."""
    return lambda xml: xml.replace(b"<v></v>", b"<v>" + value + b"</v>").replace(b"<v />", b"<v>" + value + b"</v>")


def test_a_formula_gives_its_stored_value(path: Path):
    save(path, HEADER, ["=3+4", "53033"])
    rewrite(path, SHEET, stored(b"7"))
    assert list(opened(path).rows()) == [Row(2, ["7", "53033", "", "", ""])]


def test_a_formula_without_a_stored_value_is_told_where_the_profile_reads_it(path: Path):
    read, unread = opened(save(path, HEADER, ["=3+4", "53033"], ["1", "53033", None, None, "=3+4"])).rows()
    assert read.fault == "apn is a formula without a stored value: open and save the file in Excel"
    assert unread.fault is None


def test_an_error_in_a_cell_is_told(path: Path):
    row = next(opened(save(path, HEADER, ["#REF!", "53033"])).rows())
    assert row.fault == "apn is the error #REF!"


def test_a_cell_that_is_too_large_is_told(path: Path):
    def enlarge(xml: bytes) -> bytes:
        return xml.replace(b"Ann", b"x" * 10_000_000)

    save(path, HEADER, ["1", "53033", "98101", "Ann"], ["2", "53033", "98101", "Bob"])
    rewrite(path, SHEET, enlarge)
    rewrite(path, "xl/sharedStrings.xml", enlarge)
    bad, good = opened(path).rows()
    assert bad.fault == "owner has 10,000,000 characters, more than the 131,072 that a cell may have"
    assert good.cells[3] == "Bob"


def two_sheets(path: Path, second: list[str]) -> Path:
    book = openpyxl.Workbook()
    book.worksheets[0].append(HEADER)
    book.create_sheet("Notes").append(second)
    book.save(path)
    return path


def test_the_sheet_that_fits_is_taken(path: Path):
    assert opened(two_sheets(path, ["read", "me"])).header == HEADER


def test_two_sheets_that_fit_are_not_chosen_between(path: Path):
    with pytest.raises(InvalidInputError, match="has 2 sheets that fit: Sheet, Notes") as caught:
        opened(two_sheets(path, ["address", "zip"]))
    assert "`sheet:`" in (caught.value.remedy or "")
    named = GENERIC.model_copy(update={"sheet": "Notes"})
    assert open_leads(path, named).header == ["address", "zip"]
    with pytest.raises(InvalidInputError, match="no filled sheet 'Other'"):
        open_leads(path, GENERIC.model_copy(update={"sheet": "Other"}))


def test_an_empty_workbook_is_told(path: Path):
    with pytest.raises(InvalidInputError, match="is empty"):
        opened(save(path))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (SHEET, b"not xml", "damaged workbook"),
        (SHEET, b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>', "a document type of its own"),
        ("xl/styles.xml", b" " * (17 << 20), r"a part \(xl/styles.xml\) of 17,825,792 bytes unpacked"),
        ("xl/sharedStrings.xml", b" " * (129 << 20), r"a part \(xl/sharedStrings.xml\) of"),
    ],
)
def test_a_workbook_that_would_do_harm_is_refused(path: Path, name: str, content: bytes, reason: str):
    rewrite(save(path, HEADER, ["1", "53033"]), name, lambda _: content)
    with pytest.raises(InvalidInputError, match=reason) as caught:
        list(opened(path).rows())
    assert caught.value.remedy


def test_a_workbook_that_unpacks_to_more_than_the_limit_is_refused_unread(path: Path):
    rewrite(save(path, HEADER), SHEET, lambda xml: xml + b" " * 3_000_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(InvalidInputError, match=r"unpacks to 3,\d+,\d+ bytes, more than the limit of 1,000,000 bytes"):
        open_leads(path, GENERIC, max_bytes=1_000_000)


def test_a_sheet_that_claims_endless_rows_is_refused(path: Path):
    def far_away(xml: bytes) -> bytes:
        return xml.replace(b'r="2"', b'r="99999999"').replace(b'"A2"', b'"A99999999"').replace(b'"B2"', b'"B99999999"')

    rewrite(save(path, HEADER, ["1", "53033"]), SHEET, far_away)
    with pytest.raises(InvalidInputError, match="more than 1,048,576 rows"):
        list(opened(path).rows())


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["leads.csv"], r"a ZIP archive \(leads.csv\)"),
        (["xl/workbook.bin"], "a binary workbook"),
        (["mimetype", "content.xml"], "an OpenDocument file"),
    ],
)
def test_other_archives_are_told_apart(path: Path, names: list[str], reason: str):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(InvalidInputError, match=reason):
        opened(path)


def test_a_cut_off_archive_is_damaged(path: Path):
    save(path, HEADER)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(InvalidInputError, match="damaged workbook"):
        opened(path)
