"""Where one stack keeps its files: all derives from the state directory, so that stacks can run side by side.

Unix sockets are limited to about 100 characters of path. A state directory deeper than that gets its socket in
`/var/tmp/reos-<hash of the state directory>/`, which belongs to the same user and is closed to others.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from reos.core.errors import ConfigurationError

LONGEST_SOCKET_PATH = 96
MARKER = "reos-state-directory"


@dataclass(frozen=True)
class Layout:
    """The files and folders below one state directory (absolute)."""

    state: Path

    @property
    def marker(self) -> Path:
        """An empty file which says that this folder is ours and may be removed by `reos reset`."""
        return self.state / MARKER

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys, readable by the owner alone."""
        return self.state / "secrets.env"

    @property
    def run(self) -> Path:
        """Configuration, pid files and journals of the running stack."""
        return self.state / "run"

    @property
    def record(self) -> Path:
        """What `reos up` started: ports, supervisor pid."""
        return self.run / "stack.json"

    @property
    def processes(self) -> Path:
        """Pids with their creation times, written by the event listener."""
        return self.run / "processes.json"

    @property
    def guard_note(self) -> Path:
        """Left by the event listener when supervisord was killed and the listener ended its processes."""
        return self.run / "guard.json"

    @property
    def supervisor_conf(self) -> Path:
        """The generated supervisord configuration; it holds each process's secrets."""
        return self.state / "supervisord.conf"

    @property
    def supervisor_log(self) -> Path:
        """What supervisord spawned, lost and restarted: the journal behind `reos status`."""
        return self.run / "supervisord.log"

    @property
    def supervisor_pid(self) -> Path:
        """Supervisord's own pid file."""
        return self.run / "supervisord.pid"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.state / "logs"

    @property
    def airflow(self) -> Path:
        """Airflow's home."""
        return self.state / "airflow"

    @property
    def valkey(self) -> Path:
        """Valkey's configuration and data."""
        return self.state / "valkey"

    @property
    def demo(self) -> Path:
        """Files that the demo exported and printed."""
        return self.state / "demo"

    @property
    def inbox(self) -> Path:
        """The drop folder for lead files, as the settings have it."""
        return self.state / "inbox"

    @property
    def memos(self) -> Path:
        """The rendered memos, as the settings have it."""
        return self.state / "memos"

    @property
    def short(self) -> Path:
        """The stack's short folder outside the state directory, for what cannot live inside it."""
        return Path("/var/tmp") / f"reos-{hashlib.sha256(bytes(self.state)).hexdigest()[:12]}"  # noqa: S108

    @property
    def supervisor_socket(self) -> Path:
        """The socket on which supervisord listens."""
        inside = self.run / "supervisor.sock"
        return inside if len(bytes(inside)) <= LONGEST_SOCKET_PATH else self.short / "supervisor.sock"

    def log_of(self, name: str) -> Path:
        """Return the log file of the process `name`."""
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Create the folders, closed to other users: they hold secrets, and the leads are about people.

        PostgreSQL's own user passes through the state directory to its data, hence that one's `x` for all.
        """
        if not self.state.exists():
            self.state.mkdir(parents=True)
            self.state.chmod(0o711)
        self.marker.touch()
        for folder in (self.run, self.logs, self.airflow, self.valkey, self.demo, self.inbox, self.memos):
            folder.mkdir(mode=0o700, exist_ok=True)
        if self.supervisor_socket.parent == self.short:
            claim_private_folder(self.short)


def layout_of(state_dir: Path) -> Layout:
    """Return the layout below `state_dir`, made absolute so that processes with another working directory agree."""
    return Layout(Path(os.path.abspath(state_dir.expanduser())))  # noqa: PTH100 - links in the path stay as the user wrote them


def claim_private_folder(folder: Path) -> None:
    """Create `folder` or verify that it is ours: in a shared parent anybody could have made it first."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise ConfigurationError(f"{folder} belongs to another user.", remedy=f"Remove {folder} and start again.")
