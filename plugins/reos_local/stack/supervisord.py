"""Supervisord, from a typed description: render its configuration, start it, talk XML-RPC over its unix socket.

Nothing starts by itself: `reos up` starts the processes in order. Supervisord restarts what dies, logs why, and feeds
the event listener (`reos_local.stack.listener`).
"""

import os
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from reos.core.errors import ConfigurationError, UnavailableError
from reos_local.stack.layout import Layout
from reos_local.stack.private_file import write_private
from reos_local.stack.programs import Program

LISTENER = "watch"
RUNNING = "RUNNING"
_START_SECONDS = 10


@dataclass(frozen=True)
class ProcessInfo:
    """Supervisord's view of one process; `state` is one of its names (RUNNING, STARTING, BACKOFF, FATAL, STOPPED …)."""

    name: str
    state: str
    pid: int
    started_at: int
    note: str


def render(programs: Iterable[Program], layout: Layout, environment: Mapping[str, str]) -> str:
    """Return supervisord's configuration; `environment` is what every process sees beside its own."""
    root = "user=root\n" if os.geteuid() == 0 else ""
    head = f"""\
[unix_http_server]
file={_literal(layout.supervisor_socket)}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisord]
{root}logfile={_literal(layout.supervisor_log)}
logfile_maxbytes=5MB
logfile_backups=1
pidfile={_literal(layout.supervisor_pid)}
directory={_literal(layout.state)}
childlogdir={_literal(layout.logs)}
identifier=reos
silent=true

[eventlistener:{LISTENER}]
command={_command((sys.executable, "-m", "reos_local.stack.listener", str(layout.state)))}
events=PROCESS_STATE
priority=1
buffer_size=500
autorestart=true
startretries=20
stdout_logfile=NONE
stderr_logfile={_literal(layout.log_of(LISTENER))}
environment={_environment(environment)}
"""
    return "\n".join([head, *(_section(program, layout, environment) for program in programs)])


def write_config(programs: Iterable[Program], layout: Layout, environment: Mapping[str, str]) -> None:
    """Write the configuration so that only its owner can read it: it holds every process's secrets."""
    write_private(layout.supervisor_conf, render(programs, layout, environment))


def _section(program: Program, layout: Layout, environment: Mapping[str, str]) -> str:
    user = f"user={program.user}\n" if program.user and os.geteuid() == 0 else ""
    group = "true" if program.stop_as_group else "false"
    return f"""\
[program:{program.name}]
command={_command(program.command)}
{user}directory={_literal(program.directory)}
environment={_environment({**environment, **program.environment})}
priority={program.priority}
autostart=false
autorestart=true
startsecs=1
startretries=8
stopsignal={program.stop_signal}
stopwaitsecs={program.stop_seconds}
stopasgroup={group}
killasgroup=true
redirect_stderr=true
stdout_logfile={_literal(layout.log_of(program.name))}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
"""


def _literal(value: Path | str) -> str:
    """Escape what supervisord would expand or take for the start of a comment."""
    text = str(value)
    if " ;" in text or " #" in text or "\n" in text:
        raise ConfigurationError(f"Supervisord cannot read {text!r}.", remedy="Use a path without ' ;' and ' #'.")
    return text.replace("%", "%%")


def _command(parts: Sequence[str]) -> str:
    return _literal(shlex.join(parts))


def _environment(values: Mapping[str, str]) -> str:
    """Render `K="v",…`. Supervisord's quoting knows no escapes, so a value may hold one kind of quote, not both."""
    pairs = []
    for key, value in values.items():
        quote = '"' if '"' not in value else "'"
        if quote in value or "\n" in value or "\r" in value:
            raise ConfigurationError(f"The value of {key} cannot be handed to a process.", remedy="Remove its quotes.")
        pairs.append(f"{key}={quote}{_literal(value)}{quote}")
    return ",".join(pairs)


class Supervisor:
    """Client of one running supervisord."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def launch(self, environment: Mapping[str, str]) -> None:
        """Start supervisord as a daemon in a session of its own and wait until it answers."""
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._layout.supervisor_conf)]
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise UnavailableError(f"Supervisord did not start: {(done.stderr or done.stdout).strip()}")
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_alive():
            if time.monotonic() > deadline:
                raise UnavailableError("Supervisord does not answer.", remedy=f"Read {self._layout.supervisor_log}.")
            time.sleep(0.1)

    def is_alive(self) -> bool:
        """Whether supervisord answers."""
        try:
            return bool(self._call("getState")["statename"])
        except UnavailableError:
            return False

    def processes(self) -> list[ProcessInfo]:
        """Return every process that supervisord knows, the event listener included."""
        return [
            ProcessInfo(p["name"], p["statename"], p["pid"], p["start"], p["description"] or p["spawnerr"])
            for p in self._call("getAllProcessInfo")
        ]

    def process(self, name: str) -> ProcessInfo:
        """Return one process."""
        return next(p for p in self.processes() if p.name == name)

    def start(self, name: str) -> None:
        """Ask for `name` to be started, without waiting; a process that runs is left alone."""
        self._call("startProcess", name, False)

    def stop(self, name: str) -> None:
        """Ask for `name` to be stopped, without waiting; a stopped process is left alone."""
        self._call("stopProcess", name, False)

    def shut_down(self) -> None:
        """Ask supervisord to stop what is left, in reverse priority order, and to exit."""
        self._call("shutdown")

    def pid(self) -> int:
        """Return supervisord's pid."""
        return int(self._call("getPID"))

    def _call(self, method: str, *arguments: object) -> Any:  # noqa: ANN401 - XML-RPC values
        transport = SupervisorTransport(None, None, f"unix://{self._layout.supervisor_socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
            try:
                return getattr(proxy.supervisor, method)(*arguments)
            except xmlrpc.client.Fault as fault:
                if any(word in fault.faultString for word in ("ALREADY_STARTED", "NOT_RUNNING")):
                    return None
                raise UnavailableError(f"Supervisord refused {method}{arguments}: {fault.faultString}") from fault
            except (OSError, HTTPException, xmlrpc.client.Error) as error:
                raise UnavailableError("Supervisord does not answer.") from error
