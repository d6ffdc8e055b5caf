import pytest

from reos.address.street import is_closed, is_tangled, names_nothing, read_line
from reos.address.unit import Unit


def spelled(text: str):
    line = read_line(text)
    words = (line.number, line.predirection, line.street, line.suffix, line.postdirection)
    return line.box or " ".join(word for word in words if word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123 MAIN STREET", "123 MAIN ST"),
        ("0123 MAIN STR", "123 MAIN ST"),
        ("412A WEST SAMUEL AVENUE", "412A W SAMUEL AVE"),
        ("10003-B FIELDS RD", "10003B FIELDS RD"),
        ("62-04 69 LANE", "62-04 69TH LN"),
        ("509 1/2 SOUTH CHESTNUT ST", "509 1/2 S CHESTNUT ST"),
        ("509-1/2 S CHESTNUT ST", "509 1/2 S CHESTNUT ST"),
        ("909 1/2-11 S 9TH ST", "909 1/2-11 S 9TH ST"),
        ("306.5 S RIDGE ST", "306.5 S RIDGE ST"),
        ("W123N4567 MAIN ST", "W123N4567 MAIN ST"),
        ("0 MAIN ST", "MAIN ST"),
        ("MAIN ST", "MAIN ST"),
    ],
)
def test_house_numbers(text: str, expected: str):
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 NORTH MAIN ST", "12 N MAIN ST"),
        ("12 NORTH AVENUE", "12 NORTH AVE"),
        ("12 W NORTH AVENUE", "12 W NORTH AVE"),
        ("12 W LAKE", "12 W LAKE"),
        ("12 S PARK AVE", "12 S PARK AVE"),
        ("12 BARMER LANE N", "12 BARMER LN N"),
        ("12 CENTRAL PARK WEST", "12 CENTRAL PARK W"),
        ("12 S ST NW", "12 S ST NW"),
        ("12 NORTH", "12 NORTH"),
        ("12 BROADWAY", "12 BROADWAY"),
        ("12 NE 113TH", "12 NE 113TH"),
        ("1500 N 1200 E", "1500 N 1200 E"),
    ],
)
def test_directions(text: str, expected: str):
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 SEVENTH AVE", "12 7TH AVE"),
        ("12 E NINETY SIXTH ST", "12 E 96TH ST"),
        ("12 TWENTY OAKS DR", "12 TWENTY OAKS DR"),
        ("12 FIRST CHURCH RD", "12 FIRST CHURCH RD"),
        ("12 67 STREET", "12 67TH ST"),
        ("12 52TH ST", "12 52ND ST"),
        ("12 111ST ST", "12 111TH ST"),
        ("12 1200 RD", "12 1200 RD"),
        ("12 AVE D", "12 AVENUE D"),
        ("12 AVE OF THE AMERICAS", "12 AVENUE OF THE AMERICAS"),
        ("12 HUTCHINSON RVR PKWY E", "12 HUTCHINSON RIVER PKWY E"),
        ("12 CTR ST", "12 CENTER ST"),
        ("12 PARKS AVE", "12 PARKS AVE"),
    ],
)
def test_names(text: str, expected: str):
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 US HWY 90", "12 US HIGHWAY 90"),
        ("12 STATE HWY 9 N", "12 STATE HIGHWAY 9 N"),
        ("12 ST RTE 52", "12 STATE ROUTE 52"),
        ("12 CR E", "12 COUNTY ROAD E"),
        ("12 CO RD 0012", "12 COUNTY ROAD 12"),
        ("12 N HIGHWAY 101", "12 N HIGHWAY 101"),
        ("12 HWY 2/71", "12 HIGHWAY 2/71"),
        ("12 HWY 9 BYPASS", "12 HIGHWAY 9 BYPASS"),
        ("12 FARM TO MARKET 1200", "12 FM 1200"),
        ("12 OLD HIGHWAY 9", "12 OLD HIGHWAY 9"),
        ("12 ROUTE MARKER RD", "12 ROUTE MARKER RD"),
    ],
)
def test_numbered_roads(text: str, expected: str):
    assert spelled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PO BOX 12", "PO BOX 12"),
        ("POST OFFICE BOX 12", "PO BOX 12"),
        ("RURAL ROUTE 2 BOX 0152", "RR 2 BOX 152"),
        ("RFD 2 BX 15", "RR 2 BOX 15"),
        ("HC 1 BOX 5", "HC 1 BOX 5"),
    ],
)
def test_boxes(text: str, expected: str):
    assert spelled(text) == expected
    assert read_line(text).is_post_office_box == expected.startswith("PO")


@pytest.mark.parametrize(
    ("text", "street", "units"),
    [
        ("12 MAIN ST APT 4B", "12 MAIN ST", [("APT", "4B")]),
        ("12 MAIN ST G19", "12 MAIN ST", [("UNIT", "G19")]),
        ("12 MAIN ST N G19", "12 MAIN ST N", [("UNIT", "G19")]),
        ("12 BARMER LN B", "12 BARMER LN", [("UNIT", "B")]),
        ("12 S AVE H", "12 S AVENUE H", []),
        ("12 OAK RD 5", "12 OAK RD 5", []),
        ("12 MAIN ST 5TH", "12 MAIN ST 5TH", []),
    ],
)
def test_units_at_the_end(text: str, street: str, units: list[tuple[str, str]]):
    assert spelled(text) == street
    assert read_line(text).units == tuple(Unit(*unit) for unit in units)


@pytest.mark.parametrize("text", ["12", "12 ST", "", "ROAD"])
def test_a_line_without_a_name_is_told(text: str):
    assert names_nothing(read_line(text)) or text == "12"


@pytest.mark.parametrize(
    ("text", "tangled", "closed"),
    [
        ("12 MAIN ST", False, True),
        ("12 MAIN ST SEATTLE", True, False),
        ("12 MAIN APT 4 SPRINGFIELD FALLS RD", True, True),
        ("12 BROADWAY", False, False),
        ("12 US HWY 9", False, True),
        ("PO BOX 5", False, True),
    ],
)
def test_how_sure_a_line_is(text: str, *, tangled: bool, closed: bool):
    line = read_line(text)
    assert (is_tangled(line), is_closed(line)) == (tangled, closed)
