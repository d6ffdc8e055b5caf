"""One tenant's budget for ATTOM: what is held, decided and told about it."""

from datetime import UTC, datetime

import pytest

from reos.core.clock import FixedClock
from reos.core.money import MicroUsd
from reos.db import seed, tenant_transaction, transaction
from reos.policy import budgets

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRICE = MicroUsd(80_000)


@pytest.fixture
def purse(database, two_tenants):
    """The purse of the north."""
    return Purse(database, two_tenants[0])


class Purse:
    """Spends, and looks at what that left behind."""

    def __init__(self, database, tenant_id):
        self.database = database
        self.tenant_id = tenant_id
        self.conn = database.connect("pipeline")
        self.owner = database.connect("owner")
        self.clock = FixedClock(AT)

    def cap(self, microusd, period="day", *, percents=None, tenant_id=None):
        tenant = tenant_id or self.tenant_id
        seed.seed_budget(self.owner, tenant, "attom", period, MicroUsd(microusd))
        if percents is not None:
            with tenant_transaction(self.owner, tenant):
                self.owner.execute("update app.budget set alert_percents = %s where period = %s", (percents, period))

    def hold(self, amount=PRICE, *, at=AT, conn=None):
        with transaction(conn or self.conn):
            return budgets.hold(conn or self.conn, self.tenant_id, "attom", MicroUsd(amount), at=at)

    def hold_units(self, wanted, *, unit=PRICE, at=AT):
        with transaction(self.conn):
            return budgets.hold_units(self.conn, self.tenant_id, "attom", unit, wanted, at=at)

    def settle(self, hold_id, actual=PRICE, at=AT):
        with transaction(self.conn):
            budgets.settle(self.conn, hold_id, MicroUsd(actual), at=at)

    def release(self, hold_id, at=AT):
        with transaction(self.conn):
            budgets.release(self.conn, hold_id, at=at)

    def reap(self, older_than, at=AT):
        with transaction(self.conn):
            return budgets.reap_holds(self.conn, older_than, at=at)

    def spend(self, wanted, unit=PRICE):
        with tenant_transaction(self.conn, self.tenant_id):
            return budgets.spend(self.conn, self.tenant_id, "attom", unit, wanted, clock=self.clock)

    def pay(self, units, actual=None):
        grant = self.spend(units).grant
        self.settle(grant.hold_id, grant.amount if actual is None else actual, self.clock.now())

    def rows(self, query):
        with tenant_transaction(self.conn, self.tenant_id):
            return self.conn.execute(query).fetchall()

    def usage(self):
        query = """select period, period_start::text as start, held_microusd as held, spent_microusd as spent
                   from app.budget_usage order by period, period_start"""
        return {(row["period"], row["start"]): (row["held"], row["spent"]) for row in self.rows(query)}

    def decisions(self):
        rows = self.rows("select * from app.policy_decision order by decision_id")
        return [(row["allow"], row["policy_ids"], row["context"]) for row in rows]

    def told(self):
        query = "select payload from app.event_log where payload ->> 'kind' = 'budget_threshold' order by seq"
        return [(row["payload"]["period"], row["payload"]["percent"]) for row in self.rows(query)]
