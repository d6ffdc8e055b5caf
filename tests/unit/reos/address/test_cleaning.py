import pytest

from reos.address.cleaning import clean, has_control_characters, unsupported


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123 Main St.", "123 MAIN ST"),
        ("  123\tmain   st ", "123 MAIN ST"),
        ("123 S.W. 5th Ave", "123 SW 5TH AVE"),
        ("P.O. Box 5", "PO BOX 5"),
        ("306.5 Ridge St", "306.5 RIDGE ST"),
        ("12 Central Dr.310", "12 CENTRAL DR 310"),
        ("1 O\u2019Brien Ct", "1 OBRIEN CT"),
        ("5 Caf\u00e9 Stra\u00dfe", "5 CAFE STRASSE"),
        ("62 \u2013 04 69 Pl", "62-04 69 PL"),
        ("1 North-West Ave", "1 NORTHWEST AVE"),
        ("1 Winston-Salem Rd", "1 WINSTON SALEM RD"),
        ("1 Main St Apt-4", "1 MAIN ST APT 4"),
        ("1 Main St#4", "1 MAIN ST # 4"),
        ("1 Main St\nSeattle", "1 MAIN ST,SEATTLE"),
        ("1 Main St (rear)", "1 MAIN ST REAR"),
    ],
)
def test_text_becomes_plain_upper_case_words(text: str, expected: str):
    assert clean(text) == expected


def test_what_has_no_place_in_an_address_stays_in_and_is_found():
    assert unsupported(clean("1 Main St \U0001f3e0 %")) == "\U0001f3e0%"
    assert unsupported(clean("1 \u041c\u0430\u0439")) == "\u041c\u0410\u0418"
    assert unsupported(clean("1 Main St, #4 & 1/2")) == ""


def test_control_characters_are_found():
    assert has_control_characters("1 Main\x00 St")
    assert not has_control_characters("1 Main\tSt\r\n")
