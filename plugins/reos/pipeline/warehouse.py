"""The warehouse: dbt in this process; write, audit, publish.

Candidates are written to schemas that no reader sees, gates audit what arrived and what came out, and only then are
the marts synchronised. dbt takes seconds to import, so that happens inside the functions, or once in a parent process
that forks.
"""
# ruff: noqa: PLC0415

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from psycopg.conninfo import conninfo_to_dict

from reos.core.clock import Clock, SystemClock
from reos.core.ids import new_id
from reos.core.logging import get_logger
from reos.core.settings import Settings
from reos.db.connection import Connection, connect
from reos.pipeline import landing_batch
from reos.pipeline.dbt_result import DbtResult, failure, node_of, silent_among
from reos.quality import GateResult, run_checkpoint
from reos.quality.suite import load_checkpoint

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

CANDIDATE, PUBLISH = "tag:candidate", "tag:publish"
_NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")  # they test the SQL, not the data: CI runs them
_environment_lock = threading.Lock()  # dbt reads os.environ, of which a process has one
_log = get_logger(__name__)


def environment(settings: Settings, as_of: date) -> dict[str, str]:
    """Return the variables that `dbt/profiles.yml` and the macros read, from `REOS_DB_DBT_URL` and `as_of`."""
    parts = conninfo_to_dict(settings.required("db_dbt_url"))
    return {
        "REOS_DBT_HOST": str(parts.get("host", "127.0.0.1")),
        "REOS_DBT_PORT": str(parts.get("port", 5432)),
        "REOS_DBT_USER": str(parts["user"]),
        "REOS_DBT_DBNAME": str(parts["dbname"]),
        "DBT_ENV_SECRET_REOS_PASSWORD": str(parts.get("password", "")),
        "REOS_AS_OF": as_of.isoformat(),
    }


@dataclass
class Dbt:
    """dbt for one database and one `as_of`. The second run in a process reuses the parsed project of the first.

    `rebuild` recomputes every row in place. It is a dbt variable, which belongs to what is parsed, so each value has a
    target folder of its own and both stay parsed.
    """

    settings: Settings
    as_of: date
    rebuild: bool = False
    _manifest: "Manifest | None" = field(default=None, repr=False)

    def run(self, command: str, *arguments: str) -> DbtResult:
        """Run `dbt <command> <arguments>`; `WarehouseError` names every model and test that failed."""
        began = time.monotonic()
        written = [] if command == "build" else ["--no-write-json"]  # the artifacts are for people and take a second
        with _environment(environment(self.settings, self.as_of)):
            self._manifest = self._manifest or self._parse()
            done = _runner(self._manifest).invoke([command, *self._options(), *written, *arguments])
        nodes = tuple(node_of(each) for each in getattr(done.result, "results", ()))
        result = DbtResult(done.success, nodes, time.monotonic() - began)
        if not done.success:
            raise failure(command, nodes, done.exception, self._folder())
        _log.info("warehouse.dbt", command=command, nodes=len(nodes), seconds=round(result.seconds, 2))
        return result

    def silent_sources(self) -> tuple[str, ...]:
        """Return the tables whose newest row is older than their source allows; one never used is not meant."""
        with _environment(environment(self.settings, self.as_of)):
            self._manifest = self._manifest or self._parse()
            done = _runner(self._manifest).invoke(["source", "freshness", *self._options()])
        if done.exception is not None:
            raise failure("source freshness", (), done.exception, self._folder())
        return silent_among(getattr(done.result, "results", ()))

    def manifest(self) -> "Manifest":
        """Return the parsed project: models with their descriptions, tests, dependencies. Needs no database."""
        with _environment(environment(self.settings, self.as_of)):
            self._manifest = self._manifest or self._parse()
        return self._manifest

    def _parse(self) -> "Manifest":
        done = _runner(None).invoke(["parse", *self._options(), "--no-write-json"])
        if not done.success:
            raise failure("parse", (), done.exception, self._folder())
        return cast("Manifest", done.result)

    def _folder(self) -> Path:
        return self.settings.state_dir / "dbt" / ("rebuild" if self.rebuild else "changes")

    def _options(self) -> list[str]:
        project, folder = str(self.settings.dbt_dir), self._folder()
        quiet = ["--quiet", "--no-use-colors", "--log-level-file", "info", "--no-version-check"]
        variables = ["--vars", "{rebuild: true}"] if self.rebuild else []
        places = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(folder / "target")]
        return [*quiet, *places, "--log-path", str(folder / "logs"), *variables]


