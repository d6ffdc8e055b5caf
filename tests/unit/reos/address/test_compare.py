"""Two addresses of one place: the same home, two homes, or a question. What decides it must be told."""

import pytest

from reos.address import Components, block_key, parse
from reos.address.compare import Outcome, Verdict, compare, compare_read

HERE = ", QUEENS, NY 11379"


def at(line: str, place: str = HERE) -> Components:
    return parse(line + place).components


SAME = [
    ("12 MAIN ST", "12 Main Street"),
    ("12 MAIN ST", "12 MAIN"),
    ("12 N MAIN ST", "12 MAIN"),
    ("12 MAIN ST S", "12 S MAIN ST"),
    ("12 ST JOHNS PL", "12 SAINT JOHNS PL"),
    ("12 LA SALLE ST", "12 LASALLE ST"),
    ("635 E 42ND", "635 EAST 42 STREET"),
    ("341 BEACH 73 ST", "341 BEACH 73RD ST"),
    ("3858 S COTTAGE GROVE", "3858 S COTTAGE GROVE AVE"),
    ("12 BROADWAY", "12 BROADWAY ST"),
    ("12 DR MARTIN LUTHER KING JR DR", "12 MARTIN LUTHER KING DR"),
    ("12 DR MARTIN LUTHER KING JR DR", "12 MLK DR"),
    ("12 DR MARTIN LUTHER KING DR", "12 KING DR"),
    ("12 US ROUTE 9", "12 US HIGHWAY 9"),
    ("3416-18 MAIN ST", "3416-3418 MAIN ST"),
    ("12 MAIN ST APT 4B", "12 MAIN ST # 4-B"),
    ("RR 2 BOX 15", "RURAL ROUTE 2 BOX 15"),
]

UNSURE = [
    ("12 MAIN ST", "12 MAIN ST APT 4"),  # a condominium is not its building
    ("12 MAIN ST BLDG 2 APT 4", "12 MAIN ST APT 4"),
    ("12 MAIN ST STE 4", "12 MAIN ST APT 4"),
    ("12 MAIN ST APT 04C", "12 MAIN ST APT 4C"),
    ("123A MAIN ST", "123 MAIN ST APT A"),
    ("123 MAIN ST", "123-125 MAIN ST"),
    ("62-04 69TH PL", "6204 69TH PL"),
    ("62-04 67", "62-04 67TH ST"),  # and 67TH PL, RD, DR, LN
    ("12 9TH ST", "12 E 9TH ST"),
    ("12 9TH ST W", "12 S 9TH ST"),
    ("12 E MAIN", "12 MAIN ST"),  # neither is a shorter writing of the other
    ("12 BROADWAY", "12 BROADWAY CT"),
    ("12 W BROADWAY", "12 BROADWAY"),
    ("12 STATE ROUTE 9", "12 STATE HIGHWAY 9"),
    ("12 HIGHWAY 9", "12 US HIGHWAY 9"),
    ("3842 ABERCROMBIE LN", "3842 AMBERCROMBIE LN"),
    ("3842 ABERCROMBIE LN", "3842 ABERCORMBIE LN"),
]

DIFFERENT = [
    ("12 MAIN ST", "14 MAIN ST"),
    ("123A MAIN ST", "123 MAIN ST"),
    ("123A MAIN ST", "123B MAIN ST"),
    ("123 1/2 MAIN ST", "123 MAIN ST"),
    ("123 MAIN ST APT A", "123B MAIN ST"),
    ("124 MAIN ST", "123-125 MAIN ST"),
    ("62-04 69TH PL", "62-06 69TH PL"),
    ("12 MAIN ST", "12 MAIN AVE"),
    ("62-04 67TH ST", "62-04 67TH PL"),
    ("62-04 67TH AVE", "62-04 67TH RD"),
    ("12 E MAIN ST", "12 W MAIN ST"),
    ("12 E MAIN ST", "12 MAIN ST W"),
    ("12 NE MAIN ST", "12 N MAIN ST"),
    ("12 N ST NW", "12 N ST NE"),
    ("12 N ST", "12 NORTH ST"),
    ("12 MAIN ST APT 1", "12 MAIN ST APT 11"),
    ("12 MAIN ST APT 1-1", "12 MAIN ST APT 11"),
    ("12 MAIN ST BLDG 1 APT 2", "12 MAIN ST BLDG 2 APT 1"),
    ("12 MAIN ST REAR", "12 MAIN ST FRNT"),
    ("1715 AVENUE X", "1715 AVENUE Y"),
    ("12 PARK AVE", "12 PARKS AVE"),
    ("12 LANE ST", "12 LINE ST"),
    ("12 GENERAL LEE AVE", "12 LEE AVE"),
    ("12 DR MARTIN LUTHER KING DR", "12 KING ST"),
    ("12 DR KING DR", "12 DR LEE DR"),
    ("12 MARTIN LUTHER KING DR", "12 MARTIN LUTHER DR"),
    ("12 FOX RUN", "12 FOX RUN CT"),
    ("12 COURT ST", "12 COUNTY ST"),
    ("12 COUNTY ROAD 5", "12 COUNTY ROAD 5A"),
    ("12 STATE HIGHWAY 9", "12 US HIGHWAY 9"),
    ("12 5TH AVE", "12 15TH AVE"),
    ("11 2ND ST", "1 12TH ST"),
    ("RR 2 BOX 15", "RR 15 BOX 2"),
    ("RR 2 BOX 15", "12 MAIN ST"),
]


