"""Loaded address points: which step finds a property, what counts as one place, and what is a tie."""

import pytest

from reos.property.geocode_local import look_up, open_batch

HOME = "12 N Oak St, Auburn, WA 98001"


@pytest.fixture
def found(bench):
    """Return what the lookup says of properties, without judging or landing it."""

    def look(*property_ids):
        tenant_id = bench.tenants[0]
        with bench.conn.transaction():
            open_batch(bench.conn, tenant_id, property_ids)
            look_up(bench.conn, {"tenant_id": tenant_id, "at": bench.clock.now()})
            rows = bench.conn.execute("select * from geocode_found").fetchall()
        return {row["property_id"]: row for row in rows}

    return look


def test_the_exact_address_is_on_the_roof_and_says_which_point_it_is(bench, found):
    home = bench.lead(bench.tenants[0], HOME)
    bench.point("12 S Oak St, Auburn, WA 98001", 900)
    source_id = bench.point(HOME, 40)
    row = found(home)[home]
    assert (row["quality"], row["licence"], row["source"]) == ("rooftop", "open", "openaddresses")
    assert row["latitude"] == pytest.approx(47.5 + 40 / 111_195)
    assert row["body"]["match"] == "address"
    assert row["body"]["point"] == {
        "source": "openaddresses/us/wa/king", "source_id": source_id, "latitude": row["latitude"], "longitude": -122.2,
        "address": "12 N OAK ST", "city": "AUBURN", "state": "WA", "zip5": "98001",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lead", "point"),
    [
        ("12 Oak St, Auburn, WA 98001", "12 N Oak St, Auburn, WA 98001"),
        ("12 N Oak, Auburn, WA 98001", "12 N Oak St, Auburn, WA 98001"),
        ("12 N Oak St, Auburn, WA 98001", "12 Oak St, Auburn, WA 98001"),
        ("12 N Oak St Apt 3, Auburn, WA 98001", "12 N Oak St, Auburn, WA 98001"),
        ("12 N Oak St, Auburn, WA 98001", "12 N Oak St Unit 7, Auburn, WA 98001"),
    ],
)
def test_what_one_side_leaves_out_is_a_wildcard(bench, found, lead, point):
    home = bench.lead(bench.tenants[0], lead)
    bench.point(point)
    row = found(home)[home]
    assert (row["quality"], row["body"]["match"], row["reason"]) == ("rooftop", "block", None)


@pytest.mark.parametrize(
    ("lead", "point"),
    [
        ("12 N Oak St, Auburn, WA 98001", "12 S Oak St, Auburn, WA 98001"),
        ("12 N Oak St, Auburn, WA 98001", "12 N Oak Ave, Auburn, WA 98001"),
        ("12 Oak St, Auburn, WA 98001", "12 Oak St, Auburn, WA 98002"),
        ("12 Oak St, Auburn, WA 98001", "14 Oak St, Auburn, WA 98001"),
        ("12 Oak St, Auburn, WA 98001", "12A Oak St, Auburn, WA 98001"),
        ("12 Oak St, Auburn, WA 98001", "12 1/2 Oak St, Auburn, WA 98001"),
        ("12 N Oak, Auburn, WA 98001", "12 Oak St, Auburn, WA 98001"),  # each leaves out what the other says
    ],
)
def test_another_house_is_not_found(bench, found, lead, point):
    home = bench.lead(bench.tenants[0], lead)
    bench.point(point)
    assert found(home) == {}


def test_several_streets_that_fit_are_a_tie_however_near_they_are(bench, found):
    home = bench.lead(bench.tenants[0], "67 Oak, Auburn, WA 98001")
    bench.point("67 Oak St, Auburn, WA 98001", 0)
    bench.point("67 Oak Pl, Auburn, WA 98001", 10)
    row = found(home)[home]
    assert (row["latitude"], row["quality"], row["reason"]) == (None, None, "Several streets fit this address.")


def test_points_of_one_address_are_one_place_when_they_are_near(bench, found):
    home = bench.lead(bench.tenants[0], HOME)
    for north_m in (0, 60, 120):
        bench.point(HOME, north_m)
    row = found(home)[home]
    assert row["latitude"] == pytest.approx(47.5 + 60 / 111_195)  # a real point, the one in the middle
    assert (row["body"]["points"], row["body"]["spread_m"]) == (3, 120)


def test_points_of_one_address_far_apart_are_a_tie_that_no_weaker_match_settles(bench, found):
    home = bench.lead(bench.tenants[0], HOME)
    bench.point(HOME, 0)
    bench.point(HOME, 400)
    bench.point("12 Oak St, Auburn, WA 98001", 0)
    row = found(home)[home]
    assert (row["latitude"], row["reason"]) == (None, "The 2 points of this address lie 400 m apart.")


def test_the_parcel_number_settles_a_tie_and_finds_what_has_no_address(bench, found):
    tenant = bench.tenants[0]
    both = bench.lead(tenant, HOME, apn="1234567890", county_fips="53033")
    number_only = bench.lead(tenant, apn="0000000007", county_fips="53033")
    other_county = bench.lead(tenant, apn="1234567890", county_fips="53061")
    bench.point(HOME, 0)
    bench.point(HOME, 400)
    keyed = {row["property_id"]: row["apn_key"] for row in bench.rows("select property_id, apn_key from app.property")}
    bench.point("1 Elm St, Auburn, WA 98001", 390, county_fips="53033", apn_key=keyed[both])
    bench.point(
        "2 Elm St, Auburn, WA 98001", 700, county_fips="53033", apn_key=keyed[number_only], source="county_53033"
    )
    rows = found(both, number_only, other_county)
    assert set(rows) == {both, number_only}
    assert [rows[each]["quality"] for each in (both, number_only)] == ["parcel", "parcel"]
    assert rows[both]["latitude"] == pytest.approx(47.5 + 390 / 111_195)
    assert rows[number_only]["licence"] == "public"


def test_a_batch_leaves_out_what_is_deleted_merged_or_another_tenants(bench, found):
    north, south = bench.tenants
    alive, deleted, absorbed = (bench.lead(north, f"{number} Oak St, Auburn, WA 98001") for number in (1, 2, 3))
    foreign = bench.lead(south, "4 Oak St, Auburn, WA 98001")
    for number in (1, 2, 3, 4):
        bench.point(f"{number} Oak St, Auburn, WA 98001")
    bench.rows("update app.property set deleted_at = now() where property_id = %s", deleted)
    bench.rows("update app.property set merged_into = %s where property_id = %s", alive, absorbed)
    assert set(found(alive, deleted, absorbed, foreign)) == {alive}
