"""Input as it comes. Each case ends in a message that says what, where and what to do; good rows around it are read."""

import zlib
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import LeadFile, open_leads
from reos.pipeline.lead_row import LeadRow, RowError, compile_rows
from reos.pipeline.profiles import load_profile

GENERIC = load_profile("generic")
HEADER = "apn,county_fips,address,city,state,zip,lat,lon,owner\n"
GOOD = "7129300520,53033,,,WA,98178,47.5112,-122.257,Ann\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


def opened(path: Path, content: bytes) -> LeadFile:
    path.write_bytes(content)
    return open_leads(path, GENERIC)


def outcomes(file: LeadFile) -> list[tuple[int, str]]:
    """Return of each row its line and what became of it."""
    read = compile_rows(GENERIC, file)
    return [(row.line, row.fault or _outcome(read, row.cells)) for row in file.rows()]


def _outcome(read: Callable[[list[str]], LeadRow], cells: list[str]) -> str:
    try:
        return read(cells).identity.key
    except RowError as error:
        return str(error)


def between_good_rows(path: Path, row: bytes) -> str:
    """Return what became of `row`, once the rows before and after it are known to be read."""
    file = opened(path, HEADER.encode() + GOOD.encode() + row + b"\n" + GOOD.encode())
    (first_line, first), (line, outcome), (last_line, last) = outcomes(file)
    assert (first, last) == ("53033:7129300520", "53033:7129300520")
    assert (first_line, line, last_line) == (2, 3, 4)
    return outcome


def refused(path: Path, content: bytes, reason: str) -> str:
    with pytest.raises(InvalidInputError, match=reason) as caught:
        opened(path, content)
    assert path.name in caught.value.detail
    return caught.value.remedy or ""


def test_an_empty_file(path: Path):
    assert "header and rows" in refused(path, b"", "leads.csv is empty")


def test_the_wrong_delimiter(path: Path):
    remedy = refused(path, (HEADER + GOOD).replace(",", "^").encode(), "has no column apn or address")
    assert "It has one column only" in remedy
    assert "apn^county_fips" in remedy


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(path: Path):
    with path.open("wb") as sparse:
        sparse.truncate(2 << 30)
    with pytest.raises(
        InvalidInputError, match="has 2,147,483,648 bytes, more than the limit of 1,073,741,824"
    ) as caught:
        open_leads(path, GENERIC)
    assert "Split it" in (caught.value.remedy or "")
    assert "REOS_IMPORT_MAX_BYTES" in (caught.value.remedy or "")


def test_a_small_file_that_unpacks_to_gigabytes_is_given_up(path: Path):
    packer = zlib.compressobj(wbits=31)
    packed = b"".join(packer.compress(b"0" * (1 << 20)) for _ in range(64)) + packer.flush()
    assert len(packed) < 100_000
    path.write_bytes(packed)
    with pytest.raises(InvalidInputError, match="unpacks to more, more than the limit of 4,194,304 bytes"):
        open_leads(path, GENERIC, max_bytes=4 << 20)


def test_a_column_twice(path: Path):
    assert "Rename or remove" in refused(path, b"apn,county_fips,APN\n1,53033,2\n", "more than one column called apn")


def test_mixed_encodings(path: Path):
    rows = "12 Main St,98101,Jos\u00e9\n".encode() + b"14 Main St,98101,Jos\xe9\n" + b"16 Main St,98101,Bob\n"
    (_, first), (line, bad), (_, last) = outcomes(opened(path, b"address,zip,owner\n" + rows))
    assert (line, bad) == (3, "is not UTF-8, as the rest of the file is: the file mixes encodings")
    assert first.startswith("address:")
    assert last.startswith("address:")


def test_nul_bytes(path: Path):
    outcome = between_good_rows(path, b"71293\x0000521,53033,,,WA,98178,47.5112,-122.257,Ann")
    assert outcome == "has a NUL byte: it is damaged there"


@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_cell_of_ten_megabytes(path: Path, quote: bytes):
    outcome = between_good_rows(path, b"7129300521,53033,,,WA,98178,,," + quote + b"x" * 10_000_000 + quote)
    assert outcome in {
        "is longer than the 4,194,304 characters that a line may have",
        "has a cell of more than the 131,072 characters that a cell may have",
    }


