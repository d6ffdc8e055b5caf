"""Supervisord's event listener: records pids, clears what a dead process left behind, and guards against orphans.

Its standard input is a pipe from supervisord. When that closes without a SIGTERM first, supervisord has been killed,
and this process ends the others: without it they would run for ever with nobody to restart, stop or report them.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from reos_local.stack import records, survivors
from reos_local.stack.layout import Layout

_GONE = {"PROCESS_STATE_EXITED", "PROCESS_STATE_STOPPED", "PROCESS_STATE_BACKOFF", "PROCESS_STATE_FATAL"}


def fields(text: str) -> dict[str, str]:
    """Parse supervisord's `key:value key:value` header form."""
    return dict(pair.split(":", 1) for pair in text.split())


def handle(layout: Layout, event: str, payload: dict[str, str]) -> None:
    """Bring the record of running processes up to date with one event."""
    known = records.read_processes(layout.processes)
    name = payload.get("processname", "")
    if event == "PROCESS_STATE_RUNNING":
        if pid := records.observe(int(payload["pid"])):
            records.write_processes(layout.processes, {**known, name: pid})
    elif event in _GONE:
        if event == "PROCESS_STATE_EXITED":
            survivors.end_group(int(payload["pid"]))
        records.write_processes(layout.processes, {k: v for k, v in known.items() if k != name})


def listen(layout: Layout, source: TextIO, answer: TextIO) -> None:
    """Handle events until the pipe closes (protocol: http://supervisord.org/events.html)."""
    while True:
        answer.write("READY\n")
        answer.flush()
        header = source.readline()
        if not header:
            return
        about = fields(header)
        payload = fields(source.read(int(about["len"])))
        handle(layout, about["eventname"], payload)
        answer.write("RESULT 2\nOK")
        answer.flush()


def guard(layout: Layout) -> None:
    """End the processes of a killed supervisord, and leave a note for `reos status`."""
    at = datetime.now(UTC)
    stopped = survivors.stop(layout)
    layout.guard_note.write_text(json.dumps({"at": at.isoformat(timespec="seconds"), "stopped": stopped}))


def main() -> None:
    """Run as `python -m reos_local.stack.listener STATE_DIR`."""
    layout = Layout(Path(sys.argv[1]))
    listen(layout, sys.stdin, sys.stdout)
    guard(layout)


if __name__ == "__main__":
    main()
