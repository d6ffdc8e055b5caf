import pytest
import usaddress

from reos.address.labels import label


@pytest.mark.parametrize(
    "text",
    [
        "123 NOWHERE STREET SUITE 0 BORING OR 97009",
        "123 MAIN ST, APT 4B, SEATTLE, WA 98101-1234",
        "RR 2 BOX 152, AMES IA 50010",
        "MAIN ST",
        "98101",
        "",
        "100 100 100",
    ],
)
def test_the_labels_are_those_of_usaddress(text: str):
    assert label(text) == usaddress.parse(text)


def test_one_text_does_not_colour_the_next():
    first = label("123 MAIN ST, SEATTLE, WA 98101")
    label("MAIN 123")
    assert label("123 MAIN ST, SEATTLE, WA 98101") == first
