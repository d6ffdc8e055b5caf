"""An area is bought page by page, with an explicit page size and a cap on records."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from reos.connectors.attom.client import Attom
from reos.connectors.attom.settings import ASSESSMENT
from reos.connectors.errors import InvalidRequestError, ProviderUnavailableError

ZIP = {"postalcode": "98178"}
PRICE = 80_000


def page(number: int, size: int, total: int) -> httpx.Response:
    first = (number - 1) * size
    rows = [{"identifier": {"attomId": row, "fips": "53033"}} for row in range(first, min(first + size, total))]
    status = {"code": 0, "msg": "SuccessWithResult", "total": total, "page": number, "pagesize": size}
    return httpx.Response(200, json={"status": status, "property": rows})


async def _all(pages: AsyncIterator) -> list:
    return [each async for each in pages]


@pytest.fixture
def area(wire):
    """Buy an area's pages, answered in turn."""

    def run(*answers: httpx.Response, **options):
        wire.answers = list(answers)
        egress = wire.egress()
        client = Attom(egress, "https://attom.test", "the-key", egress._clock, ASSESSMENT)
        return asyncio.run(_all(client.area(ZIP, **options)))

    return run


def asked(wire):
    return [(request.url.params["page"], request.url.params["pagesize"]) for request in wire.requests]


def test_pages_follow_until_the_total_is_reached(area, wire):
    pages = area(page(1, 2, 5), page(2, 2, 5), page(3, 2, 5), page_size=2, at_most=100)
    assert asked(wire) == [("1", "2"), ("2", "2"), ("3", "2")]
    assert wire.requests[0].url.path == "/propertyapi/v1.0.0/assessment/detail"
    assert [row["identifier"]["attomId"] for each in pages for row in each.bodies] == [0, 1, 2, 3, 4]
    assert [(each.total, each.cursor) for each in pages] == [(5, 2), (5, 3), (5, None)]


def test_each_page_costs_what_it_holds(area):
    calls = [each.call for each in area(page(1, 2, 3), page(2, 2, 3), page_size=2, at_most=100)]
    assert [(call.records, call.cost, call.outcome) for call in calls] == [(2, 2 * PRICE, "ok"), (1, PRICE, "ok")]
    assert {call.property_id for call in calls} == {None}
    assert len({call.request_hash for call in calls}) == 2


def test_no_page_is_bought_that_could_break_the_cap(area, wire):
    pages = area(page(1, 2, 9), page(2, 2, 9), page_size=2, at_most=5)
    assert (len(pages), len(wire.requests), pages[-1].cursor) == (2, 2, 3)
    assert area(page(1, 2, 9), page_size=6, at_most=5) == []


def test_it_goes_on_from_any_page(area, wire):
    pages = area(page(3, 2, 5), page_size=2, at_most=100, page=3)
    assert (asked(wire), pages[0].cursor) == ([("3", "2")], None)


def test_an_area_without_a_match_is_one_free_page(area, fixture):
    (only,) = area(fixture("no_match.400"), page_size=2, at_most=100)
    assert (only.bodies, only.total, only.cursor) == ([], 0, None)
    assert (only.call.outcome, only.call.cost) == ("not_found", 0)


def test_an_empty_page_ends_an_area_whose_total_says_there_is_more(area, wire):
    area(page(1, 2, 2), page_size=2, at_most=100)
    wire.requests.clear()
    promised = httpx.Response(200, json={"status": {"msg": "SuccessWithResult", "total": 9}, "property": []})
    assert (len(area(promised, page_size=2, at_most=100)), len(wire.requests)) == (1, 1)


@pytest.mark.parametrize("options", [{"page_size": 0}, {"page_size": 1001}, {"page_size": 5, "page": 0}])
def test_a_size_that_attom_does_not_take_is_refused_before_anything_is_sent(area, wire, options):
    with pytest.raises(InvalidRequestError, match="records a page"):
        area(page(1, 1, 1), at_most=5000, **options)
    assert wire.requests == []


def test_a_place_that_is_no_area_is_refused(wire):
    egress = wire.egress()
    client = Attom(egress, "https://attom.test", "the-key", egress._clock)
    with pytest.raises(InvalidRequestError, match="postalcode"):
        asyncio.run(_all(client.area({"address1": "1 A St"}, at_most=200)))


def test_a_page_that_is_lost_says_what_it_may_have_cost(area):
    with pytest.raises(ProviderUnavailableError) as lost:
        area(httpx.Response(200, content=b'{"status":'), page_size=2, at_most=100)
    assert lost.value.billed == 2
