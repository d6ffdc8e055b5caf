from collections.abc import Callable

import pytest

from reos.pipeline.profiles import converters

DAY = converters.day(["%m/%d/%Y"])


@pytest.mark.parametrize(
    ("convert", "cell", "value"),
    [
        (converters.text, "abc", "abc"),
        (converters.digits(10), "822039084", "0822039084"),
        (converters.number, "1.0", 1),
        (converters.number, "2.25", 2.25),
        (converters.number, "-3", -3),
        (converters.integer, "5,650", 5650),
        (converters.integer, "5650.0", 5650),
        (converters.usd, "$221,900.00", 221900),
        (converters.usd, "2.2e5", 220000),
        (converters.flag, "1", True),
        (converters.flag, "no", False),
        (converters.zip_code, "98178", "98178"),
        (converters.zip_code, "601", "00601"),
        (converters.zip_code, "98178.0", "98178"),
        (converters.zip_code, "98178-1234", "98178-1234"),
        (converters.zip_code, "981781234", "98178-1234"),
        (DAY, "2014-10-13", "2014-10-13"),
        (DAY, "20141013", "2014-10-13"),
        (DAY, "20141013T000000", "2014-10-13"),
        (DAY, "2014-10-13T00:00:00", "2014-10-13"),
        (DAY, "10/13/2014", "2014-10-13"),
        (converters.degrees, "-122.257", -122.257),
        (converters.bounded(converters.integer, 1, 5), "5", 5),
        (converters.bounded(converters.integer, None, None), "-5", -5),
    ],
)
def test_a_cell_becomes_its_value(convert: Callable[[str], object], cell: str, value: object):
    result = convert(cell)
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    ("convert", "cell", "reason"),
    [
        (converters.text, "x" * 501, "501 characters"),
        (converters.digits(10), "71293005200", "up to 10 digits"),
        (converters.digits(10), "7129X", "up to 10 digits"),
        (converters.digits(10), "\u0661", "up to 10 digits"),
        (converters.number, "12a", "not a number"),
        (converters.number, "nan", "not a number"),
        (converters.number, "inf", "not a number"),
        (converters.number, "1_0.5", "not a number"),
        (converters.number, "1e10", "too large"),
        (converters.integer, "2.5", "not a whole number"),
        (converters.integer, "2147483648", "too large"),
        (converters.usd, "1e300", "too large"),
        (converters.flag, "maybe", "neither yes nor no"),
        (converters.zip_code, "K1M 1M4", "Canadian postal code"),
        (converters.zip_code, "981781", "not a ZIP code"),
        (DAY, "13.10.2014", "not a date"),
        (DAY, "2014-02-30", "not a date"),
        (converters.degrees, "47 30", "not a number"),
        (converters.bounded(converters.integer, 1, 5), "6", "between 1 and 5"),
        (converters.bounded(converters.integer, 1, None), "0", "1 or more"),
        (converters.bounded(converters.integer, None, 5), "6", "5 or less"),
        (converters.bounded(converters.text, 1, 5), "a", "between 1 and 5"),
    ],
)
def test_a_cell_that_is_no_such_value_is_refused(convert: Callable[[str], object], cell: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        convert(cell)
