import pytest

from reos.connectors.census_acs.answers import AreaFact, Figure, read_figure, read_table
from reos.connectors.census_acs.variables import known_variables
from reos.connectors.errors import SchemaDriftError

HEADER = ["NAME", "B25064_001E", "B25064_001M", "state", "county"]


def table(*rows, header=HEADER, year=2024):
    return list(read_table([header, *rows], year))


def test_an_area_has_one_record_a_variable_with_its_margin():
    assert table(["Albany County, Wyoming", "931", "38", "56", "001"]) == [
        AreaFact("county", "56001", "Albany County, Wyoming", 2024, "B25064_001", 931.0, 38.0)
    ]


def test_without_margins_there_are_none():
    header = ["NAME", "B19013_001E", "B01003_001E", "state", "county"]
    found = table(["Baltimore city, Maryland", "48840", "610481", "24", "510"], header=header, year=2018)
    assert [(fact.variable, fact.estimate, fact.margin, fact.reason) for fact in found] == [
        ("B19013_001", 48840.0, None, None),
        ("B01003_001", 610481.0, None, None),
    ]
    assert {fact.geoid for fact in found} == {"24510"}


@pytest.mark.parametrize(
    ("columns", "codes", "geo_type", "geoid"),
    [
        (["us"], ["1"], "nation", "1"),
        (["state"], ["06"], "state", "06"),
        (["state", "county"], ["06", "001"], "county", "06001"),
        (["state", "county", "tract"], ["11", "001", "006202"], "tract", "11001006202"),
        (["county", "state", "tract"], ["001", "11", "006202"], "tract", "11001006202"),
        (["state", "county", "tract", "block group"], ["11", "001", "006202", "1"], "block_group", "110010062021"),
        (["zip code tabulation area"], ["02139"], "zcta", "02139"),
        (["state", "zip code tabulation area"], ["25", "02139"], "zcta", "02139"),
        (["state", "place"], ["53", "63000"], "place", "5363000"),
        (["metropolitan statistical area/micropolitan statistical area"], ["42660"], "metro", "42660"),
    ],
)
def test_the_code_of_an_area_is_put_together_outermost_first(columns, codes, geo_type, geoid):
    (fact,) = table(["Somewhere", "931", *codes], header=["NAME", "B25064_001E", *columns])
    assert (fact.geo_type, fact.geoid) == (geo_type, geoid)


@pytest.mark.parametrize(
    ("cell", "figure"),
    [
        ("931", Figure(931.0)),
        ("3.25", Figure(3.25)),
        (931, Figure(931.0)),
        ("-5", Figure(-5.0)),
        ("0", Figure(0.0)),
        (None, Figure(None, "not_given")),
        ("", Figure(None, "not_given")),
        ("null", Figure(None, "not_given")),
        ("-666666666", Figure(None, "too_few_samples")),
        ("-666666666.0", Figure(None, "too_few_samples")),
        (-666666666, Figure(None, "too_few_samples")),
        ("-999999999", Figure(None, "too_few_samples")),
        ("-888888888", Figure(None, "not_applicable")),
        ("-555555555", Figure(None, "controlled")),
        ("-333333333", Figure(None, "open_ended")),
        ("-222222222", Figure(None, "too_few_samples")),
        ("-777777777", Figure(None, "other_code")),
        ("-", Figure(None, "too_few_samples")),
        ("N", Figure(None, "too_few_samples")),
        ("(X)", Figure(None, "not_applicable")),
        ("**", Figure(None, "too_few_samples")),
        ("***", Figure(None, "open_ended")),
        ("*****", Figure(None, "controlled")),
        ("2,500-", Figure(2500.0, "bottom_coded")),
        ("250,000+", Figure(250000.0, "top_coded")),
    ],
)
def test_a_cell_is_a_figure_or_says_why_not(cell, figure):
    assert read_figure(cell) == figure


@pytest.mark.parametrize(
    ("variable", "cell", "figure"),
    [
        ("B25077_001", "2000001", Figure(2000001.0, "top_coded")),
        ("B25077_001", "1000001", Figure(1000001.0, "top_coded")),
        ("B25064_001", "3501", Figure(3501.0, "top_coded")),
        ("B25035_001", "0", Figure(None, "not_given")),
        ("B25035_001", "1981", Figure(1981.0)),
    ],
)
def test_some_figures_of_a_table_are_bounds_or_none(variable, cell, figure):
    assert read_figure(cell, known_variables().table_of(variable)) == figure


def test_a_reason_tells_an_estimates_from_a_margins():
    rows = [["A", "-666666666", "-222222222", "56", "001"], ["B", "931", "-555555555", "56", "003"]]
    assert [(fact.estimate, fact.margin, fact.reason) for fact in table(*rows)] == [
        (None, None, "too_few_samples"),
        (931.0, None, "margin_controlled"),
    ]


def test_nothing_and_a_header_alone_are_no_areas():
    assert list(read_table([], 2024)) == table() == []


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"error": "x"}, "no table"),
        ([["NAME"], "x"], "no table"),
        ([[*HEADER, "ucgid"]], "ucgid"),
        ([[*HEADER, "NAME"]], "one twice"),
        ([["NAME", "B25064_001E"]], "names areas by nothing"),
        ([["NAME", "B25064_001E", "county"]], "names areas by county"),
        ([["NAME", "B25064_1E", "state"]], "B25064_1E"),
        ([HEADER, ["A", "931", "38", "56"]], "4 cells in row 2"),
        ([HEADER, ["A", "931", "38", "56", "1"]], "area code '1'"),
        ([HEADER, ["A", "lots", "38", "56", "001"]], "row 2, B25064_001: expected a number"),
        ([HEADER, ["A", "931", "?", "56", "001"]], "expected a number"),
    ],
)
def test_another_form_is_drift(document, message):
    with pytest.raises(SchemaDriftError, match=message):
        list(read_table(document, 2024))
