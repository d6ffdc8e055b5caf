import pytest

from reos.address.house_number import plain, split_number


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("12 MAIN ST", "12", "MAIN ST"),
        ("0012 MAIN ST", "12", "MAIN ST"),
        ("62-04 69TH ST", "62-04", "69TH ST"),
        ("62 04 69TH ST", "62-04", "69TH ST"),
        ("723 725 E 75TH ST", "723-725", "E 75TH ST"),
        ("509 1/2 S MAIN ST", "509 1/2", "S MAIN ST"),
        ("509-1/2 S MAIN ST", "509 1/2", "S MAIN ST"),
        ("909 1/2-11 S 9TH ST", "909 1/2-11", "S 9TH ST"),
        ("12-B MAIN ST", "12B", "MAIN ST"),
        ("306.5 S RIDGE ST", "306.5", "S RIDGE ST"),
        ("W123N4567 MAIN ST", "W123N4567", "MAIN ST"),
        ("455 200 E", "455", "200 E"),  # Utah: the street is called 200 E
        ("455 200 E APT 3", "455", "200 E APT 3"),
        ("12 1 6TH ST", "12", "1 6TH ST"),
        ("0 MAIN ST", "", "MAIN ST"),
        ("MAIN ST", "", "MAIN ST"),
        ("12", "", "12"),
    ],
)
def test_the_house_number_is_split_off(text: str, number: str, rest: str):
    assert split_number(text.split(" ")) == (number, rest.split(" "))


def test_zeros_in_front_say_nothing():
    assert [plain(text) for text in ("012", "12", "0", "00", "0A")] == ["12", "12", "0", "0", "0A"]
