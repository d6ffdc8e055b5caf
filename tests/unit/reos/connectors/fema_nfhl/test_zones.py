import json
from contextlib import suppress
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.connectors.contract import PropertyFacts
from reos.connectors.errors import SchemaDriftError
from reos.connectors.fema_nfhl.zones import flood_facts, newest_panel, panel_date, read_zone, worst_first

SAMPLES = Path(__file__).resolve().parents[6] / "shared/contracts/samples/fema_nfhl"
MINIMAL, SHADED = "AREA OF MINIMAL FLOOD HAZARD", "0.2 PCT ANNUAL CHANCE FLOOD HAZARD"


def polygon(zone, subtype=None, flag="T", **more):
    return {"FLD_ZONE": zone, "ZONE_SUBTY": subtype, "SFHA_TF": flag, "STATIC_BFE": -9999.0, "DFIRM_ID": "1C"} | more


FROM_WORST_TO_BEST = [
    polygon("AE", "FLOODWAY"),
    polygon("VE"),
    polygon("AE"),
    polygon("A"),
    polygon("AO"),
    polygon("A99"),
    polygon("X", SHADED, "F"),
    polygon("D", None, "F"),
    polygon("X", MINIMAL, "F"),
    polygon("OPEN WATER", None, "F"),
    polygon("AREA NOT INCLUDED", None, "F"),
]


def facts(*polygons, **more):
    return flood_facts({"point": [0, 0], "features": list(polygons)} | more)


@pytest.mark.parametrize(("worse", "better"), list(pairwise(FROM_WORST_TO_BEST)))
def test_of_two_polygons_the_worse_one_counts_whatever_their_order(worse, better):
    assert worst_first([better, worse]) == worst_first([worse, better]) == [worse, better]
    assert facts(better, worse) == facts(worse)


def test_the_flag_and_not_the_letter_says_whether_it_is_hazard_area():
    assert facts(polygon("AE", None, "F")).in_flood_hazard_area is False
    assert facts(polygon("X", SHADED, "T")).in_flood_hazard_area is True
    assert worst_first([polygon("AE", None, "F"), polygon("X", None, "T")])[0]["FLD_ZONE"] == "X"
    assert facts(polygon("A", None, None)).in_flood_hazard_area is None
    assert facts(polygon("A", None, "U")).in_flood_hazard_area is None


def test_no_polygon_is_unknown_and_not_free_of_risk():
    assert facts() == PropertyFacts()
    assert facts(availability=1) == PropertyFacts()


@pytest.mark.parametrize("zone", ["D", "OPEN WATER", "AREA NOT INCLUDED"])
def test_an_area_nobody_studied_is_undetermined(zone):
    assert facts(polygon(zone, None, "F")) == PropertyFacts(flood_zone=zone)
    assert facts(polygon(zone, None, "T")) == PropertyFacts(flood_zone=zone, in_flood_hazard_area=True)


@pytest.mark.parametrize(("zone", "rank"), [("A12", 3), ("V30", 2), ("B", 7), ("C", 9), ("A31", 0), ("A0", 0), ("", 0)])
def test_zones_of_older_maps_are_known_and_others_are_not(zone, rank):
    assert read_zone(polygon(zone)).rank == rank


@pytest.mark.parametrize("spoilt", [polygon("ZZ"), polygon(None), polygon("AE", None, "maybe"), polygon(7)])
def test_what_cannot_be_read_spoils_its_record_and_never_hides_behind_a_better_zone(spoilt):
    with pytest.raises(SchemaDriftError) as refused:
        facts(polygon("X", MINIMAL, "F"), spoilt)
    assert not refused.value.provider_wide
    assert worst_first([polygon("AE", "FLOODWAY"), spoilt])[0] == spoilt


def test_a_column_that_is_gone_concerns_the_whole_layer():
    attributes = polygon("AE")
    del attributes["SFHA_TF"]
    with pytest.raises(SchemaDriftError, match="SFHA_TF") as refused:
        facts(attributes)
    assert refused.value.provider_wide


@pytest.mark.parametrize(("height", "read"), [(-9999.0, None), (-8888, None), (None, None), (661.2, 661.2), ("12", 12)])
def test_heights_that_stand_for_none_are_none(height, read):
    assert read_zone(polygon("AE", STATIC_BFE=height)).base_flood_ft == read


def test_the_panels_date_is_its_utc_day():
    assert panel_date({"EFF_DATE": 1416355200000}) == date(2014, 11, 19)
    assert panel_date(None) is None
    assert panel_date({"EFF_DATE": None}) is None
    assert panel_date({"EFF_DATE": 253370764800000}) is None  # 9999-02-01
    assert panel_date({"EFF_DATE": 218_330_467_200_000}) is None  # in the year 8888
    assert facts(polygon("AE"), panel={"EFF_DATE": 1416355200000}).flood_map_date == date(2014, 11, 19)
    for spoilt in ({}, [], {"EFF_DATE": "soon"}, {"EFF_DATE": 1e300}):
        with pytest.raises(SchemaDriftError):
            panel_date(spoilt)


def test_of_several_panels_the_newest_counts():
    panels = [{"EFF_DATE": None}, {"EFF_DATE": 5}, {"EFF_DATE": 10**12}, {"EFF_DATE": 7}]
    assert newest_panel(panels) == {"EFF_DATE": 10**12}
    assert newest_panel(panels[:1]) == {"EFF_DATE": None}
    assert newest_panel([]) is None


def test_published_rows_parse():
    rows, panels = [polygon("A"), polygon("X", SHADED, "F")], [{"EFF_DATE": 1416355200000, "FIRM_PAN": "1"}]
    if SAMPLES.is_dir():
        read = lambda name: [each["attributes"] for each in json.loads((SAMPLES / name).read_text())["features"]]  # noqa: E731 - used twice
        rows, panels = read("layer28_rows_verbatim.json"), read("layer3_firm_panels_verbatim.json")
    zones = [read_zone(row) for row in rows]
    assert (zones[0].zone, zones[0].hazard, zones[0].base_flood_ft) == ("A", True, None)
    assert {(zone.zone, zone.subtype, zone.rank) for zone in zones[1:]} == {("X", SHADED, 7)}
    found = flood_facts({"features": rows[::-1], "panel": newest_panel(panels)})
    assert found == PropertyFacts(flood_zone="A", in_flood_hazard_area=True, flood_map_date=date(2014, 11, 19))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from(list(polygon("A"))), JSON, max_size=5) | JSON, max_size=3), JSON)
def test_whatever_comes_it_parses_or_is_drift(features, panel):
    with suppress(SchemaDriftError):
        assert isinstance(flood_facts({"features": features, "panel": panel}), PropertyFacts)
