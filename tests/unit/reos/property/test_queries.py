import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from reos.property import queries
from reos.property.queries import SORTS, Filters

ID = UUID(int=1)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def holes(sql: str) -> set[int]:
    return {int(number) for number in re.findall(r"\$(\d+)", sql)}


def test_without_filters_only_deleted_properties_are_left_out() -> None:
    query = queries.page(Filters(), "score", 50)
    assert query.args == (50,)
    assert holes(query.sql) == {1}
    assert "p.deleted_at is null" in query.sql


def test_every_filter_and_the_cursor_are_parameters_in_order() -> None:
    filters = Filters("WA", "53033", "98103", "scored", 10, 90, "main")
    query = queries.page(filters, "updated_at", 20, (NOW, ID))
    assert query.args == (20, "WA", "53033", "98103", "scored", 10, 90, "%main%", NOW, ID)
    assert holes(query.sql) == set(range(1, 11))
    assert "$9::timestamptz" in query.sql


def test_no_value_of_a_caller_is_part_of_the_text() -> None:
    evil = "'; drop table app.property; --"
    for sort in SORTS:
        query = queries.page(Filters(state=evil, text=evil), sort, 1)
        assert "drop" not in query.sql


@pytest.mark.parametrize(("text", "pattern"), [("50%", r"%50\%%"), ("a_b", r"%a\_b%"), ("a\\b", r"%a\\b%")])
def test_wildcards_of_the_caller_mean_themselves(text: str, pattern: str) -> None:
    assert queries.page(Filters(text=text), "score", 1).args[1] == pattern


def test_a_score_of_zero_is_a_filter_too() -> None:
    assert queries.page(Filters(score_min=0), "score", 1).args == (1, 0)


def test_sort_keys_are_read_from_their_text_and_refuse_other_text() -> None:
    assert SORTS["score"]("80") == 80
    assert SORTS["updated_at"]("2026-11-24 00:00:00+00") == NOW
    for sort, text in (
        ("score", "x"),
        ("score", "101"),
        ("score", "-2"),
        ("updated_at", "x"),
        ("updated_at", "2026-11-24"),
    ):
        with pytest.raises(ValueError, match=text):
            SORTS[sort](text)


def test_behind_the_last_score_only_the_unscored_are_read() -> None:
    filters = Filters(state="WA")
    among_scored = queries.page(filters, "score", 10, (80, ID))
    assert among_scored.args == (10, "WA", 80, ID)
    assert holes(among_scored.sql) == {1, 2, 3, 4}
    behind = queries.page(filters, "score", 10, (queries.UNSCORED, ID))
    assert behind.args == (10, "WA", ID)
    assert "and false" in behind.sql


def test_a_score_filter_leaves_the_unscored_out() -> None:
    assert "and false" in queries.page(Filters(score_max=50), "score", 10).sql
    assert "and false" not in queries.page(Filters(), "score", 10).sql


def test_a_narrow_filter_is_applied_before_the_order() -> None:
    for narrow in (Filters(zip5="98103"), Filters(text="main")):
        assert "materialized" in queries.page(narrow, "score", 10).sql
    assert "materialized" not in queries.page(Filters(state="WA", stage="scored"), "score", 10).sql


def test_queries_about_one_property_take_its_id_and_nothing_else() -> None:
    for build in (queries.detail, queries.score, queries.score_history, queries.provenance, queries.existence):
        query = build(ID)
        assert (query.args, holes(query.sql)) == ((ID,), {1})