@pytest.mark.parametrize(
    ("verdict", "one", "other"),
    [
        *(("same", *pair) for pair in SAME),
        *(("unsure", *pair) for pair in UNSURE),
        *(("different", *pair) for pair in DIFFERENT),
    ],
)
def test_what_two_lines_of_one_place_are(verdict: str, one: str, other: str):
    assert compare(at(one), at(other)).verdict == verdict
    assert compare(at(other), at(one)).verdict == verdict


@pytest.mark.parametrize(
    ("verdict", "one", "other"),
    [
        ("same", ", SEATTLE, WA 98101", ", TUKWILA, WA 98101"),  # one ZIP code has several city names
        ("same", ", SEATTLE, WA", ", SEATTLE, WA"),
        ("same", ", SEATTLE, WA", ", SEATTLE, WA 98101"),
        ("different", ", SEATTLE, WA 98101", ", TUKWILA, WA 98168"),
        ("different", ", PORTLAND, OR", ", PORTLAND, ME"),
        ("different", ", PORTLAND, OR 97201", ", PORTLAND, ME"),
        ("unsure", ", SEATTLE, WA 98101", ", SEATTLE, WA 98110"),
        ("unsure", ", SEATTLE, WA", ", TUKWILA, WA"),
        ("unsure", ", SEATTLE, WA", ""),
        ("unsure", "", ""),
    ],
)
def test_where_two_equal_lines_are(verdict: str, one: str, other: str):
    assert compare(at("12 MAIN ST", one), at("12 MAIN ST", other)).verdict == verdict


def test_a_place_by_its_city_alone_does_not_carry_a_left_out_type_too():
    assert compare(at("12 MAIN", ", SEATTLE, WA"), at("12 MAIN ST", ", SEATTLE, WA 98101")).verdict is Verdict.UNSURE


def test_the_callers_word_fills_what_is_not_stated_and_changes_nothing_that_is():
    nowhere, there, elsewhere = at("12 MAIN ST", ""), at("12 MAIN ST", ", RENO, NV 89501"), at("12 MAIN ST")
    assert compare(nowhere, nowhere, same_place=True).verdict is Verdict.SAME
    assert compare(nowhere, there, same_place=True).verdict is Verdict.SAME
    assert compare(there, elsewhere, same_place=True).verdict is Verdict.DIFFERENT
    los_angeles, hollywood = Components("1", city="LOS ANGELES"), Components("1", city="WEST HOLLYWOOD")
    assert compare(los_angeles, hollywood, same_place=True).verdict is Verdict.UNSURE


def test_without_a_house_number_nothing_is_the_same():
    assert compare(at("MAIN ST"), at("MAIN ST")).verdict is Verdict.UNSURE


def test_the_evidence_stands_side_by_side():
    found = compare(at("62-04 E 67TH ST APT 2"), at("62-04 67TH PL"))
    assert [tuple(item) for item in found.evidence] == [
        ("house number", "62-04", "62-04", Outcome.EQUAL),
        ("direction", "E", "", Outcome.DOUBTFUL),
        ("street name", "67TH", "67TH", Outcome.EQUAL),
        ("street type", "ST", "PL", Outcome.CONFLICT),
        ("unit", "APT 2", "", Outcome.DOUBTFUL),
        ("place", "QUEENS, NY 11379", "QUEENS, NY 11379", Outcome.EQUAL),
    ]
    assert found.sentences == (
        "The direction may or may not be the same: E and none.",
        "The street type differs: ST and PL.",
        "The unit may or may not be the same: APT 2 and none.",
    )
    assert compare(at("12 MAIN ST"), at("12 MAIN ST")).sentences == ("Every field is the same.",)


def test_what_could_not_be_read_is_never_the_same():
    read, unread = parse("12 MAIN ST" + HERE), parse("12 MAIN ST APT" + HERE)
    assert compare(read.components, unread.components).verdict is Verdict.SAME
    assert compare_read(read, unread).verdict is Verdict.UNSURE
    assert compare_read(parse("12 MAIN ST"), parse("12 MAIN"), same_place=True).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *SAME,
        ("123A MAIN ST", "123 MAIN ST APT A"),
        ("123-125 MAIN ST", "123 1/2 MAIN ST"),
        ("62-04 69TH PL", "6204 69TH PL"),
        ("12 STATE ROUTE 9", "12 STATE HIGHWAY 9"),
        ("12 HILLHURST AVE", "12 HILHERST AVE"),
    ],
)
def test_what_may_be_the_same_shares_its_block(one: str, other: str):
    assert block_key(at(one)) == block_key(at(other)) is not None


def test_blocks_keep_numbers_and_streets_apart():
    lines = ("12 MAIN ST", "14 MAIN ST", "12 OAK ST", "12 1ST ST", "12 11TH ST", "121 1ST ST", "RR 1 BOX 2")
    assert len({block_key(at(line)) for line in lines}) == len(lines)
    assert block_key(at("MAIN ST")) is None
