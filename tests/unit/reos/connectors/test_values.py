from collections.abc import Callable
from datetime import date

import pytest

from reos.connectors import values


@pytest.mark.parametrize(
    ("reader", "cell", "meaning"),
    [
        (values.text, "  MI49327     ", "MI49327"),
        (values.text, "A   B", "A B"),
        (values.text, "   ", None),
        (values.text, None, None),
        (values.number, "-122.3", -122.3),
        (values.number, " ", None),
        (values.number, 0, 0.0),
        (values.positive, 0, None),
        (values.positive, "2.25", 2.25),
        (values.whole, "3.0", 3),
        (values.whole, 0, None),
        (values.whole, None, None),
        (values.rounded, 8972.8, 8973),
        (values.rounded, None, None),
        (values.day, "2016-09-09", date(2016, 9, 9)),
        (values.day, "2026-03-16T00:00:00.000", date(2026, 3, 16)),
        (values.day, "2018-5-10", date(2018, 5, 10)),
        (values.day, "0000-00-00", None),
        (values.day, "", None),
        (values.zip5, "48202-3429", "48202"),
        (values.zip5, "482023429", "48202"),
        (values.zip5, " ", None),
        (values.year, "2020-2021", 2020),
        (values.year, 2022.0, 2022),
        (values.year, "0", None),
        (values.epoch_day, 1413158400000, date(2014, 10, 13)),
        (values.epoch_day, -86400000, date(1969, 12, 31)),
        (values.epoch_day, None, None),
        (values.latitude, "45.175471", 45.175471),
        (values.latitude, 0, None),
        (values.longitude, -122.257, -122.257),
        (values.estimated, "ESTIMATED Sale price is not available", True),
        (values.estimated, "Full amount", False),
        (values.estimated, None, None),
    ],
)
def test_cells_are_read(reader: Callable[[object], object], cell: object, meaning: object) -> None:
    assert reader(cell) == meaning


@pytest.mark.parametrize(
    ("reader", "cell"),
    [
        (values.text, 5),
        (values.number, "5 acres"),
        (values.number, True),
        (values.number, [1]),
        (values.number, float("nan")),
        (values.positive, -1),
        (values.whole, 2.5),
        (values.day, "09/09/2016"),
        (values.day, "2016-09-091"),
        (values.zip5, "9817"),
        (values.year, "last"),
        (values.year, 99),
        (values.epoch_day, "yesterday"),
        (values.latitude, 91),
        (values.longitude, -181),
    ],
)
def test_a_cell_of_another_kind_is_an_error(reader: Callable[[object], object], cell: object) -> None:
    with pytest.raises(ValueError, match=r"expected|Invalid isoformat"):
        reader(cell)


def test_codes_are_translated_in_any_case_and_unknown_ones_are_errors() -> None:
    read = values.code({"SFR": "single_family", "S": None})
    assert read(" sfr ") == "single_family"
    assert read("S") is None
    assert read(None) is None
    with pytest.raises(ValueError, match="unknown code 'IGLOO'"):
        read("IGLOO")


def test_json_is_made_storable() -> None:
    body = rb'{"a\u0000": ["x\u0000y", "half\ud800", "whole \ud83d\ude00"], "n": 1}'
    assert values.parse_json(body) == {"a": ["xy", "half", "whole 😀"], "n": 1}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": NaN}', b'{"a": 1e999}', b"[" * 100_000, b'"\xff"'])
def test_what_is_not_strict_json_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - five different messages
        values.parse_json(body)
