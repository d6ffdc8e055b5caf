"""Merging by a person and taking it back: nothing is lost either way, and nonsense is refused."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reos.core.errors import ConflictError, InvalidInputError, NotFoundError
from reos.db import tenant_transaction
from reos.pipeline.discover import Outcome

if TYPE_CHECKING:
    from tests.integration.reos.property.conftest import Bench

KING = "53033"
ONCE = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def homes(bench: "Bench", count: int) -> list[UUID]:
    return [bench.home(f"{1000 + 2 * number} Pike St", apn=f"712930{number:04d}", county_fips=KING)
            for number in range(count)]  # fmt: skip


def test_a_merge_changes_one_column_of_one_row_and_its_undoing_restores_it(bench: "Bench") -> None:
    survivor, absorbed = homes(bench, 2)
    before = bench.properties()
    merge = bench.merge(survivor, absorbed)
    merged = bench.properties()
    assert merged == {**before, absorbed: {**before[absorbed], "merged_into": survivor}}
    assert bench.unmerge(survivor, absorbed) == merge.merge_id
    assert bench.properties() == before


def test_both_are_told_and_kept_in_the_history(bench: "Bench") -> None:
    survivor, absorbed = homes(bench, 2)
    merge = bench.merge(survivor, absorbed)
    (event,) = bench.events("property.merged")
    assert event["property_id"] == survivor
    assert event["payload"]["absorbed_id"] == str(absorbed)
    assert event["payload"]["decided_by"] == event["metadata"]["user_id"] == str(bench.person.user_id)
    assert event["payload"]["evidence"]["fields"][0]["field"] == "house number"
    bench.unmerge(survivor, absorbed)
    (event,) = bench.events("property.unmerged")
    assert (event["property_id"], event["payload"]["survivor_id"]) == (absorbed, str(survivor))
    assert event["payload"]["merge_id"] == str(merge.merge_id)
    (row,) = bench.rows("select * from app.property_merge")
    assert (row["reason"], row["unmerge_reason"]) == ("one home", "two")
    assert row["unmerged_by"] == row["decided_by"] == str(bench.person.user_id)


def test_who_holds_the_survivors_last_state_learns_that_it_changed(bench: "Bench") -> None:
    survivor, absorbed = homes(bench, 2)
    version = "select version from app.property where property_id = %s"
    (before,) = bench.rows(version, survivor)
    bench.merge(survivor, absorbed)
    (merged,) = bench.rows(version, survivor)
    bench.unmerge(survivor, absorbed)
    (after,) = bench.rows(version, survivor)
    assert before["version"] < merged["version"] < after["version"]


def test_what_was_absorbed_goes_along_and_comes_back(bench: "Bench") -> None:
    first, second, third = homes(bench, 3)
    bench.merge(second, third)
    chained = bench.properties()
    bench.merge(first, second)
    assert bench.survivors() == {first: None, second: first, third: first}
    bench.unmerge(first, second)
    assert bench.properties() == chained


def test_one_that_was_absorbed_underneath_is_released_by_itself(bench: "Bench") -> None:
    first, second, third = homes(bench, 3)
    bench.merge(second, third)
    bench.merge(first, second)
    bench.unmerge(first, third)
    assert bench.survivors() == {first: None, second: first, third: None}
    bench.unmerge(first, second)
    assert set(bench.survivors().values()) == {None}


@ONCE
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=14))
def test_any_order_of_merging_and_unmerging_loses_nothing(
    app_bench: "Bench", steps: list[tuple[bool, int, int]]
) -> None:
    """Compare with the plainest model, a forest of edges, and end where it began."""
    bench = app_bench
    bench.rows("update app.property set deleted_at = now() where true returning 1 as one")
    made = [bench.home(apn=str(10**9 + uuid4().int % 10**9), county_fips=KING) for _ in range(5)]
    before = {home: bench.properties()[home] for home in made}
    edges: dict[UUID, UUID] = {}

    def root(home: UUID) -> UUID:
        while home in edges:
            home = edges[home]
        return home

    for merging, left, right in steps:
        one, other = made[left], made[right]
        if merging and one != other and one not in edges and other not in edges:
            bench.merge(one, other)
            edges[other] = one
        elif not merging and other in edges:
            bench.unmerge(root(other), other)
            del edges[other]
        now = bench.survivors()
        assert {home: now[home] or home for home in made} == {home: root(home) for home in made}
    while edges:
        released = next(iter(edges))
        bench.unmerge(root(released), released)
        del edges[released]
    assert {home: bench.properties()[home] for home in made} == before


def test_nonsense_is_refused_and_changes_nothing(bench: "Bench") -> None:
    first, second, third = homes(bench, 3)
    foreign = bench.lead("1 Elm St", tenant_id=bench.other_tenant).property_id
    deleted = bench.home("1 Oak St")
    bench.rows("update app.property set deleted_at = now() where property_id = %s returning 1 as one", deleted)
    bench.merge(first, second)
    before = bench.survivors()
    assert foreign is not None
    refused: list[tuple[UUID, UUID, type[Exception], str]] = [
        (first, first, InvalidInputError, "into itself"),
        (first, foreign, NotFoundError, "no property"),
        (foreign, first, NotFoundError, "no property"),
        (first, uuid4(), NotFoundError, "no property"),
        (first, second, ConflictError, "merged into"),
        (third, second, ConflictError, "merged into"),
        (second, third, ConflictError, f"Name {first} instead"),
        (first, deleted, ConflictError, "is deleted"),
        (deleted, first, ConflictError, "is deleted"),
    ]
    for survivor, absorbed, error, message in refused:
        with pytest.raises(error, match=message):
            bench.merge(survivor, absorbed)
    assert bench.survivors() == before
    assert len(bench.rows("select from app.property_merge")) == 1


def test_what_is_not_merged_is_not_unmerged(bench: "Bench") -> None:
    first, second, third = homes(bench, 3)
    bench.merge(first, second)
    for survivor, absorbed, error in (
        (first, third, ConflictError),
        (third, second, ConflictError),
        (second, first, ConflictError),
        (first, uuid4(), NotFoundError),
    ):
        with pytest.raises(error):
            bench.unmerge(survivor, absorbed)
    bench.unmerge(first, second)
    with pytest.raises(ConflictError, match="not merged"):
        bench.unmerge(first, second)


def test_what_a_rule_merged_and_a_person_unmerged_stays_apart(bench: "Bench") -> None:
    home = bench.home("67 Main St")
    absorbed = bench.lead("67 Main").absorbed_id
    assert absorbed is not None
    bench.unmerge(home, absorbed)
    again = bench.lead("67 Main")
    assert (again.property_id, again.outcome) == (absorbed, Outcome.KNOWN)
    bench.lead("67 N Main St")  # something new in the block looks at all of it
    assert bench.survivors()[absorbed] is None
    assert [row["status"] for row in bench.reviews() if {row["property_id"], row["candidate_id"]} == {home, absorbed}] \
        == ["different"]  # fmt: skip


def test_merging_queues_both_for_the_warehouse_and_unmerging_does_again(bench: "Bench") -> None:
    first, second, third = homes(bench, 3)
    bench.merge(second, third)

    def queued() -> set[UUID]:
        rows = bench.superuser.execute(
            "delete from app.dirty_property where model = 'int_property__resolved' returning property_id"
        ).fetchall()
        return {row["property_id"] for row in rows}

    queued()
    bench.merge(first, second)
    assert queued() == {first, second, third}
    bench.unmerge(first, second)
    assert queued() == {first, second, third}


def test_an_absorbed_property_that_is_named_again_brings_a_deleted_survivor_back(bench: "Bench") -> None:
    survivor, absorbed = homes(bench, 2)
    bench.merge(survivor, absorbed)
    with tenant_transaction(bench.conn, bench.tenant_id):
        bench.conn.execute("update app.property set deleted_at = now() where property_id = %s", (survivor,))
    found = bench.lead(apn="7129300001", county_fips=KING)
    assert (found.property_id, found.outcome) == (survivor, Outcome.UPDATED)
