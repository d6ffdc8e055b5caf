from reos_local.sandbox.attom_view import is_known, profile_of
from reos_local.sandbox.county_view import attributes, layer
from reos_local.sandbox.world import county_apns, parcel

SEED = 1
APNS = [apn for apn in county_apns(SEED, 3000) if not parcel(SEED, apn).vacant]


def _profiles() -> list[tuple[str, dict]]:
    return [(apn, found) for apn in APNS if (found := profile_of(SEED, apn))]


def _share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


def test_attom_disagrees_with_the_world_as_often_as_real_extracts_do() -> None:
    seen = [(parcel(SEED, apn).house, found["building"]) for apn, found in _profiles()]
    assert 0.08 < _share([home.living_sqft != b["size"]["livingSize"] for home, b in seen]) < 0.12
    assert 0.07 < _share([home.beds != b["rooms"]["beds"] for home, b in seen if "beds" in b["rooms"]]) < 0.11
    assert 0.10 < _share([home.baths != b["rooms"]["bathsTotal"] for home, b in seen]) < 0.14


def test_attom_does_not_know_about_three_parcels_in_a_hundred() -> None:
    assert 0.02 < _share([not is_known(SEED, apn) for apn in APNS]) < 0.04


def test_attom_leaves_some_facts_out() -> None:
    found = [profile for _, profile in _profiles()]
    assert 0.02 < _share(["yearBuilt" not in profile["summary"] for profile in found]) < 0.05
    assert 0.02 < _share(["beds" not in profile["building"]["rooms"] for profile in found]) < 0.06


def test_the_county_is_mostly_right_and_leaves_some_cells_empty() -> None:
    seen = [(parcel(SEED, apn).house, attributes(SEED, apn)) for apn in APNS]
    assert 0.01 < _share([row["BEDROOMS"] is None for _, row in seen]) < 0.04
    assert 0.01 < _share([row["YR_BUILT"] == 0 for _, row in seen]) < 0.04
    assert all(row["BEDROOMS"] in (None, home.beds) for home, row in seen)
    assert 0.01 < _share([row["SQFT_TOT_LIVING"] not in (None, home.living_sqft) for home, row in seen]) < 0.06


def test_both_lag_behind_the_latest_deeds_and_attom_more() -> None:
    newest = [parcel(SEED, apn).sales[0].day for apn in APNS if parcel(SEED, apn).sales]
    on_roll = [row["LAST_SALE_DATE"] for apn in APNS if (row := attributes(SEED, apn))["LAST_SALE_DATE"]]
    at_attom = [found["sale"]["saleTransDate"] for _, found in _profiles() if found["sale"]]
    assert max(newest).isoformat() > "2026-09"
    assert max(on_roll) <= 1785456000000  # 2026-07-31
    assert max(at_attom) <= "2026-05-31"


def test_an_unseen_sale_leaves_the_former_owner_on_the_roll() -> None:
    late = [apn for apn in APNS if (sold := parcel(SEED, apn).sales) and sold[0].day.isoformat() > "2026-07-31"]
    named = [(parcel(SEED, apn).owners, attributes(SEED, apn)["OWNER_NAME"]) for apn in late]
    assert named
    assert all(name in (None, owners[1].roll_name) for owners, name in named)


def test_the_owner_lives_there_exactly_when_the_mail_goes_there() -> None:
    for apn in APNS[:500]:
        row = attributes(SEED, apn)
        home = f"{row['SITUS_ADDR']}, {row['SITUS_CITY']} WA {row['ZIP5'].strip()}"
        if row["MAIL_ADDR"] is not None:
            assert (row["MAIL_ADDR"] == home) == parcel(SEED, apn).mailing.at_situs


def test_attributes_follow_the_layer_and_zip_codes_are_padded() -> None:
    row = attributes(SEED, APNS[0])
    assert list(row) == [field["name"] for field in layer()["fields"]]
    assert len(row["ZIP5"]) == 10
    assert row["OBJECTID"] == 1


def test_a_vacant_lot_has_no_building_at_either_provider() -> None:
    vacant = next(apn for apn in county_apns(SEED, 3000) if parcel(SEED, apn).vacant and is_known(SEED, apn))
    row, profile = attributes(SEED, vacant), profile_of(SEED, vacant)
    assert profile is not None
    assert (row["SQFT_TOT_LIVING"], row["BEDROOMS"], row["YR_BUILT"], row["APPR_IMP_VAL"]) == (None, None, 0, 0)
    assert profile["building"]["size"] == {}
    assert "yearBuilt" not in profile["summary"]
