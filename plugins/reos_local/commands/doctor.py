"""`reos doctor`: examine this machine and say what is missing, with the exact remedy."""

import typer
from rich.console import Console
from rich.markup import escape

from reos_local.commands import screen
from reos_local.doctor import machine, software
from reos_local.doctor.findings import Check, Finding, Patient
from reos_local.stack.ports import read_ports

CHECKS: tuple[Check, ...] = (
    *(software.python, software.packages, software.servers, software.pdf),
    *(machine.room, machine.memory, machine.ports, machine.state, machine.database_user, machine.clock, machine.stack),
)


def doctor() -> None:
    """Check this machine: software, libraries, ports, disk, permissions, clock. Exit status 1 on a problem."""
    console = screen.make_console()
    with screen.failing_clearly():
        patient = Patient(screen.current_layout(), read_ports())
        findings = [examine(check, patient) for check in CHECKS]
        for finding in findings:
            show(console, finding)
    problems = sum(not finding.well for finding in findings)
    console.print(f"{problems} problem(s)." if problems else "Everything is in order.")
    raise typer.Exit(1 if problems else 0)


def examine(check: Check, patient: Patient) -> Finding:
    """Run one check; one that breaks is a finding too, so that the others are still reported."""
    try:
        return check(patient)
    except Exception as error:  # noqa: BLE001 - whatever a broken machine raises
        return Finding(check.__name__, well=False, detail=f"could not be checked: {error}", remedy="Run `make setup`.")


def show(console: Console, finding: Finding) -> None:
    """Print one finding."""
    mark = "[green]ok     [/]" if finding.well else "[red]problem[/]"
    console.print(f"{mark} {finding.subject:16} {escape(finding.detail)}", soft_wrap=True)
    if finding.remedy:
        console.print(f"{'':7} {'':16} [bold]→ {escape(finding.remedy)}[/]", soft_wrap=True)
