"""Leads, merges and imports that meet at the same moment, over two connections."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from reos.core.errors import ConflictError
from reos.core.ids import new_id
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import merge
from reos.pipeline.discover import Discovered, Lead, Outcome, discover
from reos.property import repository
from reos.property.candidates import reserve, settle
from reos.property.identity import Claim, identify
from reos.property.merging import Merge

if TYPE_CHECKING:
    from tests.integration.conftest import Database
    from tests.integration.reos.property.conftest import Bench

LINES = ("67 Main St, Seattle, WA 98101", "67 Main, Seattle, WA 98101")


def take(conn: Connection, bench: "Bench", line: str) -> Discovered:
    (found,) = discover(conn, bench.tenant_id, [Lead(address=line)], clock=bench.clock, correlation_id=uuid4())
    return found


@pytest.mark.parametrize("attempt", range(3))
def test_two_writings_of_one_home_at_once_become_one_home(
    database: "Database", app_bench: "Bench", attempt: int
) -> None:
    together = Barrier(2)

    def work(line: str) -> Discovered:
        conn = database.connect("app", autocommit=True)
        together.wait(timeout=10)
        return take(conn, app_bench, line)

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(work, LINES[:: 1 if attempt % 2 else -1]))
    assert sorted(each.outcome for each in found) == [Outcome.CREATED, Outcome.MERGED]
    assert len({each.property_id for each in found}) == 1


def waits(conn: Connection) -> bool:
    """Tell whether some session of the database waits for an advisory lock."""
    query = "select exists (select from pg_locks where locktype = 'advisory' and not granted) as found"
    row = conn.execute(query).fetchone()
    return bool(row and row["found"])


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_lead_while_an_import_runs_waits_for_it_and_finds_what_it_brought(
    database: "Database", app_bench: "Bench"
) -> None:
    bench = app_bench
    importing = database.connect("pipeline", autocommit=True)
    identity, property_id = identify(Claim(address=LINES[0])), new_id()
    with ThreadPoolExecutor(1) as pool:
        with tenant_transaction(importing, bench.tenant_id):
            reserve(importing, bench.tenant_id)
            repository.insert(importing, bench.tenant_id, property_id, identity, "import", bench.clock.now())
            lead: Future[Discovered] = pool.submit(take, bench.conn, bench, LINES[1])
            until(lambda: waits(bench.superuser))
            settle(importing, bench.tenant_id, [property_id], clock=bench.clock, new_id=new_id)
        found = lead.result(timeout=10)
    assert found.property_id == property_id


def test_a_merge_while_an_import_runs_waits_for_it(database: "Database", app_bench: "Bench") -> None:
    bench = app_bench
    survivor, absorbed = bench.home("1 Elm St"), bench.home("2 Oak St")
    importing = database.connect("pipeline", autocommit=True)
    with ThreadPoolExecutor(1) as pool:
        with tenant_transaction(importing, bench.tenant_id):
            reserve(importing, bench.tenant_id)
            done: Future[Merge] = pool.submit(bench.merge, survivor, absorbed)
            until(lambda: waits(bench.superuser))
            fill = "update app.property set latitude = 47.6 where property_id = any (%s)"
            importing.execute(fill, ([absorbed, survivor],))
        assert done.result(timeout=10).survivor_id == survivor
    row = bench.properties()[absorbed]
    assert (row["merged_into"], row["latitude"]) == (survivor, 47.6)


def test_of_two_opposite_merges_at_once_one_is_refused(database: "Database", app_bench: "Bench") -> None:
    bench = app_bench
    one, other = bench.home("1 Elm St"), bench.home("2 Oak St")
    together = Barrier(2)

    def work(pair: tuple[UUID, UUID]) -> bool:
        conn = database.connect("app", autocommit=True)
        together.wait(timeout=10)
        try:
            with tenant_transaction(conn, bench.tenant_id):
                merge.merge(conn, bench.tenant_id, *pair, reason="one home", person=bench.person)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, [(one, other), (other, one)]))
    assert sorted(done) == [False, True]
    assert sorted(value is None for value in bench.survivors().values()) == [False, True]
