"""A whole Socrata data set: paging, the latest year only, edits since, and its errors."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from reos.connectors.bulk import Described, Page
from reos.connectors.egress import Egress
from reos.connectors.errors import ConnectorError, ErrorKind
from reos.connectors.socrata.dataset import SocrataDataset
from reos.core.clock import SystemClock
from reos.reference.source import find_source

BASE = "https://data.acme.test"
SOURCE = find_source("cook_il_addresses").model_copy(
    update={"limits": find_source("cook_il_addresses").limits.model_copy(update={"page": 2})}
)
ROWS = [
    {":id": f"row-{number}", ":updated_at": f"2026-07-{10 + number}T00:00:00.000Z", "pin": str(number), "year": "2025"}
    for number in range(5)
]
VIEW = {
    "rowsUpdatedAt": 1_784_233_606,
    "columns": [{"fieldName": name, "dataTypeName": kind} for name, kind in SOURCE.columns.items()]
    + [{"fieldName": ":@computed_region_x", "dataTypeName": "number"}],
}

Answer = Callable[[httpx.Request], Any]


def good(request: httpx.Request) -> Any:
    params = request.url.params
    if "/api/views/" in request.url.path:
        return VIEW
    if params["$select"].startswith("max("):
        return [{"latest": "2025"}]
    if params["$select"].startswith("count("):
        return [{"count": str(len(ROWS))}]
    start = int(params["$offset"])
    return ROWS[start : start + int(params["$limit"])]


def ask(answer: Answer, what: Callable[[SocrataDataset], Any], requests: list[httpx.Request] | None = None) -> Any:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34"]

    def reply(request: httpx.Request) -> httpx.Response:
        if requests is not None:
            requests.append(request)
        body = answer(request)
        return body if isinstance(body, httpx.Response) else httpx.Response(200, json=body)

    async def run() -> Any:
        async with Egress(
            clock=SystemClock(), resolver=resolve, transport=lambda: httpx.MockTransport(reply)
        ) as egress:
            return await what(SocrataDataset(egress, SOURCE, BASE, token="app-token"))

    return asyncio.run(run())


async def pages(data: SocrataDataset, since: str | None = None, cursor: Any = None) -> list[Page]:
    return [page async for page in data.pages(since, cursor)]


def test_a_description_has_columns_version_and_count():
    described: Described = ask(good, lambda data: data.describe())
    assert described == Described(dict(SOURCE.columns), "1784233606", 5)


def test_pages_cover_everything_once_and_go_on_from_any_of_them():
    found = ask(good, pages)
    assert [len(page.rows) for page in found] == [2, 2, 1]
    assert [page.cursor for page in found] == [2, 4, 5]
    assert found[-1].watermark == "2026-07-14T00:00:00.000Z"
    rest = ask(good, lambda data: pages(data, cursor=found[0].cursor))
    assert [row["pin"] for page in rest for row in page.rows] == ["2", "3", "4"]


def test_rows_are_ordered_limited_to_the_latest_year_and_asked_for_with_the_token():
    requests: list[httpx.Request] = []
    ask(good, pages, requests)
    params = requests[-1].url.params
    assert params["$order"] == ":id"
    assert params["$where"] == "year = 2025"
    assert set(params["$select"].split(",")) == {":id", ":updated_at", *SOURCE.read}
    assert {request.headers["x-app-token"] for request in requests} == {"app-token"}


def test_only_what_was_edited_since_is_asked_for():
    requests: list[httpx.Request] = []
    ask(good, lambda data: pages(data, "2026-07-12T02:00:00+02:00"), requests)
    assert requests[-1].url.params["$where"] == "year = 2025 AND :updated_at >= '2026-07-12T00:00:00'"


def test_a_year_that_is_text_is_quoted_and_a_quote_in_it_doubled():
    def odd(request: httpx.Request) -> Any:
        body = good(request)
        return [{"latest": "2025' OR 1=1"}] if body == [{"latest": "2025"}] else body

    requests: list[httpx.Request] = []
    ask(odd, pages, requests)
    assert requests[-1].url.params["$where"] == "year = '2025'' OR 1=1'"


def test_a_data_set_without_the_column_of_years_is_still_described():
    without = VIEW | {"columns": [each for each in VIEW["columns"] if each["fieldName"] != "year"]}
    described = ask(lambda request: without if "views" in request.url.path else good(request), lambda d: d.describe())
    assert "year" not in described.columns


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (400, {"errorCode": "query.soql.no-such-column", "data": {"column": "pin"}}, ErrorKind.SCHEMA_DRIFT, "pin"),
        (400, {"errorCode": "query.soql.type-mismatch"}, ErrorKind.INVALID_REQUEST, "type-mismatch"),
        (403, {"code": "permission_denied", "error": True}, ErrorKind.AUTH, "permission_denied"),
        (404, {"code": "dataset.missing", "error": True}, ErrorKind.SCHEMA_DRIFT, "404"),
        (200, {"error": True, "code": "query.execution.failed"}, ErrorKind.UNAVAILABLE, "query.execution.failed"),
        (202, {}, ErrorKind.UNAVAILABLE, "202"),
        (200, {"no": "list"}, ErrorKind.SCHEMA_DRIFT, "no list"),
        (200, ["row"], ErrorKind.SCHEMA_DRIFT, "no list of rows"),
    ],
)
def test_errors_say_what_to_do_next(status, body, kind, told):
    def bad(request: httpx.Request) -> httpx.Response | Any:
        failing = "/resource/" in request.url.path
        return httpx.Response(status, content=json.dumps(body)) if failing else good(request)

    with pytest.raises(ConnectorError) as refused:
        ask(bad, pages)
    assert refused.value.kind == kind
    assert told in str(refused.value)
    assert "app-token" not in str(refused.value)


def test_a_view_without_columns_is_drift():
    with pytest.raises(ConnectorError) as refused:
        ask(lambda _: {"id": "x"}, lambda data: data.describe())
    assert refused.value.kind == ErrorKind.SCHEMA_DRIFT
