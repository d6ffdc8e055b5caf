import os
import pwd
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from reos.core.errors import ConfigurationError
from reos_local import postgres


@pytest.fixture
def own_folder():
    """A folder outside pytest's own, which every starting pytest closes to other users, the server's among them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_command_runs_in_the_foreground_on_tcp_only(tmp_path):
    command = postgres.command(tmp_path, "127.0.0.1", 5555, ["fsync=off"])
    program = command.index(postgres.binary("postgres"))
    assert command[program + 1 : program + 7] == ["-D", str(tmp_path), "-h", "127.0.0.1", "-p", "5555"]
    assert "unix_socket_directories=" in command
    assert command[-2:] == ["-c", "fsync=off"]


def test_ordinary_user_needs_no_other_user(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres.run_as() is None
    assert postgres.command(tmp_path, "127.0.0.1", 5555)[0] == postgres.binary("postgres")


def test_root_without_setpriv_is_told_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "run_as", lambda: pwd.getpwuid(0))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="util-linux"):
        postgres.command(tmp_path, "127.0.0.1", 5555)


def test_root_runs_the_server_as_somebody_else(tmp_path, monkeypatch):
    somebody = pwd.getpwnam("nobody")
    monkeypatch.setattr(postgres, "run_as", lambda: somebody)
    command = postgres.command(tmp_path, "127.0.0.1", 5555)
    assert command[0].endswith("setpriv")
    assert f"--reuid={somebody.pw_uid}" in command
    assert "--clear-groups" in command


def test_cluster_is_made_once_and_private(own_folder):
    data_dir = own_folder / "data"
    postgres.initialise(data_dir, "secret", durable=False)
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert "scram-sha-256" in (data_dir / "pg_hba.conf").read_text()
    made = (data_dir / "PG_VERSION").stat().st_mtime_ns
    postgres.initialise(data_dir, "other", durable=False)
    assert (data_dir / "PG_VERSION").stat().st_mtime_ns == made


def test_failure_of_initdb_is_told_in_its_own_words(own_folder):
    (own_folder / "leftover").write_text("x")
    with pytest.raises(ConfigurationError, match="not empty"):
        postgres.initialise(own_folder, "secret", durable=False)


def test_binaries_below_a_private_folder_are_copied_once_for_the_server_user(own_folder, monkeypatch):
    copies = own_folder / "copies"
    monkeypatch.setattr(postgres, "SHARED_COPIES", copies)
    monkeypatch.setattr(postgres, "reachable", lambda _: False)
    first, second = postgres.binary("postgres"), postgres.binary("initdb")
    assert Path(first).is_relative_to(copies)
    assert Path(second).parent == Path(first).parent
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in copies.iterdir()] == [0o755]
    for program in (first, second):
        said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)  # noqa: S603 - our own copy
        assert said.stdout.startswith(Path(program).name)


def test_data_below_a_private_folder_is_refused_and_no_folder_is_opened(own_folder, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(postgres, "run_as", lambda: pwd.getpwuid(os.getuid()))
    private = own_folder / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(ConfigurationError, match="REOS_STATE_DIR"):
        postgres.initialise(private / "data", "secret")
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
