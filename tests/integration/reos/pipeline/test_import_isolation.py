"""Who may read and write the tables of imports: a tenant's own rows, and only by the role that imports."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from reos.core.clock import FixedClock
from reos.db import tenant_transaction
from reos.db.connection import Connection
from reos.pipeline import import_leads
from reos.pipeline.import_leads import Batch, Source

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))


@pytest.fixture
def staged(database: "Database", two_tenants: tuple[UUID, UUID], tmp_path: Path) -> Batch:
    """A staged batch of the south, beside an import of it that is published."""
    conn = database.connect("pipeline")
    for name in ("one", "two"):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"address,zip,beds\n12 {name} St,98101,3\nnowhere,98101,3\n")
        batch = import_leads.stage(conn, two_tenants[1], Source(path, "generic"), clock=CLOCK)
        if name == "one":
            import_leads.publish(conn, two_tenants[1], batch.batch_id, clock=CLOCK)
    return batch


@pytest.fixture
def app(database: "Database") -> Iterator[Connection]:
    conn = database.connect("app")
    yield conn
    conn.rollback()


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize("table", ["app.import_row", "app.import_change", "app.import_batch", "app.import_rejection"])
def test_the_pipeline_working_for_one_tenant_sees_nothing_of_another(
    database: "Database", two_tenants: tuple[UUID, UUID], table: str
):
    north, south = two_tenants
    conn = database.connect("pipeline")
    with tenant_transaction(conn, south):
        assert conn.execute(f"select from {table}").fetchall() != []
    with tenant_transaction(conn, north):
        assert conn.execute(f"select from {table}").fetchall() == []


@pytest.mark.parametrize("table", ["app.import_row", "app.import_change"])
def test_the_api_may_not_look_at_what_waits_or_was_replaced(app: Connection, table: str):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(f"select from {table}")


def test_the_api_reads_batches_and_refused_rows_of_its_tenant(
    app: Connection, two_tenants: tuple[UUID, UUID], staged: Batch
):
    north, south = two_tenants
    assert len(import_leads.batches(app, south)) == 2
    assert [row.line for row in import_leads.rejections(app, south, staged.batch_id)] == [3]
    assert import_leads.batches(app, north) == []
    assert import_leads.rejections(app, north, staged.batch_id) == []


@pytest.mark.parametrize("table", ["app.import_row", "app.import_change"])
def test_a_row_of_another_tenant_is_neither_written_nor_moved(
    database: "Database", two_tenants: tuple[UUID, UUID], staged: Batch, table: str
):
    north, south = two_tenants
    conn = database.connect("pipeline")
    columns = {
        "app.import_row": "line, identity, candidate_id, record_key, body, body_sha256",
        "app.import_change": "property_id, what",
    }[table]
    copy = f"insert into {table} (tenant_id, batch_id, {columns}) select %s, %s, {columns} from {table}"  # noqa: S608
    with pytest.raises(psycopg.errors.InsufficientPrivilege), tenant_transaction(conn, south):
        conn.execute(copy, (north, uuid4()))
    with tenant_transaction(conn, north):
        assert conn.execute(copy, (north, staged.batch_id)).rowcount == 0


@pytest.mark.usefixtures("staged")
def test_another_tenants_file_is_staged_anew(database: "Database", two_tenants: tuple[UUID, UUID], tmp_path: Path):
    conn = database.connect("pipeline")
    report = import_leads.import_file(conn, two_tenants[0], tmp_path / "one.csv", "generic", clock=CLOCK)
    assert (report.properties_created, report.repeated) == (1, False)


@pytest.mark.parametrize("role", ["dbt", "quality", "app"])
def test_no_other_role_may_touch_staged_rows(database: "Database", role: str):
    conn = database.connect(role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("delete from app.import_row")
