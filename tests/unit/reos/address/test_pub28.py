from reos.address import pub28


def test_every_suffix_reads_back_as_its_own_abbreviation():
    for row in pub28.table_rows("suffixes.csv"):
        for word in (row["abbreviation"], row["long_form"], *row["variants"].split()):
            assert pub28.SUFFIXES[word] == row["abbreviation"]


def test_no_word_is_written_out_as_another_word():
    # PARKS inside a name must not become PARK: they are two streets
    assert "PARKS" not in pub28.WRITTEN_OUT
    assert pub28.WRITTEN_OUT["RVR"] == "RIVER"


def test_there_are_fifty_states_the_district_the_territories_and_the_armed_forces():
    assert len(set(pub28.STATES.values())) == 56 + 3


def test_designators_are_abbreviated_and_classed():
    assert pub28.UNITS["APARTMENT"] == pub28.UnitKind("APT", strong=True, generic=True)
    assert pub28.UNITS["REAR"].standalone


def test_numbered_roads_of_one_system_share_their_key():
    assert pub28.HIGHWAY_FORMS["US ROUTE"] == pub28.HIGHWAY_FORMS["US HIGHWAY"]
    assert pub28.HIGHWAYS[("COUNTY", "RD")].letters
