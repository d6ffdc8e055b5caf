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
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from psycopg.conninfo import conninfo_to_dict

from reos.core.clock import Clock, SystemClock
from reos.core.errors import ReosError
from reos.core.ids import new_id
from reos.core.logging import get_logger
from reos.core.settings import Settings
from reos.db.connection import Connection, connect
from reos.quality import GateResult, run_checkpoint

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunResult
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

CANDIDATE, PUBLISH = "tag:candidate", "tag:publish"
ARRIVALS, CANDIDATES = "staging.stg_county_assessor__arrival", "intermediate.int_property__candidate"
_NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")  # they test the SQL, not the data: CI runs them
_BAD = frozenset({"error", "fail", "runtime error", "partial success"})
_environment_lock = threading.Lock()  # dbt reads os.environ, of which a process has one
_log = get_logger(__name__)


class WarehouseError(ReosError):
    """A dbt model or test failed; each model is one transaction, so readers keep the last good state."""

    code = "warehouse_failed"


@dataclass(frozen=True)
class DbtNode:
    """What became of one model, seed or test; `rows` as PostgreSQL counted them, or None."""

    schema: str
    name: str
    kind: str
    status: str
    rows: int | None
    seconds: float
    message: str


@dataclass(frozen=True)
class DbtResult:
    """One or several dbt runs; `seconds` is wall time, `nodes` are in the order in which they ended."""

    success: bool
    nodes: tuple[DbtNode, ...]
    seconds: float
    quarantined: int = 0

    @property
    def models(self) -> tuple[DbtNode, ...]:
        """The models that were run."""
        return tuple(node for node in self.nodes if node.kind == "model")


