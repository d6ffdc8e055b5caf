"""Start and stop: in order, with health checks, and never leaving half a stack behind."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psutil

from reos.core.errors import ConfigurationError, UnavailableError
from reos_local.stack import bootstrap, disk, environment, records, services, supervisord, survivors
from reos_local.stack.layout import Layout
from reos_local.stack.ports import Ports, refuse_taken
from reos_local.stack.programs import Program
from reos_local.stack.report import Report, step
from reos_local.stack.secrets import Secrets, load_or_create
from reos_local.stack.supervisord import LISTENER, RUNNING, Supervisor

_POLL_SECONDS = 0.25
_STOP_SECONDS = 45
_TAIL_LINES = 12
_HOPELESS = {"FATAL", "STOPPED", "EXITED"}


def start(layout: Layout, ports: Ports, report: Report) -> None:
    """Start the whole stack; the caller holds the lock and has seen that no supervisor runs.

    Raises `ConfigurationError` (port taken, disk full, cannot start) or `UnavailableError` naming the process, with
    the end of its log; then everything that was started is stopped again.
    """
    with step(report, "Checks"):
        survivors.stop(layout)
        refuse_taken(services.listening(ports))
        disk.refuse_full(layout.state)
    secrets = load_or_create(layout.secrets)
    try:
        _start(layout, ports, secrets, report)
    except BaseException:
        stop(layout)
        raise


def resume(layout: Layout, ports: Ports, report: Report) -> None:
    """Start what does not run of a stack whose supervisor does, and leave the rest alone; raises as `start` does."""
    secrets = load_or_create(layout.secrets)
    _go_on(Supervisor(layout), layout, ports, secrets, report)


def _start(layout: Layout, ports: Ports, secrets: Secrets, report: Report) -> None:
    with step(report, "Supervisor"):
        services.prepare(layout, ports, secrets)
        supervisor = launch(layout, ports, services.programs(layout, ports, secrets))
    _go_on(supervisor, layout, ports, secrets, report)


def _go_on(supervisor: Supervisor, layout: Layout, ports: Ports, secrets: Secrets, report: Report) -> None:
    """Bring up everything in order; what is up, migrated or built already takes no time."""
    programs = services.programs(layout, ports, secrets)
    stores = [p for p in programs if p.name in services.STORES]
    others = [p for p in programs if p.name not in services.STORES]
    _bring_up(supervisor, layout, stores, report)
    with step(report, "Database"):
        bootstrap.prepare_database(ports, secrets)
    _in_parallel(
        [
            lambda: _one_shot(report, "Airflow metadata", lambda: bootstrap.migrate_airflow(layout, ports, secrets)),
            lambda: _one_shot(report, "Warehouse", lambda: bootstrap.build_warehouse(layout, ports, secrets)),
        ]
    )
    _bring_up(supervisor, layout, others, report)


def stop(layout: Layout) -> list[str]:
    """Stop the whole stack and return the names of what had to be ended without the supervisor's help.

    The record goes first: a foreground `reos up` that loses its supervisor then knows that this was wanted.
    """
    record = records.read_stack(layout.record)
    records.remove([layout.record])
    supervisor = Supervisor(layout)
    process = record.supervisor.alive() if record else None
    if supervisor.is_alive():
        process = process or psutil.Process(supervisor.pid())
        _stop_all_but_stores(supervisor)
        supervisor.shut_down()
    if process is not None:
        for stubborn in survivors.wait_gone([process], _STOP_SECONDS):
            stubborn.kill()
    left = survivors.stop(layout)
    records.remove([layout.processes, layout.guard_note, layout.supervisor_socket])
    return left


def launch(layout: Layout, ports: Ports, programs: Sequence[Program]) -> Supervisor:
    """Start a supervisor that knows `programs`, and record it; none of them is started yet."""
    shared = environment.shared(layout)
    supervisord.write_config(programs, layout, shared)
    records.remove([layout.processes, layout.guard_note])
    supervisor = Supervisor(layout)
    supervisor.launch(shared)
    recorded = records.observe(supervisor.pid())
    if recorded is None:
        raise UnavailableError("Supervisord ended at once.", remedy=f"Read {layout.supervisor_log}.")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    records.write_stack(layout.record, records.StackRecord(recorded, ports.by_name(), now))
    return supervisor


def _bring_up(supervisor: Supervisor, layout: Layout, programs: Sequence[Program], report: Report) -> None:
    """Start `programs` in their order and wait for all: they boot side by side, but none before its predecessors."""
    for program in programs:
        report.begin(program.title)
        supervisor.start(program.name)
    for program in programs:
        try:
            _await(supervisor, layout, program)
        except BaseException:
            report.fail(program.title)
            raise
        report.end(program.title, f"127.0.0.1:{program.port}" if program.port else "")


def _await(supervisor: Supervisor, layout: Layout, program: Program) -> None:
    deadline = time.monotonic() + program.start_timeout
    while (info := supervisor.process(program.name)).state != RUNNING or not program.ready():
        if info.state in _HOPELESS:
            raise _did_not_start(layout, program, f"it is {info.state.lower()}: {info.note}")
        if time.monotonic() > deadline:
            raise _did_not_start(layout, program, f"it was not ready within {program.start_timeout:.0f} s")
        time.sleep(_POLL_SECONDS)


def _did_not_start(layout: Layout, program: Program, why: str) -> ConfigurationError:
    log = layout.log_of(program.name)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]) if log.exists() else "(no output)"
    return ConfigurationError(
        f"{program.title} did not start: {why}. The end of its log:\n{tail}", remedy=f"Read {log}, then `reos doctor`."
    )


def _one_shot(report: Report, name: str, work: Callable[[], str]) -> None:
    report.begin(name)
    try:
        note = work()
    except BaseException:
        report.fail(name)
        raise
    report.end(name, note)


def _in_parallel(work: Sequence[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(work)) as pool:
        for future in [pool.submit(item) for item in work]:
            future.result()


def _stop_all_but_stores(supervisor: Supervisor) -> None:
    """Stop the processes side by side, but the data stores only when nobody uses them any more."""
    kept = {LISTENER, *services.STORES}
    for info in supervisor.processes():
        if info.name not in kept and info.state not in _HOPELESS:
            supervisor.stop(info.name)
    deadline = time.monotonic() + _STOP_SECONDS
    while any(i.state not in _HOPELESS for i in supervisor.processes() if i.name not in kept):
        if time.monotonic() > deadline:
            return  # shutting supervisord down kills what is left
        time.sleep(_POLL_SECONDS)