def build(
    settings: Settings,
    *,
    select: str | None = None,
    full_refresh: bool = False,
    as_of: date | None = None,
    clock: Clock | None = None,
) -> DbtResult:
    """Build and test the whole project, or only the nodes of `select` (dbt's syntax), with its gates.

    Works on an empty database, where it creates every relation. `full_refresh` recomputes all rows in place: no
    relation is dropped and readers are not disturbed. `as_of` defaults to today (UTC). Raises `WarehouseError` or
    `GateBlockedError`; in both cases the marts hold their last good state.
    """
    clock = clock or SystemClock()
    dbt = Dbt(settings, as_of or clock.now().date(), rebuild=full_refresh)
    parts = select.split() if select else []
    chosen = ["--select", *parts] if parts else []
    published = ["--select", *(f"{part},{PUBLISH}" for part in parts)] if parts else ["--select", PUBLISH]
    candidates, marts = [*_NO_UNIT_TESTS, *chosen, "--exclude", PUBLISH], [*_NO_UNIT_TESTS, *published]
    with exclusive(settings) as conn:
        result = write_audit_publish(dbt, conn, "build", candidates, marts, clock)
    return result if parts else replace(result, silent_sources=_told(dbt.silent_sources()))


def write_audit_publish(
    dbt: Dbt, conn: Connection, command: str, candidates: list[str], marts: list[str], clock: Clock
) -> DbtResult:
    """Gate what landed, run `candidates`, gate what came out, run `marts`. `conn` is one of `reos_dbt`."""
    batch_id = str(new_id())
    _create_what_gates_read(dbt, conn, "landing")
    _refresh_statistics(conn)
    landing_batch.claim(conn)
    landing = audit(dbt.settings, conn, "landing", batch_id, clock)
    written = dbt.run(command, *candidates)
    outcome = audit(dbt.settings, conn, "marts", batch_id, clock)
    published = dbt.run(command, *marts)
    return DbtResult(
        success=True,
        nodes=(*written.nodes, *published.nodes),
        seconds=written.seconds + landing.seconds + outcome.seconds + published.seconds,
        quarantined=landing.quarantined + outcome.quarantined,
    )


def audit(settings: Settings, conn: Connection, checkpoint: str, batch_id: str, clock: Clock) -> GateResult:
    """Run a checkpoint unless what it reads was never built; raises `GateBlockedError` when it blocks."""
    if _missing(settings, conn, checkpoint):
        return GateResult()
    conn.execute("analyze app.dirty_property")  # what it reads joins the queue, whose size the planner cannot guess
    result = run_checkpoint(settings, checkpoint, batch_id=batch_id, clock=clock)
    result.raise_if_blocked()
    return result


def _missing(settings: Settings, conn: Connection, checkpoint: str) -> list[str]:
    suites = load_checkpoint(settings.expectations_dir, checkpoint).suites
    return [suite.table for suite in suites if not _exists(conn, suite.relation)]


def _create_what_gates_read(dbt: Dbt, conn: Connection, checkpoint: str) -> None:
    if missing := _missing(dbt.settings, conn, checkpoint):
        dbt.run("build", *_NO_UNIT_TESTS, "--select", *(f"+{table}" for table in missing))


@contextmanager
def exclusive(settings: Settings) -> Iterator[Connection]:
    """Hold the warehouse: one build at a time, so that nothing is published that its gate did not see."""
    with connect(settings.required("db_dbt_url"), autocommit=True, application_name="reos-warehouse") as conn:
        conn.execute("select pg_advisory_lock(hashtext('reos'), hashtext('warehouse'))")
        yield conn


# Tables that were never analysed or have grown by half since. By size, because activity counters lag behind a commit.
_STALE = """
select format('%I.%I', n.nspname, c.relname) as relation
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and pg_relation_size(c.oid) > 1.5 * 8192 * greatest(c.relpages, 1)
   and has_table_privilege(c.oid, 'MAINTAIN') and n.nspname in ('app', 'raw', 'intermediate', 'marts')
 order by 1
"""


def _refresh_statistics(conn: Connection) -> None:
    """Analyse what has grown: a plan made for an empty table takes minutes on a full one."""
    for row in conn.execute(_STALE).fetchall():
        conn.execute(f"analyze {row['relation']}")


def is_built(conn: Connection) -> bool:
    """Return whether dbt has created the marts in this database."""
    return _exists(conn, "marts.fct_property_score")


def _exists(conn: Connection, relation: str) -> bool:
    row = conn.execute("select to_regclass(%s) is not null as found", (relation,)).fetchone()
    return bool(row and row["found"])


def _runner(manifest: "Manifest | None") -> "dbtRunner":
    from dbt.cli.main import dbtRunner
    from dbt_common.behavior_flags import BehaviorFlagRendered

    # dbt labels each behaviour flag with the module that made it, by walking the stack, some twenty times a run. With
    # GX, Airflow or pytest loaded that takes over two seconds; nothing but a warning's text uses the label.
    setattr(BehaviorFlagRendered, "_default_source", staticmethod(lambda: "dbt"))  # noqa: B010
    return dbtRunner(manifest=manifest)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    with _environment_lock:
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _told(silent: tuple[str, ...]) -> tuple[str, ...]:
    for source in silent:
        _log.warning("warehouse.source_silent", source=source)
    return silent
