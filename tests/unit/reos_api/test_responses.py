import pytest
from starlette.requests import Request

from reos_api.responses import etag_of, respond

BODY = b'{"a":1}'


def request(condition: str | None = None) -> Request:
    headers = [] if condition is None else [(b"if-none-match", condition.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def test_an_answer_carries_its_tag_and_may_be_kept_by_the_caller_alone() -> None:
    response = respond(request(), BODY)
    assert (response.status_code, response.body, response.headers["etag"]) == (200, BODY, etag_of(BODY))
    assert response.headers["cache-control"] == "private, no-cache"
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("condition", [etag_of(BODY), f"W/{etag_of(BODY)}", f'"x", {etag_of(BODY)}', "*"])
def test_a_caller_that_has_it_gets_304_without_a_body(condition: str) -> None:
    response = respond(request(condition), BODY)
    assert (response.status_code, response.body, response.headers["etag"]) == (304, b"", etag_of(BODY))


@pytest.mark.parametrize("condition", ["", '"x"', etag_of(b"other"), etag_of(BODY)[1:-1]])
def test_a_caller_that_has_another_one_gets_the_new_one(condition: str) -> None:
    assert respond(request(condition), BODY).status_code == 200
