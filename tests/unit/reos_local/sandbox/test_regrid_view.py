from reos_local.sandbox.flood import zone_at
from reos_local.sandbox.regrid_view import LAST_DEED, columns, covered, is_covered, row_id
from reos_local.sandbox.world import ROLL_YEAR, county_apns, parcel

SEED = 1
APNS = county_apns(SEED, 2000)
SEEN = {apn: columns(SEED, parcel(SEED, apn)) for apn in APNS if is_covered(SEED, apn)}


def share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


def test_about_eight_parcels_in_a_hundred_are_not_covered() -> None:
    assert 0.06 < share([not is_covered(SEED, apn) for apn in APNS]) < 0.10


def test_some_owners_zones_and_sizes_are_missing() -> None:
    found = list(SEEN.values())
    assert 0.04 < share(["owner" not in each for each in found]) < 0.08
    assert 0.05 < share(["zoning" not in each for each in found]) < 0.09
    built = [each for each in found if each["struct"]]
    assert 0.09 < share(["recrdareano" not in each for each in built]) < 0.15


def test_the_roll_is_two_years_old_and_later_deeds_are_unseen() -> None:
    assert {each["taxyear"] for each in SEEN.values()} == {str(ROLL_YEAR - 2)}
    assert max(each["saledate"] for each in SEEN.values() if "saledate" in each) <= LAST_DEED.isoformat()
    late = [apn for apn in SEEN if (sold := parcel(SEED, apn).sales) and sold[0].day > LAST_DEED]
    names = [(SEEN[apn].get("owner"), parcel(SEED, apn).owners[0].roll_name) for apn in late]
    assert late
    assert share([seen == newest for seen, newest in names]) < 0.1


def test_the_flood_zone_is_the_one_that_the_maps_show() -> None:
    for apn, seen in list(SEEN.items())[:300]:
        true = parcel(SEED, apn)
        assert seen.get("fema_flood_zone") == zone_at(SEED, true.latitude, true.longitude)


def test_rows_are_numbered_upwards_and_foreign_parcels_beyond_them() -> None:
    rows = [row for row, _ in covered(SEED)]
    assert rows == sorted(set(rows))
    assert row_id(SEED, "0000000001") > rows[-1]


def test_a_vacant_lot_has_no_building() -> None:
    vacant = next(apn for apn in SEEN if parcel(SEED, apn).vacant)
    assert not {"yearbuilt", "numstories", "recrdareano"} & SEEN[vacant].keys()
