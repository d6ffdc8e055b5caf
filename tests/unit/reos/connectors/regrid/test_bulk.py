"""Queries page by page, the free count and the free usage."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest

from reos.connectors.errors import InvalidRequestError, ProviderUnavailableError, SchemaDriftError
from reos.connectors.regrid.client import Regrid
from reos.connectors.regrid.settings import OPTIONS
from reos.connectors.regrid.usage import Usage

LARGE = {"fields[geoid][eq]": "53033", "fields[ll_gisacre][gt]": "2"}
PRICE = 20_000


@pytest.fixture
def client(wire):
    egress = wire.egress()
    return Regrid(egress, "https://regrid.test/api/v2", "the-token", egress._clock)


def page(*ids):
    rows = [
        {"type": "Feature", "properties": {"fields": {"geoid": "53033"}}, "geometry": {}, "id": each} for each in ids
    ]
    return httpx.Response(200, json={"parcels": {"type": "FeatureCollection", "features": rows}})


async def _all(pages: AsyncIterator) -> list:
    return [each async for each in pages]


@pytest.fixture
def query(wire, client):
    """Run a query, answered in turn."""

    def run(*answers, conditions=LARGE, **options):
        wire.answers = list(answers)
        return asyncio.run(_all(client.query(conditions, **{"limit": 2, "at_most": 100, **options})))

    return run


def test_pages_follow_the_last_row_until_one_is_not_full(query, wire):
    pages = query(page(5, 9), page(12, 40), page(41))
    assert [request.url.params["offset_id"] for request in wire.requests] == ["0", "9", "40"]
    assert dict(wire.requests[0].url.params) == LARGE | OPTIONS | {"offset_id": "0", "limit": "2", "token": "the-token"}
    assert [each.cursor for each in pages] == [9, 40, None]
    assert [row["id"] for each in pages for row in each.bodies] == [5, 9, 12, 40, 41]
    assert "geometry" not in pages[0].bodies[0]


def test_each_page_costs_what_it_holds(query):
    calls = [each.call for each in query(page(5, 9), page(12))]
    assert [(call.records, call.cost) for call in calls] == [(2, 2 * PRICE), (1, PRICE)]
    assert len({call.request_hash for call in calls}) == 2


def test_a_full_last_page_is_followed_by_an_empty_free_one(query):
    pages = query(page(5, 9), page())
    assert [(len(each.bodies), each.call.cost) for each in pages] == [(2, 2 * PRICE), (0, 0)]


def test_no_page_is_bought_that_could_break_the_cap(query, wire):
    pages = query(page(1, 2), page(3, 4), page(5, 6), at_most=5)
    assert (len(pages), len(wire.requests), pages[-1].cursor) == (2, 2, 4)


def test_it_goes_on_from_any_row(query, wire):
    query(page(13), offset_id=12)
    assert wire.requests[0].url.params["offset_id"] == "12"


@pytest.mark.parametrize("answer", [page(5, 5), page(9, "x"), page(9, None)])
def test_rows_that_do_not_grow_end_it_as_drift(query, answer):
    if answer.json()["parcels"]["features"][1]["id"] is None:
        assert query(answer)[0].cursor is None
        return
    with pytest.raises(SchemaDriftError, match="growing"):
        query(answer, offset_id=7)


def test_a_page_that_is_lost_may_have_cost_all_of_it(query, wire):
    with pytest.raises(ProviderUnavailableError) as lost:
        query(httpx.Response(200, content=b'{"parcels":'))
    assert (lost.value.billed, len(wire.requests)) == (2, 1)


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"order": "fields[ll_gisacre][desc]"},
        {"fields[ll_gisacre][order]": "asc"},
        {"fields[no_such_column][eq]": "1"},
        {"token": "other"},
        {f"fields[{name}][eq]": "1" for name in ("geoid", "usecode", "zoning", "yearbuilt", "szip5")},
    ],
)
def test_what_regrid_does_not_take_is_refused_before_anything_is_sent(query, wire, conditions):
    with pytest.raises(InvalidRequestError, match="Regrid is not asked with"):
        query(page(), conditions=conditions)
    assert wire.requests == []


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_is_neither_empty_nor_too_large(query, wire, limit):
    with pytest.raises(InvalidRequestError, match="parcels a page"):
        query(page(), limit=limit, at_most=5000)
    assert wire.requests == []


def test_counting_is_free(wire, client, fixture):
    wire.answers = [fixture("count.200")]
    assert asyncio.run(client.count(LARGE)) == 4563
    assert wire.requests[0].url.params["count"] == "true"
    wire.answers = [httpx.Response(200, json={"count": "many"})]
    with pytest.raises(SchemaDriftError, match="count") as drift:
        asyncio.run(client.count(LARGE))
    assert drift.value.billed == 0


def test_usage_is_what_regrid_has_counted(wire, client, fixture):
    wire.answers = [fixture("usage.200")]
    used = asyncio.run(client.usage())
    assert used == Usage(date(2026, 11, 1), date(2026, 12, 1), requests=710, records=1119, overage=19, trial=True)
    assert (wire.requests[0].url.path, dict(wire.requests[0].url.params)) == ("/api/v2/usage", {"token": "the-token"})


@pytest.mark.parametrize(
    "answer", [{}, {"total": {}}, {"total": {"results": "many"}}, {"total": {"results": 1}, "end": 5}]
)
def test_a_usage_of_another_form_is_drift(wire, client, answer):
    wire.answers = [httpx.Response(200, json=answer)]
    with pytest.raises(SchemaDriftError, match="usage"):
        asyncio.run(client.usage())


def test_a_free_answer_that_is_lost_costs_nothing_and_is_asked_for_again(wire, client, fixture):
    wire.answers = [httpx.ReadTimeout("slow"), fixture("cut.200"), fixture("usage.200")]
    assert asyncio.run(client.usage()).records == 1119
    assert len(wire.requests) == 3
    wire.answers = [fixture("cut.200")]
    with pytest.raises(ProviderUnavailableError) as lost:
        asyncio.run(client.usage())
    assert lost.value.billed == 0
