"""Answers from ready bytes, with a strong `ETag` and 304 when the caller already has them."""

import hashlib
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response


def etag_of(body: bytes) -> str:
    """Return a strong entity tag of the bytes."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def respond(
    request: Request,
    body: bytes,
    *,
    etag: str | None = None,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer 200 with `body`, or 304 when `If-None-Match` holds its tag; never stored by a shared cache."""
    tag = etag or etag_of(body)
    common = {"etag": tag, "cache-control": "private, no-cache", **(headers or {})}
    if _matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=common)
    return Response(body, headers=common, media_type=media_type)


def _matches(condition: str, tag: str) -> bool:
    candidates = {candidate.strip().removeprefix("W/") for candidate in condition.split(",")}
    return tag in candidates or candidates == {"*"}
