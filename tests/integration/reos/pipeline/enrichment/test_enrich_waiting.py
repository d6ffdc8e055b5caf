"""What a budget refused comes back when there is money again: all of it, no more than is paid for, and once."""

from datetime import timedelta
from typing import Any

import pytest

from reos.db import tenant_transaction
from reos_local.sandbox.attom_view import is_known
from reos_local.sandbox.county_view import attributes
from reos_local.sandbox.world import county_apns

SEED = 1
PRICE = 80_000
REQUIRED = ("SQFT_TOT_LIVING", "BEDROOMS", "YR_BUILT", "OWNER_NAME")


def lacks(apn: str) -> bool:
    row = attributes(SEED, apn)
    return row["PROP_USE"] != "VACANT(SINGLE-FAMILY)" and not all(row[name] for name in REQUIRED)


KNOWN = [apn for apn in county_apns(SEED, 1500) if lacks(apn) and is_known(SEED, apn)]


def waiting(bench: Any) -> int:
    found: int = bench.count("app.dirty_property where model = 'enrichment:attom'")
    return found


def bought(bench: Any) -> int:
    found: int = bench.count("raw.attom_expanded_profile")
    return found


def test_a_new_day_takes_the_next_ones_until_all_have_had_their_turn(bench: Any) -> None:
    north, _ = bench.tenants
    bench.budget(north, 3 * PRICE)
    ids = bench.discover(north, KNOWN[:8])
    bench.run()
    assert (bought(bench), waiting(bench), bench.queued()) == (3, 5, 0)
    told = len(bench.events())

    idle = bench.run()
    assert (idle.recalled, idle.properties, len(bench.events())) == (0, 0, told)

    for recalled, so_far in [(3, 6), (2, 8)]:
        bench.clock.instant += timedelta(days=1)
        report = bench.run()
        assert (report.recalled, report.properties, report.failed) == (recalled, recalled, 0)
        assert (bought(bench), waiting(bench), bench.queued()) == (so_far, 8 - so_far, 0)
    assert {bench.events(each)[-1]["payload"].get("skipped") for each in ids} == {None}
    assert bench.run().recalled == 0


def test_a_raised_cap_is_noticed_by_the_next_sweep(bench: Any) -> None:
    north, _ = bench.tenants
    bench.discover(north, KNOWN[:4])
    assert bench.run().skipped == {"attom: no_budget": 4}
    bench.budget(north, 2 * PRICE)
    assert (bench.run().recalled, bought(bench), waiting(bench)) == (2, 2, 2)
    with tenant_transaction(bench.owner, north):
        bench.owner.execute("update app.budget set cap_microusd = %s", [10 * PRICE])
    assert (bench.run().recalled, bought(bench), waiting(bench)) == (2, 4, 0)


def test_one_tenants_money_calls_nobody_elses_properties_back(bench: Any) -> None:
    north, south = bench.tenants
    bench.discover(north, KNOWN[:2])
    bench.discover(south, KNOWN[2:4])
    bench.run()
    bench.budget(south, 10 * PRICE)
    assert bench.run().recalled == 2
    assert [row["tenant_id"] for row in bench.rows("select tenant_id from raw.attom_expanded_profile")] == [south] * 2
    assert waiting(bench) == 2


@pytest.mark.parametrize("fault", ["500", "429"])
def test_a_property_that_failed_waits_in_one_queue_only(bench: Any, fault: str) -> None:
    north, _ = bench.tenants
    bench.discover(north, KNOWN[:3])
    bench.fault("county", fault)
    bench.run()
    assert (bench.queued(), waiting(bench)) == (3, 0)
