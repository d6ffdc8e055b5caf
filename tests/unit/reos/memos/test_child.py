import io
import json
import sys

import pytest

from reos.memos import child
from reos.memos.child import ANSWER, REQUEST, Status


def _ask(**more: object) -> bytes:
    asked = {"html": "<p>x</p>", "identifier": "00" * 16, "max_pages": 2, "cpu_seconds": 3600, **more}
    body = json.dumps(asked).encode()
    return REQUEST.pack(len(body)) + body


def _answers(requests: bytes) -> list[tuple[int, int, bytes]]:
    replies = io.BytesIO()
    child.answers(io.BytesIO(requests), replies)
    found, rest = [], replies.getvalue()
    while rest:
        status, pages, size = ANSWER.unpack(rest[: ANSWER.size])
        found.append((status, pages, rest[ANSWER.size : ANSWER.size + size]))
        rest = rest[ANSWER.size + size :]
    return found


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_allow_cpu", lambda _: None)  # the limits would be the test run's own


def test_requests_are_answered_in_order() -> None:
    answers = _answers(_ask() + _ask(html='<img src="file:///x">') + _ask())
    assert [(status, pages) for status, pages, _ in answers] == [
        (Status.DONE, 1),
        (Status.REFUSED, 0),
        (Status.DONE, 1),
    ]
    assert answers[0] == answers[2]
    assert b"may not load" in answers[1][2]


@pytest.mark.parametrize("cut", [b"", b"\0\0", REQUEST.pack(50) + b"{}"])
def test_a_stream_that_ends_ends_the_service(cut: bytes) -> None:
    assert _answers(cut) == []


def test_a_machine_without_the_engines_libraries_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reos.memos.layout", None)
    ((status, _, text),) = _answers(_ask())
    assert status == Status.MISSING
    assert b"reos.memos.layout" in text
