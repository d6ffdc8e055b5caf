import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from reos_local import postgres
from reos_local.commands import doctor
from reos_local.doctor import machine, software
from reos_local.doctor.findings import Patient
from reos_local.stack import disk, records
from reos_local.stack.layout import Layout
from reos_local.stack.ports import HOST, Ports, free_port


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    numbers = {name: free_port() for name in ("postgres", "valkey", "sandbox", "airflow", "api", "web")}
    return Patient(Layout(tmp_path / "s"), Ports(**numbers))


def test_this_installation_is_well(patient: Patient) -> None:
    for check in (software.python, software.packages, software.servers, software.pdf, machine.clock, machine.stack):
        finding = check(patient)
        assert finding.well, finding


def test_an_unsupported_python_is_named(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1, "final", 0))
    finding = software.python(patient)
    assert not finding.well
    assert "3.9.1 does not fit" in finding.detail


def test_missing_and_wrong_packages_are_named(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["no-such-thing>=1", "psutil<1", "typer", 'windows-only; sys_platform == "win32"']
    monkeypatch.setattr(software.metadata, "requires", lambda _: wanted)
    finding = software.packages(patient)
    assert finding.detail.startswith("no-such-thing is missing; psutil is ")
    assert finding.remedy == "Run `make setup`."


def test_a_taken_port_is_a_problem_with_its_holder_and_variable(patient: Patient) -> None:
    with socket.socket() as server:
        server.bind((HOST, patient.ports.api))
        server.listen()
        finding = machine.ports(patient)
    assert not finding.well
    assert f"{patient.ports.api} (api) is held by pid {os.getpid()}" in finding.detail
    assert "REOS_PORT_API=" in finding.remedy
    assert machine.ports(patient).well


def test_a_full_disk_is_a_problem(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.room(patient).well
    monkeypatch.setattr(disk, "free_mb", lambda _: 12)
    assert "12 MB free" in machine.room(patient).detail


def test_secrets_that_others_can_read_are_a_problem(patient: Patient) -> None:
    assert machine.state(patient).well
    patient.layout.create()
    patient.layout.secrets.touch(0o644)
    finding = machine.state(patient)
    assert finding.remedy == f"chmod 600 {patient.layout.secrets}"


def test_as_root_postgresql_needs_tools_to_change_user(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "setpriv and useradd not found" in machine.database_user(patient).detail
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert postgres.SYSTEM_USER in machine.database_user(patient).detail


def test_a_lost_supervisor_is_a_problem(patient: Patient) -> None:
    patient.layout.create()
    record = records.StackRecord(records.Pid(4_190_001, 1.0), {}, "2026-01-01")
    records.write_stack(patient.layout.record, record)
    finding = machine.stack(patient)
    assert not finding.well
    assert finding.remedy == "reos down"


def test_a_check_that_breaks_is_a_finding_of_its_own(patient: Patient) -> None:
    def broken(_: Patient) -> software.Finding:
        raise RuntimeError("no /proc here")

    finding = doctor.examine(broken, patient)
    assert (finding.subject, finding.well) == ("broken", False)
    assert "no /proc here" in finding.detail
