import os
import subprocess
import sys
from statistics import median

import pytest

from reos_local.sandbox.market import MARKET_DAY
from reos_local.sandbox.world import Parcel, county_apns, parcel, parcel_at

SEED = 1


@pytest.fixture(scope="module")
def parcels() -> list[Parcel]:
    return [parcel(SEED, apn) for apn in county_apns(SEED, 1500)]


def test_another_process_sees_the_same_world() -> None:
    program = "from reos_local.sandbox.world import *; print([parcel(1, apn) for apn in county_apns(1, 5)])"
    environment = os.environ | {"PYTHONHASHSEED": "77"}
    command = [sys.executable, "-c", program]
    seen = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert seen.stdout.strip() == str([parcel(1, apn) for apn in county_apns(1, 5)])


def test_another_seed_is_another_county() -> None:
    assert county_apns(1, 20) != county_apns(2, 20)
    assert parcel(1, "7129300520").house != parcel(2, "7129300520").house


def test_a_longer_list_of_the_county_only_adds_at_the_end() -> None:
    assert county_apns(SEED, 1500)[:40] == county_apns(SEED, 40)
    assert len(set(county_apns(SEED, 1500))) == 1500


@pytest.mark.parametrize("apn", ["", "123", "12345678901", "71293-0052", "\uff17129300520"])
def test_only_ten_digits_are_a_parcel_number(apn: str) -> None:
    with pytest.raises(ValueError, match="10 digits"):
        parcel(SEED, apn)


def test_the_address_of_a_parcel_leads_back_to_it(parcels: list[Parcel]) -> None:
    for true in parcels[:300]:
        assert true.address is not None
        assert parcel_at(SEED, true.address, f"{true.place.city}, WA {true.place.zip5}") == true


def test_an_address_outside_the_grid_is_one_parcel_whose_roll_has_no_address() -> None:
    found = parcel_at(SEED, "123 N Main St", "Seattle WA 98115")
    assert found is not None
    assert found.address == "123 N MAIN ST"
    on_roll = parcel(SEED, found.apn)
    assert on_roll.address is None
    assert (on_roll.house, on_roll.owners, on_roll.place.zip5) == (found.house, found.owners, "98115")


def test_facts_of_a_house_agree_with_one_another(parcels: list[Parcel]) -> None:
    for true in parcels:
        home = true.house
        assert true.vacant == (home.year_built == 0) == (home.living_sqft == 0) == (home.beds == 0)
        assert home.basement_sqft < max(home.living_sqft, 1)
        assert home.year_renovated == 0 or home.year_renovated > home.year_built
        assert all(true.house.year_built <= sale.day.year and sale.day < MARKET_DAY for sale in true.sales)
        assert list(true.sales) == sorted(true.sales, key=lambda sale: sale.day, reverse=True)
        assert len(true.owners) == len(true.sales) + 1
        assert true.land_value > 0
        assert (true.improvement_value == 0) == true.vacant


def test_prices_and_owners_are_those_of_a_county(parcels: list[Parcel]) -> None:
    assert 700_000 < median(true.value for true in parcels) < 1_200_000
    ratios = [(true.land_value + true.improvement_value) / true.value for true in parcels]
    assert 0.88 < median(ratios) < 0.96
    occupied = sum(true.mailing.at_situs for true in parcels) / len(parcels)
    assert 0.6 < occupied < 0.78
    dear, cheap = (
        median(t.value for t in parcels if t.place.zip5 in zips) for zips in (("98004", "98039"), ("98002", "98168"))
    )
    assert dear > 2 * cheap
