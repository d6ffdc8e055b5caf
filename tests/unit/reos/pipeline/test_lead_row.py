import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reos.pipeline.lead_files import LeadFile
from reos.pipeline.lead_row import LeadRow, RowError, compile_rows
from reos.pipeline.profiles import load_profile

KING = (
    "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,floors,waterfront,view,condition,grade,sqft_above,"
    "sqft_basement,yr_built,yr_renovated,zipcode,lat,long,sqft_living15,sqft_lot15"
)
SALE = "7129300520,2014-10-13,221900.0,3,1.0,1180,5650,1.0,0,0,3,7,1180,0,1955,0,98178,47.5112,-122.257,1340,5650"


def reader(profile: str, header: str) -> Callable[[Sequence[str]], LeadRow]:
    file = LeadFile(Path("x.csv"), "utf-8", ",", header.split(","), b"", 0)
    return compile_rows(load_profile(profile), file)


def test_a_king_county_sale_becomes_its_canonical_record():
    row = reader("king-county", KING)(SALE.split(","))
    assert json.loads(row.body) == {
        "apn": "7129300520", "county_fips": "53033", "state": "WA", "zip5": "98178",
        "sale_date": "2014-10-13", "sale_price": 221900, "beds": 3, "baths": 1, "living_sqft": 1180, "lot_sqft": 5650,
        "floors": 1, "waterfront": False, "view": 0, "condition": 3, "grade": 7, "year_built": 1955,
        "latitude": 47.5112, "longitude": -122.257, "living_sqft_neighbours": 1340, "lot_sqft_neighbours": 5650,
    }  # fmt: skip
    assert row.record_key == "2014-10-13:221900"
    assert row.identity.key == "53033:7129300520"
    assert row.body_sha256 == hashlib.sha256(row.body.encode()).digest()


def test_the_record_does_not_depend_on_how_the_file_writes_it():
    read = reader("king-county", KING)
    other = SALE.replace("7129300520", "7129300520 ").replace("221900.0", "221900").replace(",1.0,1180", ",1,1180")
    assert read(other.split(",")).body_sha256 == read(SALE.split(",")).body_sha256


def test_a_row_without_a_sale_is_the_parcels_roll_record():
    row = reader("generic", "apn,county_fips,beds")(["7129300520", "53033", "3"])
    assert row.record_key == "roll"


def test_a_county_may_come_by_name():
    row = reader("generic", "apn,county,state")(["7129300520", "King", "WA"])
    assert json.loads(row.body) == {"apn": "7129300520", "county_fips": "53033", "state": "WA"}


def test_a_zip_plus_four_is_stored_as_zip5():
    row = reader("generic", "address,zip")(["12 Main St", "98101-1234"])
    assert json.loads(row.body)["zip5"] == "98101"
    assert row.identity.zip4 == "1234"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("7129300520", "", "id is empty"),
        ("7129300520", "71293005201", "id: '71293005201' is not a number of up to 10 digits"),
        ("7129300520", "0000000000", "missing parcel number"),
        ("221900.0", "cheap", "price: 'cheap' is not a number"),
        ("221900.0", "0", "price: '0' is not 1 or more"),
        ("2014-10-13", "13/10/2014", "date: '13/10/2014' is not a date"),
        ("47.5112,-122.257", "-122.257,47.5112", "latitude and longitude swapped"),
        (",3,7,", ",9,7,", "condition: '9' is not between 1 and 5"),
    ],
)
def test_a_bad_cell_refuses_the_row_and_names_the_column(old: str, new: str, reason: str):
    read = reader("king-county", KING)
    with pytest.raises(RowError, match=reason):
        read(SALE.replace(old, new).split(","))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["7129300520", "", "", ""], "without its county"),
        (["7129300520", "King", "OR", ""], "No single county"),
        (["", "", "", "somewhere nice"], "It is not an address"),
        (["", "", "", ""], "names no property"),
    ],
)
def test_a_row_that_names_no_property_is_refused(cells: list[str], reason: str):
    with pytest.raises(RowError, match=reason):
        reader("generic", "apn,county,state,address")(cells)


@pytest.mark.parametrize(("name", "limit"), [("_KEPT_CELLS", 1), ("_KEPT_LENGTH", 0)])
def test_the_memory_of_cells_has_a_limit(monkeypatch: pytest.MonkeyPatch, name: str, limit: int):
    monkeypatch.setattr(f"reos.pipeline.lead_row.{name}", limit)
    read = reader("generic", "apn,county_fips,beds")
    assert [json.loads(read(["R1", "41051", beds]).body)["beds"] for beds in ("1", "2", "1", "2")] == [1, 2, 1, 2]
