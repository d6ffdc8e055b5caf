import csv
from collections import Counter
from pathlib import Path

from reos_local.sandbox.export import HEADER, export_text, write_export
from reos_local.sandbox.world import parcel

KING_COUNTY_HEADER = (
    "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,floors,waterfront,view,condition,grade,sqft_above,sqft_basement,"
    "yr_built,yr_renovated,zipcode,lat,long,sqft_living15,sqft_lot15"
)


def test_the_file_has_the_countys_form(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    write_export(path, rows=600, seed=1)
    lines = path.read_text().splitlines()
    assert lines[0] == KING_COUNTY_HEADER == ",".join(HEADER)
    rows = list(csv.DictReader(lines))
    assert len(rows) == 600
    for row in rows:
        assert len(row["id"]) == 10
        assert row["price"].endswith(".0")
        assert int(row["sqft_above"]) + int(row["sqft_basement"]) == int(row["sqft_living"])
        assert "2025-08-25" <= row["date"] <= "2026-09-18"
    assert any(row["id"].startswith("0") for row in rows)


def test_some_parcels_are_sold_twice_and_their_rows_differ() -> None:
    rows = list(csv.DictReader(export_text(600, 1).splitlines()))
    resold = [apn for apn, count in Counter(row["id"] for row in rows).items() if count > 1]
    assert 3 <= len(resold) <= 30
    assert len({(row["id"], row["date"]) for row in rows}) == len(rows)


def test_rows_tell_the_truth_of_the_world_and_repeat() -> None:
    text = export_text(50, 3)
    assert text == export_text(50, 3)
    assert export_text(80, 3).startswith(text)
    for row in csv.DictReader(text.splitlines()):
        true = parcel(3, row["id"])
        assert (int(row["bedrooms"]), float(row["bathrooms"])) == (true.house.beds, true.house.baths)
        assert float(row["price"]) in {sale.price for sale in true.sales}
