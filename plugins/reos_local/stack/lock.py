"""One `reos up`, `down` or `reset` at a time on one state directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from reos.core.errors import ConflictError
from reos_local.stack.layout import Layout


@contextmanager
def exclusive(layout: Layout) -> Iterator[None]:
    """Hold the stack's lock during the block, or raise `ConflictError` naming the process that holds it."""
    layout.run.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(layout.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode().strip()
            raise ConflictError(
                f"Another reos command (pid {holder}) is starting or stopping this stack.",
                remedy="Wait for it to end, then try again.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
