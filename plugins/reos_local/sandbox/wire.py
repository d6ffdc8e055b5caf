"""JSON responses and request parameters without a model a request, because a bulk load sends thousands."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from fastapi import Request, Response


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:  # noqa: ANN401
    """Return `body` as JSON with the media type the providers use."""
    return Response(orjson.dumps(body), status, headers, "application/json;charset=utf-8")


async def parameters(request: Request) -> dict[str, str]:
    """Return the query parameters, overlaid with those of a form body when the request is a POST."""
    found = dict(request.query_params)
    if request.method == "POST":
        found |= dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    return found
