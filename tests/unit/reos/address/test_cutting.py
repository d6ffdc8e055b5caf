import pytest

from reos.address.cutting import begins_a_town, cut_line


@pytest.mark.parametrize(
    ("text", "line", "city"),
    [
        ("12 MAIN ST SEATTLE", "12 MAIN ST", "SEATTLE"),
        ("12 RIVER BEND ST SALT LAKE CITY", "12 RIVER BEND ST", "SALT LAKE CITY"),
        ("12 PEACHTREE RD NE ATLANTA", "12 PEACHTREE RD NE", "ATLANTA"),
        ("12 E ST NW WASHINGTON", "12 E ST NW", "WASHINGTON"),
        ("12 MAIN ST BLDG 2 APT B EL PASO", "12 MAIN ST BLDG 2 APT B", "EL PASO"),
        ("12 MAIN ST S # 4 FARGO", "12 MAIN ST S # 4", "FARGO"),
        ("12 MAIN ST ST PAUL", "12 MAIN ST", "ST PAUL"),
        ("12 N ST MARYS DR RENO", "12 N ST MARYS DR", "RENO"),
        ("12 N COUNTY ROAD 9 AUSTIN", "12 N COUNTY ROAD 9", "AUSTIN"),
        ("PO BOX 7 FARGO", "PO BOX 7", "FARGO"),
        ("HC 5 BOX # 12 RENO", "HC 5 BOX # 12", "RENO"),
        ("12 MAIN ST GARDEN CITY", "12 MAIN ST", "GARDEN CITY"),
        ("12 MAPLE LA", "12 MAPLE LA", ""),
        ("9803 BARMER LN N", "9803 BARMER LN N", ""),
        ("WHITNEY LAKE RD", "WHITNEY LAKE RD", ""),
        ("LAGUNA VISTA PL 102", "LAGUNA VISTA PL 102", ""),
    ],
)
def test_text_with_one_possible_cut(text: str, line: str, city: str):
    assert cut_line(text) == (line, city)


@pytest.mark.parametrize(
    "text",
    [
        "12 BROADWAY SEATTLE",  # no suffix
        "12 BROADWAY LAKE FOREST",  # a suffix that cities have too
        "12 MAIN ST N LAS VEGAS",  # N of the street or of the city
        "12 MAIN ST SOUTHWEST RANCHES",
        "12 OAK ST CLAIR SHORES",
        "12 OAK POINT CIRCLE PINES",
        "12 N CIRCLE HTS RENO",
        "12 MAIN ST OAK AVE RENO",  # two streets
        "12 MAIN ST APT UPPER RENO",
        "12 MAIN ST LOWER LEVEL BROOKLYN",
        "12 MAIN ST GARDEN BROOKLYN",
        "12 MAIN ST NEAR RENO",
        "12 MAIN ST 4 RENO",
        "12 MAIN ST ZZ",
        "MAIN ST RENO",
    ],
)
def test_text_with_another_possible_cut_is_left_to_the_model(text: str):
    assert cut_line(text) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["ST", "PAUL"], True), (["CIRCLE", "PINES"], True), (["ST", "SEATTLE"], False), (["ST"], False)],
)
def test_a_closing_suffix_that_begins_a_city(words: list[str], *, expected: bool):
    assert begins_a_town(words, 0) is expected
