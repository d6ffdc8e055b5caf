import os
import pwd
import stat
import tempfile
from pathlib import Path

import pytest

from reos.core.errors import ConfigurationError
from reos_local import postgres


@pytest.fixture
def own_folder():
    """A folder outside pytest's own, which every starting pytest closes to other users, the server's among them."""
    with tempfile.TemporaryDirectory() as folder:
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