def test_formula_cells_are_text(path: Path):
    file = opened(
        path, HEADER.encode() + b"7129300520,53033,,,WA,98178,,,'=HYPERLINK(1)\n7129300521,53033,=1+1,,,,,,=1+1\n"
    )
    first, second = ([*row.cells] for row in file.rows())
    assert (first[-1], second[-1]) == ("=HYPERLINK(1)", "=1+1")
    assert orjson.loads(compile_rows(GENERIC, file)(first).body)["owner_name"] == "=HYPERLINK(1)"


def test_a_formula_is_no_address(path: Path):
    assert "is not accepted as an address" in between_good_rows(path, b",,=A1&B1,Seattle,WA,98101,,,Ann")


def test_latitude_and_longitude_swapped(path: Path):
    outcome = between_good_rows(path, b"7129300521,53033,,,WA,98178,-122.257,47.5112,Ann")
    assert outcome.startswith("latitude and longitude swapped: -122.257, 47.5112 is not in the United States")


@pytest.mark.parametrize(
    ("latitude", "longitude", "reason"),
    [
        (b"1271234.5", b"226987.1", "no latitude and longitude in degrees; export the coordinates as WGS 84"),
        (b"51.5", b"-0.12", "latitude 51.5, longitude -0.12 is not in the United States"),
        (b"47.5112", b"", "has a latitude without a longitude"),
        (b"", b"-122.257", "has a longitude without a latitude"),
        (b"47 30", b"-122.257", "lat: '47 30' is not a number"),
    ],
)
def test_a_point_that_is_none(path: Path, latitude: bytes, longitude: bytes, reason: str):
    outcome = between_good_rows(path, b"7129300521,53033,,,WA,98178,%s,%s,Ann" % (latitude, longitude))
    assert reason in outcome


def test_zero_degrees_say_that_nothing_is_known(path: Path):
    assert between_good_rows(path, b"7129300521,53033,,,WA,98178,0,0.0,Ann") == "53033:7129300521"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,290 Bremner Blvd,Toronto,ON,M5V 3L9,,,Ann", "zip: 'M5V 3L9' is a Canadian postal code"),
        (",,290 Bremner Blvd,Toronto,ON,,,,Ann", "is not accepted as an address"),
        (',,"290 Bremner Blvd, Toronto, ON M5V 3L9",,,,,,Ann', "is not accepted as an address"),
        (",,290 Bremner Blvd,,,,43.64,-79.38,Ann", "is not accepted as an address"),
    ],
)
def test_an_address_in_canada(path: Path, row: str, reason: str):
    assert reason in between_good_rows(path, row.encode())


def test_a_country_that_is_not_the_united_states(path: Path):
    rows = b"apn,county_fips,country\n1234,41051,Canada\n1234,41051,U.S.A.\n1234,41051,\n"
    (_, canada), (_, usa), (_, unsaid) = outcomes(opened(path, rows))
    assert canada == "country: 'Canada' is not the United States; only properties there are taken"
    assert usa == unsaid != canada


def test_a_parcel_number_with_letters(path: Path):
    file = opened(path, b"apn,county_fips\nR-214567A,41051\n")
    lead = compile_rows(GENERIC, file)(next(file.rows()).cells)
    assert (lead.identity.apn, lead.identity.county_fips) == ("R-214567A", "41051")


def test_emoji(path: Path):
    file = opened(
        path, HEADER.encode() + "7129300520,53033,,,WA,98178,,,Ann \U0001f3e0\U0001f469\u200d\U0001f4bb\n".encode()
    )
    body = orjson.loads(compile_rows(GENERIC, file)(next(file.rows()).cells).body)
    assert body["owner_name"] == "Ann \U0001f3e0\U0001f469\u200d\U0001f4bb"


def test_emoji_are_no_address(path: Path):
    assert "is not accepted as an address" in between_good_rows(
        path, ",,\U0001f3e0\U0001f3e0,Kent,WA,98030,,,A".encode()
    )


@pytest.mark.parametrize(
    ("content", "reason", "remedy"),
    [
        (b"%PDF-1.7\n", "a PDF", "CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"an old Excel workbook \(.xls\)", ".xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "a workbook protected by a password",
            "without the password",
        ),
        (b"<!DOCTYPE html><html>", "a web page", "data itself"),
        (b"\x00\x00\x27\x0a" + b"\0" * 96, "a shapefile", "GeoJSON"),
        (b"SQLite format 3\0", "a database file", "CSV"),
        (b"PAR1", "a Parquet file", "CSV"),
        (b"BZh91AY", "bzip2", "gzip"),
    ],
)
def test_a_file_that_is_something_else(path: Path, content: bytes, reason: str, remedy: str):
    assert remedy in refused(path, content, reason)
