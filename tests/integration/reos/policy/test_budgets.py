"""Caps hold, also under sixteen workers, and what died between hold and settle is found again."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from reos.core.errors import BudgetExhaustedError, ConflictError, InvalidInputError, NotFoundError
from reos.core.money import MicroUsd
from reos.db import tenant_transaction, transaction
from reos.policy import budgets

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRICE = MicroUsd(80_000)


TODAY, MONTH = ("day", "2026-11-24"), ("month", "2026-11-01")


def test_a_hold_is_set_aside_and_settled_at_what_it_cost(purse):
    purse.cap(1_000_000)
    hold = purse.hold(160_000)
    assert purse.usage() == {TODAY: (160_000, 0), MONTH: (160_000, 0)}
    purse.settle(hold, 80_000)
    assert purse.usage() == {TODAY: (0, 80_000), MONTH: (0, 80_000)}


def test_settling_twice_is_settling_once(purse):
    purse.cap(1_000_000)
    hold = purse.hold()
    purse.settle(hold)
    purse.settle(hold)
    assert purse.usage()[TODAY] == (0, 80_000)


def test_a_released_hold_leaves_nothing_behind(purse):
    purse.cap(80_000)
    hold = purse.hold()
    purse.release(hold)
    purse.release(hold)
    assert purse.usage()[TODAY] == (0, 0)
    assert isinstance(purse.hold(), UUID)


def test_a_settled_hold_cannot_be_released(purse):
    purse.cap(80_000)
    hold = purse.hold()
    purse.settle(hold)
    with pytest.raises(ConflictError):
        purse.release(hold)


def test_without_a_budget_nothing_may_be_spent(purse):
    with pytest.raises(BudgetExhaustedError, match="no budget for attom") as refused:
        purse.hold()
    assert refused.value.context["reason"] == "no_budget"


@pytest.mark.parametrize(("day", "month", "tight"), [(80_000, 900_000, "day"), (900_000, 80_000, "month")])
def test_the_tighter_cap_refuses_and_says_so(purse, day, month, tight):
    purse.cap(day, "day")
    purse.cap(month, "month")
    purse.hold()
    with pytest.raises(BudgetExhaustedError, match=rf"The {tight}'s budget for attom has \$0\.00 left") as refused:
        purse.hold()
    assert refused.value.context["reason"] == f"{tight}_cap"
    assert purse.usage() == {TODAY: (80_000, 0), MONTH: (80_000, 0)}


def test_a_cap_is_reached_exactly_and_not_passed(purse):
    purse.cap(200_000)
    grant = purse.hold_units(10)
    assert (grant.units, grant.amount) == (2, 160_000)
    with pytest.raises(BudgetExhaustedError):
        purse.hold_units(1)
    assert purse.hold(40_000)


def test_a_new_day_has_a_new_budget_within_the_months(purse):
    purse.cap(80_000, "day")
    purse.cap(160_000, "month")
    purse.hold()
    purse.hold(at=AT + timedelta(days=1))
    with pytest.raises(BudgetExhaustedError, match="month"):
        purse.hold(at=AT + timedelta(days=2))
    assert purse.hold(at=AT + timedelta(days=10))


def test_what_was_held_before_midnight_is_settled_in_its_own_day(purse):
    purse.cap(80_000)
    hold = purse.hold(at=datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    purse.settle(hold, at=datetime(2026, 12, 1, 0, 1, tzinfo=UTC))
    assert purse.usage() == {("day", "2026-11-30"): (0, 80_000), MONTH: (0, 80_000)}


def test_a_cap_that_is_added_later_knows_what_was_spent_before(purse):
    purse.cap(900_000, "day")
    purse.settle(purse.hold())
    purse.cap(80_000, "month")
    with pytest.raises(BudgetExhaustedError, match="month"):
        purse.hold()


def test_a_cap_cut_below_what_is_spent_refuses_without_a_negative_rest(purse):
    purse.cap(160_000)
    purse.hold()
    with tenant_transaction(purse.owner, purse.tenant_id):
        purse.owner.execute("update app.budget set cap_microusd = 1000")
    with pytest.raises(BudgetExhaustedError, match=r"has \$0\.00 left"):
        purse.hold()


def test_a_cap_cut_while_a_hold_is_being_taken_still_holds(purse, monkeypatch):
    purse.cap(80_000)
    monkeypatch.setattr(budgets, "caps_of", lambda *_: {"day": 900_000})
    with pytest.raises(ConflictError, match="changed during a hold"):
        purse.hold(160_000)
    assert purse.usage() == {}


@pytest.mark.parametrize(("unit", "wanted"), [(0, 1), (-1, 1), (80_000, 0)])
def test_a_hold_of_nothing_is_refused(purse, unit, wanted):
    purse.cap(80_000)
    with pytest.raises(InvalidInputError):
        purse.hold_units(wanted, unit=MicroUsd(unit))


@pytest.mark.parametrize("actual", [80_001, -1])
def test_a_call_cannot_cost_more_than_was_held(purse, actual):
    purse.cap(80_000)
    hold = purse.hold()
    with pytest.raises(InvalidInputError):
        purse.settle(hold, actual)
    assert purse.usage()[TODAY] == (80_000, 0)


def test_an_unknown_hold_is_not_found(purse):
    for act in (purse.settle, purse.release):
        with pytest.raises(NotFoundError):
            act(UUID(int=1))


def test_a_rolled_back_hold_never_was(purse):
    purse.cap(80_000)

    def hold_and_fail():
        with transaction(purse.conn):
            budgets.hold(purse.conn, purse.tenant_id, "attom", PRICE, at=AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        hold_and_fail()
    assert purse.hold()


def test_the_holds_of_the_dead_are_reaped_and_no_others(purse):
    purse.cap(240_000)
    dead = purse.hold(at=AT - timedelta(hours=2))
    alive = purse.hold(at=AT - timedelta(minutes=5))
    settled = purse.hold(at=AT - timedelta(hours=3))
    purse.settle(settled)
    assert purse.reap(timedelta(hours=1)) == [dead]
    assert purse.reap(timedelta(hours=1)) == []
    assert purse.usage()[TODAY] == (80_000, 80_000)
    purse.settle(alive)


def test_a_worker_that_was_only_slow_still_pays(purse):
    purse.cap(80_000)
    slow = purse.hold(at=AT - timedelta(hours=2))
    purse.reap(timedelta(hours=1))
    purse.settle(slow)
    assert purse.usage()[TODAY] == (0, 80_000)
    with pytest.raises(BudgetExhaustedError):
        purse.hold()


def test_one_tenants_money_is_not_anothers(purse, two_tenants):
    north, south = two_tenants
    purse.cap(80_000, tenant_id=south)
    with pytest.raises(BudgetExhaustedError):
        purse.hold()
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(purse.conn, north):
        budgets.hold(purse.conn, south, "attom", PRICE, at=AT)


def test_sixteen_workers_spend_the_cap_and_not_a_cent_more(purse):
    """Ten dollars at eight cents are 125 calls; 16 workers want 10 each, and some give up between hold and settle."""
    purse.cap(10_000_000, "day")
    purse.cap(9_600_000, "month")
    outcomes = []
    start = threading.Barrier(16)

    def work(number):
        with purse.database.connect("pipeline") as conn:
            start.wait()
            for turn in range(10):
                try:
                    hold = purse.hold(conn=conn)
                except BudgetExhaustedError:
                    outcomes.append("refused")
                    continue
                if (number + turn) % 7 == 0:
                    outcomes.append("died")
                    continue
                with transaction(conn):
                    budgets.settle(conn, hold, PRICE, at=AT)
                outcomes.append("spent")

    workers = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    held, spent = purse.usage()[MONTH]
    assert held + spent == 9_600_000
    assert len(outcomes) == 160
    assert (held, spent) == (outcomes.count("died") * PRICE, outcomes.count("spent") * PRICE)
    assert len(purse.reap(timedelta(0), at=AT + timedelta(seconds=1))) == outcomes.count("died")
    assert purse.usage()[MONTH] == (0, spent)
    assert purse.hold_units(1000).amount == 9_600_000 - spent
