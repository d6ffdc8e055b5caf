"""Checks of the machine: room, memory, ports, rights, users and the clock."""

import os
import pwd
import shutil
import stat
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil

from reos_local import postgres
from reos_local.doctor.findings import Finding, Patient, problem, well
from reos_local.doctor.software import DISTRIBUTION
from reos_local.stack import disk, services
from reos_local.stack.ports import free_port, holder_of, is_taken
from reos_local.stack.status import Condition, snapshot

_MB = 1024 * 1024
_NEEDED_MEMORY_MB = 2_500
_PRIVATE = 0o077


def room(patient: Patient) -> Finding:
    """There is room for the database."""
    free = disk.free_mb(patient.layout.state)
    if free < disk.NEEDED_MB:
        remedy = "Free some space, or keep the state elsewhere: REOS_STATE_DIR=/path reos up"
        return problem("disk", f"{free:,} MB free at {patient.layout.state}, {disk.NEEDED_MB:,} MB needed", remedy)
    return well("disk", f"{free:,} MB free")


def memory(patient: Patient) -> Finding:
    """There is memory for Airflow's four processes, PostgreSQL and the API, unless they already have it."""
    available = psutil.virtual_memory().available // _MB
    if available < _NEEDED_MEMORY_MB and snapshot(patient.layout).condition is not Condition.RUNNING:
        return problem("memory", f"{available:,} MB available, {_NEEDED_MEMORY_MB:,} MB needed", "End other programs.")
    return well("memory", f"{available:,} MB available")


def ports(patient: Patient) -> Finding:
    """Each port is free, or ours."""
    status = snapshot(patient.layout)
    ours = set((status.ports or {}).values()) if status.condition is not Condition.STOPPED else set()
    wanted = services.listening(patient.ports)
    taken = {name: port for name, port in wanted.items() if port not in ours and is_taken(port)}
    if taken:
        detail = "; ".join(f"{port} ({name}) is held by {holder_of(port)}" for name, port in taken.items())
        moved = " ".join(f"REOS_PORT_{name.upper()}={free_port()}" for name in taken)
        return problem("ports", detail, f"Stop that process, or: {moved} reos up")
    return well("ports", ", ".join(f"{name} {port}" for name, port in wanted.items()))


def state(patient: Patient) -> Finding:
    """The state directory can be written, and its secrets are closed to others."""
    folder = patient.layout.state
    nearest = next(part for part in (folder, *folder.parents) if part.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        return problem("state directory", f"{nearest} cannot be written", f"chown it, or set REOS_STATE_DIR ({folder})")
    secrets = patient.layout.secrets
    if secrets.exists() and stat.S_IMODE(secrets.stat().st_mode) & _PRIVATE:
        return problem("state directory", f"{secrets} can be read by others", f"chmod 600 {secrets}")
    return well("state directory", str(folder))


def database_user(patient: Patient) -> Finding:
    """PostgreSQL has somebody to run as: it refuses root."""
    if os.geteuid() != 0:
        return well("postgres user", f"{pwd.getpwuid(os.geteuid()).pw_name} (yours)")
    missing = [tool for tool in ("setpriv", "useradd") if shutil.which(tool) is None]
    if missing:
        remedy = "As root: apt-get install -y util-linux passwd; or run reos as an ordinary user."
        return problem("postgres user", f"{' and '.join(missing)} not found, needed as root", remedy)
    inside = postgres.reachable(_nearest(patient.layout.state))
    place = "in the state directory" if inside else f"in {patient.layout.short}, since others cannot enter this folder"
    return well("postgres user", f"{postgres.SYSTEM_USER}; data {place}")


def clock(_: Patient) -> Finding:
    """The clock is not behind the installation: tokens, budgets and freshness all depend on it."""
    installed = Path(str(metadata.distribution(DISTRIBUTION).locate_file(""))).stat().st_mtime
    now = datetime.now(UTC)
    if now.timestamp() + 60 < installed:
        return problem("clock", f"{now:%Y-%m-%d %H:%M} UTC is before this installation was made", "Set it: timedatectl")
    return well("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def stack(patient: Patient) -> Finding:
    """What of the stack is there is in order."""
    status = snapshot(patient.layout)
    if status.condition is Condition.SUPERVISOR_LOST:
        return problem("stack", " ".join(status.notes), "reos down")
    failing = [f"{row.name} is {row.state.lower()}" for row in status.rows if row.state != "RUNNING"]
    if failing:
        return problem("stack", "; ".join(failing), f"reos logs {failing[0].split()[0]}")
    return well("stack", status.condition.value)


def _nearest(folder: Path) -> Path:
    return next(part for part in (folder, *folder.parents) if part.exists())
