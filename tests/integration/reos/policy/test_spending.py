"""Money is decided on and the decision kept; what a budget's spending reaches is told once."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from reos.core.errors import BudgetExhaustedError, InvalidInputError, NotFoundError
from reos.core.money import MicroUsd
from reos.db import tenant_transaction, transaction
from reos.policy import budgets
from reos.policy.caps import Cap, set_cap

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRICE = MicroUsd(80_000)
# Holds money, says so, and waits to be killed: what a worker is doing while a provider keeps it waiting.
WORKER = """
import sys, time
from datetime import UTC, datetime
from uuid import UUID
from reos import db
from reos.core.clock import FixedClock
from reos.policy import budgets
url, tenant, at = sys.argv[1], UUID(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
conn = db.connect(url)
with db.tenant_transaction(conn, tenant):
    budgets.spend(conn, tenant, "attom", 80_000, 3, clock=FixedClock(at))
print("held", flush=True)
time.sleep(600)
"""


def test_a_grant_and_a_refusal_are_both_decided_and_kept(purse):
    purse.cap(200_000)
    purse.cap(900_000, "month")
    done = purse.spend(10)
    assert (done.grant.units, done.grant.amount, done.refusal) == (2, 160_000, None)
    refused = purse.spend(10)
    assert (refused.grant, refused.refusal.context["reason"]) == (None, "day_cap")
    facts = {"has_budget": True}
    assert purse.decisions() == [
        (True, ["spend-within-budget"], {**facts, "amount": 160_000, "day_left": 200_000, "month_left": 900_000}),
        (False, ["day-cap"], {**facts, "amount": 80_000, "day_left": 40_000, "month_left": 740_000}),
    ]
    ids = [row["decision_id"] for row in purse.rows("select decision_id from app.policy_decision order by 1")]
    assert ids == [done.decision_id, refused.decision_id]


def test_without_a_budget_the_refusal_is_kept_and_nothing_is_held(purse):
    refused = purse.spend(1)
    assert refused.refusal.context == {"provider": "attom", "reason": "no_budget"}
    assert purse.decisions() == [(False, ["no-budget"], {"amount": 80_000, "has_budget": False})]
    assert purse.rows("select from app.budget_usage") == []


def test_a_caller_that_wants_an_exception_gets_one_and_leaves_nothing(purse):
    purse.cap(79_999)
    with pytest.raises(BudgetExhaustedError), tenant_transaction(purse.conn, purse.tenant_id):
        budgets.hold_units(purse.conn, purse.tenant_id, "attom", PRICE, 1, at=AT)
    assert purse.decisions() == []


@pytest.mark.parametrize(("unit", "wanted"), [(0, 1), (80_000, 0)])
def test_nothing_is_no_purchase(purse, unit, wanted):
    purse.cap(80_000)
    with pytest.raises(InvalidInputError):
        purse.spend(wanted, unit)


def test_each_share_of_a_cap_is_told_once_a_period(purse):
    purse.cap(800_000)
    purse.pay(4)
    assert purse.told() == []
    purse.pay(1)
    assert purse.told() == [("day", 50)]
    purse.pay(1)
    assert purse.told() == [("day", 50)]
    purse.pay(4)
    assert purse.told() == [("day", 50), ("day", 100)]  # the highest reached; 80 counts as told
    purse.clock.instant += timedelta(days=1)
    purse.pay(8)
    assert purse.told()[2:] == [("day", 80)]


def test_the_day_and_the_month_are_told_apart_with_what_was_spent(purse):
    purse.cap(160_000)
    purse.cap(320_000, "month")
    purse.pay(2)
    assert sorted(purse.told()) == [("day", 100), ("month", 50)]
    query = "select payload from app.event_log where payload ->> 'period' = 'month'"
    (row,) = purse.rows(query)
    assert row["payload"] == {
        "kind": "budget_threshold",
        "provider": "attom",
        "period": "month",
        "period_start": "2026-11-01",
        "cap_microusd": 320_000,
        "percent": 50,
        "spent_microusd": 160_000,
    }


def test_a_cap_with_cents_left_that_buy_nothing_is_used_up(purse):
    purse.cap(200_000)
    purse.pay(2)
    assert purse.told() == [("day", 80)]
    purse.spend(1)
    purse.spend(1)
    assert purse.told() == [("day", 80), ("day", 100)]


def test_what_is_only_held_is_not_told_as_spent(purse):
    purse.cap(80_000)
    purse.spend(1)
    assert purse.spend(1).refusal
    assert purse.told() == []


def test_an_answer_that_cost_nothing_tells_nothing(purse):
    purse.cap(80_000)
    purse.pay(1, actual=0)
    assert purse.told() == []


def test_a_changed_cap_is_told_anew(purse):
    purse.cap(160_000, percents=[50])
    purse.pay(1)
    app = purse.database.connect("app")
    with tenant_transaction(app, purse.tenant_id):
        set_cap(app, purse.tenant_id, Cap("attom", "day", 320_000), user_id=purse.tenant_id)
    purse.pay(1)
    assert purse.told() == [("day", 50), ("day", 50)]


def test_the_shares_are_a_choice_and_none_is_silence(purse):
    purse.cap(800_000, percents=[10, 90])
    purse.cap(800_000, "month", percents=[])
    purse.pay(1)
    purse.pay(8)
    assert purse.told() == [("day", 10), ("day", 90)]


@pytest.mark.parametrize("cap", [Cap("nobody", "day", 1), Cap("attom", "week", 1), Cap("county_assessor", "day", 1)])
def test_a_cap_is_for_a_paid_provider_a_day_or_a_month(purse, cap):
    app = purse.database.connect("app")
    with pytest.raises(NotFoundError), tenant_transaction(app, purse.tenant_id):
        set_cap(app, purse.tenant_id, cap, user_id=purse.tenant_id)


@pytest.mark.parametrize("percents", [[0], [101], range(1, 12)])
def test_alerts_are_shares_of_the_cap(purse, percents):
    app = purse.database.connect("app")
    with pytest.raises(InvalidInputError), tenant_transaction(app, purse.tenant_id):
        set_cap(app, purse.tenant_id, Cap("attom", "day", 1, list(percents)), user_id=purse.tenant_id)


def test_a_worker_killed_between_hold_and_settle_leaks_nothing_after_the_reaper(purse):
    purse.cap(400_000)
    command = [sys.executable, "-c", WORKER, purse.database.url("pipeline"), str(purse.tenant_id), AT.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:  # noqa: S603 - our own program
        assert worker.stdout.readline() == "held\n"
        os.kill(worker.pid, signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL
    assert purse.spend(5).grant.units == 2
    with transaction(purse.conn):
        reaped = budgets.reap_holds(purse.conn, timedelta(minutes=30), at=AT + timedelta(minutes=29))
    assert reaped == []
    began = time.monotonic()
    with transaction(purse.conn):
        reaped = budgets.reap_holds(purse.conn, timedelta(minutes=30), at=AT + timedelta(minutes=31))
    assert len(reaped) == 2  # the dead worker's, and the one of this test that was never settled
    assert time.monotonic() - began < 5
    (usage,) = purse.rows("select held_microusd, spent_microusd from app.budget_usage where period = 'day'")
    assert usage == {"held_microusd": 0, "spent_microusd": 0}
    assert purse.spend(9).grant.units == 5


def test_what_is_left_is_counted_in_units_without_holding(purse):
    def left():
        with tenant_transaction(purse.conn, purse.tenant_id):
            return budgets.units_left(purse.conn, purse.tenant_id, "attom", PRICE, at=AT)

    assert left() == 0
    purse.cap(250_000)
    assert (left(), left()) == (3, 3)
    purse.spend(2)
    assert left() == 1
