"""The review queue: what a person decides is done, told, and never asked again."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from reos.core.errors import ConflictError, NotFoundError
from reos.property.review import Status

if TYPE_CHECKING:
    from tests.integration.reos.property.conftest import Bench


def open_pair(bench: "Bench") -> tuple[UUID, UUID, UUID]:
    """Return a unit, the line without a unit that came after it, and the open review of the two."""
    unit = bench.home("100 Pine St Apt 1")
    line = bench.home("100 Pine St")
    (review,) = bench.reviews()
    return unit, line, review["review_id"]


def test_same_merges_the_younger_into_the_older(bench: "Bench") -> None:
    unit, line, review_id = open_pair(bench)
    decided = bench.decide(review_id, Status.SAME)
    assert (decided.survivor_id, decided.absorbed_id) == (unit, line)
    assert bench.survivors() == {unit: None, line: unit}
    (review,) = bench.reviews()
    assert (review["status"], review["note"], review["decided_by"]) == ("same", "seen", str(bench.person.user_id))
    (merge,) = bench.rows("select * from app.property_merge")
    assert (merge["evidence"], merge["decided_by"]) == (review["evidence"], str(bench.person.user_id))
    assert len(bench.events("property.merged")) == 1


def test_different_keeps_them_apart_and_tells_nothing(bench: "Bench") -> None:
    unit, line, review_id = open_pair(bench)
    decided = bench.decide(review_id, Status.DIFFERENT)
    assert (decided.survivor_id, decided.merge_id) == (None, None)
    assert bench.survivors() == {unit: None, line: None}
    assert bench.events("property.merged") == []


def test_a_decided_pair_is_not_decided_again(bench: "Bench") -> None:
    _, _, review_id = open_pair(bench)
    bench.decide(review_id, Status.DIFFERENT)
    with pytest.raises(ConflictError, match="has been decided: different"):
        bench.decide(review_id, Status.SAME)
    with pytest.raises(NotFoundError):
        bench.decide(uuid4(), Status.SAME)


def test_a_side_that_was_merged_meanwhile_speaks_for_its_survivor(bench: "Bench") -> None:
    unit, line, review_id = open_pair(bench)
    elsewhere = bench.home("5 Elm St")
    bench.merge(elsewhere, line)
    decided = bench.decide(review_id, Status.SAME)
    assert (decided.survivor_id, decided.absorbed_id) == (unit, elsewhere)
    assert bench.survivors() == {unit: None, line: unit, elsewhere: unit}


def test_merging_by_hand_answers_the_open_question(bench: "Bench") -> None:
    unit, line, review_id = open_pair(bench)
    bench.merge(line, unit)
    (review,) = bench.reviews()
    assert (review["review_id"], review["status"]) == (review_id, "same")


def test_a_deleted_side_cannot_be_merged(bench: "Bench") -> None:
    _, line, review_id = open_pair(bench)
    bench.rows("update app.property set deleted_at = now() where property_id = %s returning 1 as one", line)
    with pytest.raises(ConflictError, match="is deleted"):
        bench.decide(review_id, Status.SAME)
    assert bench.reviews()[0]["status"] == "open"


def test_unmerging_what_a_person_merged_is_their_last_word(bench: "Bench") -> None:
    unit, line, review_id = open_pair(bench)
    bench.decide(review_id, Status.SAME)
    bench.unmerge(unit, line)
    (review,) = bench.reviews()
    assert (review["status"], review["note"]) == ("different", "two")