def environment(settings: Settings, as_of: date, audited_up_to: int | None = None) -> dict[str, str]:
    """Return the variables that `dbt/profiles.yml` and the macros read, from `REOS_DB_DBT_URL` and `as_of`.

    `audited_up_to` is the last row of the queue that a landing gate has looked behind; later ones stay queued.
    """
    parts = conninfo_to_dict(settings.required("db_dbt_url"))
    return {
        "REOS_DBT_HOST": str(parts.get("host", "127.0.0.1")),
        "REOS_DBT_PORT": str(parts.get("port", 5432)),
        "REOS_DBT_USER": str(parts["user"]),
        "REOS_DBT_DBNAME": str(parts["dbname"]),
        "DBT_ENV_SECRET_REOS_PASSWORD": str(parts.get("password", "")),
        "REOS_AS_OF": as_of.isoformat(),
        "REOS_AUDITED_UP_TO": "" if audited_up_to is None else str(audited_up_to),
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
    audited_up_to: int | None = None
    _manifest: "Manifest | None" = field(default=None, repr=False)

    def run(self, command: str, *arguments: str) -> DbtResult:
        """Run `dbt <command> <arguments>`; `WarehouseError` names every model and test that failed."""
        began = time.monotonic()
        written = [] if command == "build" else ["--no-write-json"]  # the artifacts are for people and take a second
        with _environment(environment(self.settings, self.as_of, self.audited_up_to)):
            self._manifest = self._manifest or self._parse()
            done = _runner(self._manifest).invoke([command, *self._options(), *written, *arguments])
        nodes = tuple(_node(each) for each in getattr(done.result, "results", ()))
        result = DbtResult(done.success, nodes, time.monotonic() - began)
        if not done.success:
            raise _failure(command, nodes, done.exception, self._folder())
        _log.info("warehouse.dbt", command=command, nodes=len(nodes), seconds=round(result.seconds, 2))
        return result

    def manifest(self) -> "Manifest":
        """Return the parsed project: models with their descriptions, tests, dependencies. Needs no database."""
        with _environment(environment(self.settings, self.as_of)):
            self._manifest = self._manifest or self._parse()
        return self._manifest

    def _parse(self) -> "Manifest":
        done = _runner(None).invoke(["parse", *self._options(), "--no-write-json"])
        if not done.success:
            raise _failure("parse", (), done.exception, self._folder())
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
    """Build and test the whole project with its gates, or only the nodes of `select` (dbt's syntax, without gates).

    Works on an empty database, where it creates every relation. `full_refresh` recomputes all rows in place: no
    relation is dropped and readers are not disturbed. `as_of` defaults to today (UTC). Raises `WarehouseError` or
    `GateBlockedError`; in both cases the marts hold their last good state.
    """
    clock = clock or SystemClock()
    dbt = Dbt(settings, as_of or clock.now().date(), rebuild=full_refresh)
    with exclusive(settings) as conn:
        if select is not None:
            return dbt.run("build", *_NO_UNIT_TESTS, "--select", *select.split())
        candidates, marts = [*_NO_UNIT_TESTS, "--exclude", PUBLISH], [*_NO_UNIT_TESTS, "--select", PUBLISH]
        return write_audit_publish(dbt, conn, "build", candidates, marts, clock)


def write_audit_publish(
    dbt: Dbt, conn: Connection, command: str, candidates: list[str], marts: list[str], clock: Clock
) -> DbtResult:
    """Gate what landed, run `candidates`, gate what came out, run `marts`. `conn` is one of `reos_dbt`."""
    batch_id = str(new_id())
    if not _exists(conn, ARRIVALS):
        dbt.run("build", "--select", "+" + ARRIVALS.partition(".")[2])
    _refresh_statistics(conn)
    dbt.audited_up_to = _last_queued(conn)
    landing = audit(dbt.settings, conn, "landing", ARRIVALS, batch_id, clock)
    written = dbt.run(command, *candidates)
    outcome = audit(dbt.settings, conn, "marts", CANDIDATES, batch_id, clock)
    published = dbt.run(command, *marts)
    return DbtResult(
        success=True,
        nodes=(*written.nodes, *published.nodes),
        seconds=written.seconds + landing.seconds + outcome.seconds + published.seconds,
        quarantined=landing.quarantined + outcome.quarantined,
    )


def audit(
    settings: Settings, conn: Connection, checkpoint: str, relation: str, batch_id: str, clock: Clock
) -> GateResult:
    """Run a checkpoint if its relation exists and has rows; raises `GateBlockedError` when it blocks."""
    if not _has_rows(conn, relation):
        return GateResult()
    conn.execute("analyze app.dirty_property")  # the relation joins the queue, whose size the planner cannot guess
    result = run_checkpoint(settings, checkpoint, batch_id=batch_id, clock=clock)
    result.raise_if_blocked()
    return result


@contextmanager
def exclusive(settings: Settings) -> Iterator[Connection]:
    """Hold the warehouse: one build at a time, so that nothing is published that its gate did not see."""
    with connect(settings.required("db_dbt_url"), autocommit=True, application_name="reos-warehouse") as conn:
        conn.execute("select pg_advisory_lock(hashtext('reos'), hashtext('warehouse'))")
        yield conn


def _last_queued(conn: Connection) -> int:
    row = conn.execute("select coalesce(max(dirty_id), 0) as last from app.dirty_property").fetchone()
    return int(row["last"]) if row else 0


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


def _has_rows(conn: Connection, relation: str) -> bool:
    if not _exists(conn, relation):
        return False
    row = conn.execute(f"select exists (select from {relation}) as found").fetchone()  # noqa: S608
    return bool(row and row["found"])


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


def _node(result: "RunResult") -> DbtNode:
    node, response = result.node, result.adapter_response or {}
    rows = response.get("rows_affected")
    return DbtNode(
        schema=node.schema,
        name=node.name,
        kind=str(node.resource_type),
        status=str(result.status),
        rows=int(rows) if rows is not None else None,
        seconds=float(result.execution_time),
        message=str(result.message or ""),
    )


def _failure(command: str, nodes: tuple[DbtNode, ...], error: BaseException | None, folder: Path) -> WarehouseError:
    bad = [f"{node.name}: {_without_rows(node.message)}" for node in nodes if node.status in _BAD]
    told = "; ".join(bad) or str(error or "no node says why")
    return WarehouseError(f"dbt {command} failed. {told}", remedy=f"Look at {folder}/logs/dbt.log, then run it again.")


def _without_rows(message: str) -> str:
    """Drop PostgreSQL's DETAIL, which quotes the failing row: a tenant's data has no place in an error."""
    lines = (line.strip() for line in message.splitlines())
    return " ".join(line for line in lines if line and not line.startswith("DETAIL:"))
