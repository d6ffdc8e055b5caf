"""The process that lays out memos: `python -m reos.memos.child`, HTML in, PDF out, under limits that the kernel keeps.

A request on standard input is a length and JSON {html, identifier, max_pages, cpu_seconds}; an answer on standard
output is a status, a page count, a length and the PDF or the error's text. Layout of a hostile or broken document
ends in a killed process here, never in the caller. Nothing but the document comes in: no settings, no secrets, no
network use.
"""

import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import Any, BinaryIO

ADDRESS_SPACE = 700 << 20
FILE_SIZE = 20 << 20
REQUEST = struct.Struct(">I")
ANSWER = struct.Struct(">BHI")

Engine = Callable[[str, bytes, int], tuple[bytes, int]]


class Status(IntEnum):
    """How a request ended: with a PDF, with a document that cannot be laid out, or without an engine."""

    DONE = 0
    REFUSED = 1
    MISSING = 2


class EngineMissingError(Exception):
    """The layout engine cannot be loaded on this machine."""


def confine() -> None:
    """Limit this process's memory and the files it may write; the CPU limit is set anew for every document."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def _exactly(stream: BinaryIO, size: int) -> bytes | None:
    content = stream.read(size)
    return content if len(content) == size else None


def _engine() -> Engine:
    """Return the layout function; where its native libraries are missing, one that says so."""
    try:
        from reos.memos.layout import Layout  # noqa: PLC0415 - after confine(), so that its memory counts
    except (ImportError, OSError) as error:
        trouble = EngineMissingError(str(error).partition("\n")[0])

        def missing(*_: object) -> tuple[bytes, int]:
            raise trouble

        return missing
    return Layout().pdf


def _answer(engine: Engine, asked: dict[str, Any]) -> bytes:
    try:
        content, pages = engine(asked["html"], bytes.fromhex(asked["identifier"]), asked["max_pages"])
    except EngineMissingError as error:
        text = str(error).encode()
        return ANSWER.pack(Status.MISSING, 0, len(text)) + text
    except Exception as error:  # noqa: BLE001 - whatever it was, the caller hears it and we go on
        text = f"{type(error).__name__}: {error}".encode()
        return ANSWER.pack(Status.REFUSED, 0, len(text)) + text
    return ANSWER.pack(Status.DONE, pages, len(content)) + content


def answers(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until the stream ends."""
    engine = _engine()
    while (head := _exactly(requests, REQUEST.size)) and (body := _exactly(requests, REQUEST.unpack(head)[0])):
        asked = json.loads(body)
        _allow_cpu(asked["cpu_seconds"])
        replies.write(_answer(engine, asked))
        replies.flush()


def main() -> None:
    """Serve on the original standard output, and send anything that a library prints to standard error."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    confine()
    answers(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
