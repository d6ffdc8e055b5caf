"""Rows to address points: what is kept, what is left out and why, and keys that stay the same."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.reference.point import GEOMETRY, Point, compile_reader
from reos.reference.source import find_source

KING, COOK, FILES = (find_source(name) for name in ("king_wa_parcels", "cook_il_addresses", "openaddresses"))
PARCEL = {
    "OBJECTID": 7,
    "APN": "7129300520",
    "SITUS_ADDR": "4529 NE 95TH ST",
    "SITUS_CITY": "SEATTLE",
    "SITUS_STATE": "WA",
    "ZIP5": "98115     ",
    "LAT": 47.697,
    "LON": -122.276,
}
POINT = {
    "NUMBER": "4529",
    "STREET": "NE 95th St",
    "UNIT": None,
    "CITY": "Seattle",
    "REGION": "",
    "POSTCODE": "98115",
    "LON": "-122.276",
    "LAT": "47.697",
}


def test_a_parcel_becomes_a_point_with_normal_address_and_canonical_number():
    point, problems = compile_reader(KING)(PARCEL | {"APN": "712930-0520"})
    assert problems == ()
    assert point.source_id == point.apn_key == "7129300520"
    assert (point.apn, point.county_fips) == ("712930-0520", "53033")
    assert point[4:9] == ("4529", "NE", "95TH", "ST", None)
    assert (point.zip5, point.city, point.state) == ("98115", "SEATTLE", "WA")
    assert point.address_key.startswith("98115|4529|NE|")
    assert point.address_block.startswith("4529|95")
    assert (point.latitude, point.longitude) == (47.697, -122.276)
    assert len(point.body_sha256) == 32


def test_the_same_home_has_the_same_address_key_in_parcels_and_in_files():
    parcel, place = compile_reader(KING)(PARCEL).point, compile_reader(FILES)(POINT).point
    assert parcel.address_key == place.address_key
    assert parcel.address_block == place.address_block


def test_land_without_an_address_is_kept_and_nothing_is_told():
    point, problems = compile_reader(KING)(PARCEL | {"SITUS_ADDR": None, "ZIP5": " "})
    assert problems == ()
    assert (point.apn_key, point.address_key, point.city) == ("7129300520", None, None)


def test_an_address_that_means_nothing_costs_only_the_address():
    point, problems = compile_reader(KING)(PARCEL | {"SITUS_ADDR": "NE 95TH ST"})
    assert problems == ("address: It has no house number.",)
    assert (point.address_key, point.street, point.address_block) == (None, None, None)
    assert point.latitude == 47.697


def test_a_bad_parcel_number_costs_only_the_number():
    point, problems = compile_reader(KING)(PARCEL | {"APN": "71293005201"})
    assert problems == ("parcel number: not one of this county",)
    assert (point.apn, point.apn_key) == (None, None)
    assert point.address_key is not None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"NUMBER": ""}, ("address: It has no house number.",)),
        ({"STREET": "", "NUMBER": ""}, ("address: It is empty.",)),
        ({"CITY": "", "POSTCODE": ""}, ("address: It has neither a ZIP code nor a city with its state.",)),
        ({"LON": "", "LAT": ""}, ("coordinates: none",)),
        ({"LON": "47.697", "LAT": "-122.276"}, ("coordinates: latitude and longitude are swapped",)),
        ({"STREET": "Main St \x00"}, ("address: It holds NUL or other control characters.",)),
    ],
)
def test_a_row_of_a_file_is_left_out_with_its_reason(changes, told):
    assert compile_reader(FILES)(POINT | changes) == (None, told)


def test_the_state_of_the_place_stands_in_for_an_empty_region():
    named = FILES.model_copy(update={"state": "WA", "county_fips": "53033"})
    point, _ = compile_reader(named)(POINT | {"POSTCODE": ""})
    assert (point.state, point.county_fips) == ("WA", "53033")
    assert point.address_key.startswith("SEATTLE,WA|")


def test_an_address_without_any_place_is_kept_where_the_source_has_no_places():
    row = {"pin": "14331050010000", "prop_address_full": "2350 N CLARK ST", "prop_address_zipcode_1": "60614"}
    point, problems = compile_reader(COOK)(row)
    assert problems == ()
    assert (point.apn_key, point.latitude, point.zip5) == ("14331050010000", None, "60614")


def test_a_pin_that_lost_its_zeros_is_told_and_never_guessed():
    _, problems = compile_reader(COOK)({"pin": "1331050010000", "prop_address_full": "", "year": "2025"})
    assert "parcel number: not one of this county" in problems


def test_the_key_of_a_file_row_ignores_the_hash_and_small_moves_but_not_real_ones():
    read = compile_reader(FILES)
    same = [
        read(row).point.source_id
        for row in (POINT, POINT | {"HASH": "x"}, POINT | {"LAT": "47.6970001"}, POINT | {"STREET": "NE 95 STREET"})
    ]
    assert all(left == right for left, right in pairwise(same[:3]))
    moved = read(POINT | {"LAT": "47.698"}).point.source_id
    other = read(POINT | {"NUMBER": "4531"}).point.source_id
    assert len({same[0], moved, other}) == 3


def test_any_change_of_content_changes_the_body_and_no_other_does():
    read = compile_reader(KING)
    body = read(PARCEL).point.body_sha256
    assert read(PARCEL | {"OBJECTID": 8, "ZIP5": "98115"}).point.body_sha256 == body
    changed = [{"LAT": 47.698}, {"SITUS_ADDR": "4531 NE 95TH ST"}, {"SITUS_CITY": "KENMORE"}, {"APN": "7129300521"}]
    assert body not in {read(PARCEL | each).point.body_sha256 for each in changed}


def test_a_layer_with_shapes_gives_their_centres():
    shaped = KING.model_copy(update={"geometry": True})
    ring = [[-122.3, 47.6], [-122.3, 47.7], [-122.2, 47.7], [-122.2, 47.6], [-122.3, 47.6]]
    point, _ = compile_reader(shaped)(PARCEL | {GEOMETRY: {"rings": [ring]}})
    assert (point.latitude, point.longitude) == pytest.approx((47.65, -122.25))


def test_a_source_with_ids_of_its_own_is_keyed_by_them():
    own = FILES.model_copy(update={"fields": FILES.fields.model_copy(update={"id": "ID"})})
    assert compile_reader(own)(POINT | {"ID": " A-17\x00 "}).point.source_id == "A-17"
    assert len(compile_reader(own)(POINT).point.source_id) == 32
    assert len(compile_reader(own)(POINT | {"ID": "x" * 5_000}).point.source_id) == 64


CELL = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))


@pytest.mark.parametrize("source", [KING, COOK, FILES], ids=lambda source: source.name)
@given(st.data())
def test_whatever_the_cells_hold_a_row_is_a_point_or_has_a_reason(source, data):
    row = {name: data.draw(CELL, name) for name in source.columns}
    point, problems = compile_reader(source)(row)
    assert point is not None or problems
    if point is not None:
        assert point.source_id
        assert (point.latitude is None) == (point.longitude is None)
        assert "\0" not in "".join(str(value) for value in point[:-1])
        assert compile_reader(source)(row).point == point


def test_a_point_has_the_columns_of_the_table():
    from reos.db.tables.reference import address_point  # noqa: PLC0415 - only here

    assert list(Point._fields) == [column.name for column in address_point.columns][1:-1]
