"""The caller's side of the layout process: started when first needed, kept warm, replaced when it dies or has aged.

WeasyPrint takes seconds to import and 0.3 s a memo, so one process serves many memos; whatever a document does to it
(memory, CPU, endless layout), the caller gets a `MemoRenderError` and the next memo gets a new process.
"""

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Protocol, Self

from reos.core.errors import ReosError, UnavailableError
from reos.memos.child import ANSWER, REQUEST, Status

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "TMPDIR")
_FIXED = {
    "SOURCE_DATE_EPOCH": "315532800",
    "PYTHONUNBUFFERED": "1",
}  # 1980-01-01: whatever asks for a date gets this one
_LIFETIME = 200
_CHUNK = 1 << 16


class MemoRenderError(ReosError):
    """A memo could not be laid out."""

    code = "memo_not_rendered"


@dataclass(frozen=True, slots=True)
class Document:
    """A finished PDF."""

    content: bytes
    pages: int


class LayoutEngine(Protocol):
    """What turns a document into a PDF."""

    def render(self, html: str, identifier: bytes, max_pages: int) -> Document:
        """Return the PDF of `html`; `MemoRenderError` when it cannot be laid out."""
        ...


class Renderer:
    """A layout process and the means to replace it. One caller at a time; use it as a context manager."""

    def __init__(self, *, timeout: float = 60.0, cpu_seconds: int = 8) -> None:
        self._timeout = timeout
        self._cpu_seconds = cpu_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._rendered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def render(self, html: str, identifier: bytes, max_pages: int) -> Document:
        """Return the PDF of `html`.

        Raises `MemoRenderError` when it breaks a limit, wants a resource or takes too long, and `UnavailableError` when
        this machine lacks the libraries for any layout.
        """
        process = self._running()
        limits = {"max_pages": max_pages, "cpu_seconds": self._cpu_seconds}
        asked = json.dumps({"html": html, "identifier": identifier.hex(), **limits}).encode()
        try:
            _pipe(process.stdin).write(REQUEST.pack(len(asked)) + asked)
            _pipe(process.stdin).flush()
            answer = _Answer(_pipe(process.stdout), time.monotonic() + self._timeout)
            status, pages, size = ANSWER.unpack(answer.take(ANSWER.size))
            content = answer.take(size)
        except (OSError, EOFError, TimeoutError) as error:
            self.close(kill=True)
            raise MemoRenderError(
                f"The layout process did not finish: {error or type(error).__name__} (exit {process.returncode}).",
                remedy="The document is too large for its limits of time and memory; look at the property's record.",
            ) from error
        if status == Status.MISSING:
            raise UnavailableError(
                f"The layout engine cannot be loaded: {content.decode(errors='replace')}.",
                remedy="Install its libraries: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            )
        if status != Status.DONE:
            raise MemoRenderError(f"The memo cannot be laid out: {content.decode(errors='replace')}")
        self._rendered += 1
        return Document(content, pages)

    def close(self, *, kill: bool = False) -> None:
        """End the process, if there is one."""
        process, self._process, self._rendered = self._process, None, 0
        if process is None:
            return
        if kill:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close_quietly(pipe)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and (self._rendered >= _LIFETIME or self._process.poll() is not None):
            self.close()
        if self._process is None:
            environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | _FIXED
            command = [sys.executable, "-m", "reos.memos.child"]
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
            )
        return self._process


class _Answer:
    """Bytes of the process's answer, waited for until a deadline on the monotonic clock."""

    def __init__(self, stream: IO[bytes], deadline: float) -> None:
        self._descriptor = stream.fileno()
        self._deadline = deadline
        self._ahead = b""

    def take(self, size: int) -> bytes:
        parts, missing = [self._ahead], size - len(self._ahead)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        content = b"".join(parts)
        self._ahead = content[size:]
        return content[:size]

    def _more(self) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0 or not select.select([self._descriptor], [], [], left)[0]:
            raise TimeoutError("no answer in time")
        content = os.read(self._descriptor, _CHUNK)
        if not content:
            raise EOFError("it ended, probably by one of its limits")
        return content


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise OSError("the process has no pipe")
    return stream


def _close_quietly(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        return
