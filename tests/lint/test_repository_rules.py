"""Rules about the repository itself: nothing that shadows a package, names a registry, or hides in a lock file."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _listed() -> list[Path]:
    """Every file that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")  # noqa: S603 - a constant command
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


FILES = _listed()


@pytest.mark.parametrize("folder", ["dbt", "docker", "dags", "tests"])
def test_folders_named_like_real_packages_are_no_packages(folder: str) -> None:
    assert not list((ROOT / folder).rglob("__init__.py"))


def test_the_dbt_project_holds_no_python() -> None:
    assert not list((ROOT / "dbt").rglob("*.py"))


def test_lock_files_name_no_registry() -> None:
    locks = [path for path in FILES if path.name in {"requirements.lock", "package-lock.json"}]
    assert ROOT / "requirements.lock" in locks
    for path in locks:
        assert not re.search(r"https?://|index-url", path.read_text()), path


def test_every_locked_requirement_has_a_hash() -> None:
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", (ROOT / "requirements.lock").read_text())
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager"])
def test_no_module_has_a_name_that_says_nothing(name: str) -> None:
    found = [path for path in FILES if path.suffix == ".py" and path.stem == name]
    assert not found


def test_every_package_has_tests_that_mirror_it() -> None:
    """A package under plugins/reos is tested from a folder of the same name in at least one suite."""
    packages = [path.name for path in (ROOT / "plugins/reos").iterdir() if (path / "__init__.py").is_file()]
    suites = [ROOT / "tests" / suite / "reos" for suite in ("unit", "integration")]
    untested = [name for name in packages if not any(list((s / name).rglob("test_*.py")) for s in suites if s.is_dir())]
    assert not untested, f"packages without a mirrored test folder: {untested}"


def test_no_secret_is_written_in_a_tracked_file() -> None:
    pattern = re.compile(r"(?:SG\.[\w-]{16,}\.|AKIA[0-9A-Z]{16}|-----BEGIN (?:RSA |EC )?PRIVATE KEY|\bsk_live_\w{16,})")
    leaking = [path for path in FILES if path.suffix != ".lock" and pattern.search(path.read_text(errors="ignore"))]
    assert leaking == []
