import pytest

from reos.connectors.census_geocoder.answers import parse_batch, parse_one, read
from reos.connectors.census_geocoder.geographies import Geographies, parse_coordinates, read_geographies
from reos.connectors.errors import ProviderUnavailableError, SchemaDriftError

FAILED = [{"status": "Layer query encountered an error: java.lang.RuntimeException: Failed to return"}]
LAYERS = {
    "States": [{"GEOID": "11", "NAME": "District of Columbia"}],
    "Counties": [{"GEOID": "11001"}],
    "Census Tracts": [{"GEOID": "11001006202", "TRACT": "006202"}],
    "2020 Census Blocks": [{"GEOID": "110010062021031", "BLOCK": "1031"}],
}
WHOLE = Geographies("11", "11001", "11001006202", "110010062021031")


def answer(layers):
    return {"result": {"input": {"location": {"x": -77.0, "y": 38.9}}, "geographies": layers}}


def test_a_point_lies_in_areas_one_in_another():
    assert parse_coordinates(answer(LAYERS)) == WHOLE


@pytest.mark.parametrize("name", ["2010 Census Blocks", "2020 Census Blocks", "Census Blocks"])
def test_the_layer_of_blocks_has_the_name_of_its_vintage(name):
    layers = {key: rows for key, rows in LAYERS.items() if not key.endswith("Blocks")}
    assert read_geographies({name: LAYERS["2020 Census Blocks"]}) == WHOLE
    assert read_geographies(layers | {name: LAYERS["2020 Census Blocks"]}) == WHOLE


def test_without_blocks_the_tract_tells_county_and_state():
    assert read_geographies({"Census Tracts": LAYERS["Census Tracts"]}) == Geographies("11", "11001", "11001006202")
    assert read_geographies({"Counties": LAYERS["Counties"]}) == Geographies("11", "11001")


def test_of_two_vintages_the_block_of_the_tract_counts_and_else_the_latest():
    older = {"2010 Census Blocks": [{"GEOID": "110010062011001"}]}
    assert read_geographies(LAYERS | older) == WHOLE
    blocks = {"2020 Census Blocks": LAYERS["2020 Census Blocks"]} | older
    assert read_geographies(blocks) == WHOLE
    assert read_geographies(older | {"Census Tracts": LAYERS["Census Tracts"]}).block is None


def test_outside_of_the_country_there_are_no_areas():
    assert parse_coordinates(answer({})) == Geographies()
    assert parse_coordinates(answer({"States": [], "Census Tracts": []})) == Geographies()


def test_a_layer_that_failed_is_named_and_the_others_count():
    found = read_geographies(LAYERS | {"Census Divisions": FAILED, "2020 Census Blocks": FAILED})
    assert (found.tract, found.block) == ("11001006202", None)
    assert found.failed == ("2020 Census Blocks", "Census Divisions")


def test_a_point_whose_tract_failed_is_asked_for_again():
    with pytest.raises(ProviderUnavailableError, match="Census Tracts failed"):
        parse_coordinates(answer({"Counties": LAYERS["Counties"], "Census Tracts": FAILED}))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"result": {"addressMatches": []}},
        answer([]),
        answer({"States": {"GEOID": "11"}}),
        answer({"States": ["11"]}),
        answer({"States": [{"GEOID": "1"}]}),
        answer({"Census Tracts": [{"TRACT": "006202"}]}),
    ],
)
def test_another_form_is_drift(document):
    with pytest.raises(SchemaDriftError):
        parse_coordinates(document)


def test_a_matched_address_has_the_areas_that_were_asked_for(fixture):
    document = fixture("found.200").json()
    assert read(parse_one(document)).location.geographies is None
    document["result"]["addressMatches"][0]["geographies"] = LAYERS | {"Census Divisions": FAILED}
    location = read(parse_one(document)).location
    assert (location.zip5, location.geographies.tract, location.geographies.block) == (
        *("20502", "11001006202", "110010062021031"),
    )


def test_a_line_of_a_file_has_them_in_four_columns():
    line = '"3","x","Match","Exact","3 A ST, NEW YORK, NY, 10003","-73.98,40.73","5","R","36","061","005000","1002"\n'
    body = parse_batch(line.encode(), ["3"])["3"]
    assert read(body).location.geographies == Geographies("36", "36061", "36061005000", "360610050001002")
