"""The two steps of an import: what staging leaves alone, what a dry run foretells, and that both steps resume."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reos.connectors.attom.client import Attom
from reos.connectors.egress import Egress
from reos.connectors.registry import SPECS
from reos.core.clock import FixedClock
from reos.core.errors import ConflictError, NotFoundError
from reos.db.connection import Connection
from reos.pipeline import import_leads, import_publish, import_stage
from reos.pipeline.import_leads import Source, Status

if TYPE_CHECKING:
    from tests.integration.conftest import Database

CLOCK = FixedClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
KING = "53033"
HEADER = "apn,county_fips,address,zip,sale_date,sale_price,beds\n"
PRODUCT = ("app.property", "raw.import_record", "app.event_log", "app.import_change", "app.dirty_property")


@pytest.fixture
def conn(database: "Database") -> Connection:
    return database.connect("pipeline", autocommit=True)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def run(rows: str, name: str = "leads.csv") -> Path:
        path = tmp_path / name
        path.write_text(HEADER + rows)
        return path

    return run


def house(number: int, apn: str = "", **more: str) -> str:
    fips = KING if apn else ""
    return f"{apn},{fips},{number} N Main St,98101,{more.get('sale', ',')},{more.get('beds', '3')}\n"


def houses(count: int) -> str:
    return "".join(house(number) for number in range(1, count + 1))


def product(conn: Connection) -> dict[str, int]:
    return {table: len(conn.execute(f"select from {table}").fetchall()) for table in PRODUCT}


def stage(conn: Connection, tenant_id: UUID, path: Path) -> import_leads.Batch:
    return import_leads.stage(conn, tenant_id, Source(path, "generic"), clock=CLOCK)


def test_staging_writes_nothing_that_anybody_sees(
    conn: Connection, two_tenants: tuple[UUID, UUID], write: Callable[..., Path]
):
    batch = stage(conn, two_tenants[0], write(houses(3) + house(1) + house(2, beds="4") + "no address,,,,,,\n"))
    assert (batch.status, batch.rows, batch.rejected, batch.lines_done) == (Status.STAGED, 6, 3, 7)
    assert product(conn) == dict.fromkeys(PRODUCT, 0)
    found = import_leads.rejections(conn, two_tenants[0], batch.batch_id)
    assert [(row.line, row.kind) for row in found] == [(5, "duplicate"), (6, "conflict"), (7, "invalid")]
    assert import_leads.rejections(conn, two_tenants[0], batch.batch_id, after=5, limit=1) == found[1:2]


def test_a_dry_run_foretells_what_publishing_then_does(
    conn: Connection, two_tenants: tuple[UUID, UUID], write: Callable[..., Path]
):
    north = two_tenants[0]
    known = house(1) + house(2, "7129300520") + house(3, "7129300521") + house(4, "7129300522") + house(5)
    import_leads.import_file(conn, north, write(known, "known.csv"), "generic", clock=CLOCK)
    path = write(
        house(1, beds="4")  # changes
        + house(2)  # the parcel there
        + house(3, "7129300599")  # a second parcel at the address
        + house(3)  # which of the two?
        + house(5, "7129300555")  # gets its number
        + house(5)
        + house(6, "7129300566") + house(6)  # says otherwise than the parcel's row
        + house(7) + house(8) + house(8) + "nowhere,,,,,,\n"
    )  # fmt: skip
    batch = stage(conn, north, path)
    before = product(conn)
    seen = import_leads.preview(conn, north, batch.batch_id, clock=CLOCK, sources={})
    assert product(conn) == before
    done = import_leads.publish(conn, north, batch.batch_id, clock=CLOCK)
    assert (seen.new, seen.known) == (done.properties_created, done.properties_known) == (4, 3)
    kinds = [row.kind for row in done.rejected]
    assert seen.changing == done.records_changed == 3
    assert (seen.duplicate, seen.conflicting) == (kinds.count("duplicate"), kinds.count("conflict")) == (1, 2)
    assert (seen.shared, seen.invalid) == (kinds.count("shared"), kinds.count("invalid")) == (1, 1)
    with pytest.raises(ConflictError, match="is done, not staged"):
        import_leads.preview(conn, north, batch.batch_id, clock=CLOCK, sources={})


def test_the_cost_is_that_of_the_properties_which_the_plan_would_ask_about(
    conn: Connection, two_tenants: tuple[UUID, UUID], tmp_path: Path
):
    path = tmp_path / "leads.csv"
    path.write_text(
        "address,city,state,zip,beds,sqft,year_built,owner\n"
        "12 Main St,Seattle,WA,98101,3,1000,1990,Ann Lee\n"  # nothing is missing
        "14 Main St,Seattle,WA,98101,3,,1990,Ann Lee\n"
        "16 Main St,Seattle,WA,98101,,,,\n"
    )
    batch = stage(conn, two_tenants[0], path)
    egress = Egress(clock=CLOCK)
    attom = Attom(egress, "https://attom.test", "key", CLOCK)
    seen = import_leads.preview(conn, two_tenants[0], batch.batch_id, clock=CLOCK, sources={"attom": attom})
    costs = dict(zip(SPECS, seen.costs, strict=True))
    assert (costs["attom"].properties, costs["attom"].unit_microusd, seen.cost_microusd) == (2, 80_000, 160_000)
    assert costs["county_assessor"].note == "not configured"


def test_a_discarded_dry_run_leaves_its_report_and_lets_the_file_come_again(
    conn: Connection, two_tenants: tuple[UUID, UUID], write: Callable[..., Path]
):
    north = two_tenants[0]
    path = write(houses(2))
    batch = stage(conn, north, path)
    assert import_leads.discard(conn, north, batch.batch_id).status is Status.DISCARDED
    assert import_leads.discard(conn, north, batch.batch_id).status is Status.DISCARDED
    assert conn.execute("select from app.import_row").fetchall() == []
    with pytest.raises(ConflictError, match="discarded; only one that is staged"):
        import_leads.publish(conn, north, batch.batch_id, clock=CLOCK)
    report = import_leads.import_file(conn, north, path, "generic", clock=CLOCK)
    assert (report.properties_created, report.repeated) == (2, False)
    with pytest.raises(ConflictError, match="Undo it instead"):
        import_leads.discard(conn, north, report.batch_id or uuid4())
    listed = import_leads.batches(conn, north)
    assert [each.status for each in listed] == [Status.DONE, Status.DISCARDED]
    assert import_leads.batches(conn, north, before=listed[0].batch_id) == listed[1:]


def test_another_tenants_batch_is_not_there(
    conn: Connection, two_tenants: tuple[UUID, UUID], write: Callable[..., Path]
):
    batch = stage(conn, two_tenants[0], write(houses(1)))
    for act in (import_leads.batch, import_leads.discard):
        with pytest.raises(NotFoundError, match=f"no import {batch.batch_id}"):
            act(conn, two_tenants[1], batch.batch_id)
    assert import_leads.batches(conn, two_tenants[1]) == []
    assert import_leads.rejections(conn, two_tenants[1], batch.batch_id) == []


def test_the_same_rows_in_another_file_add_nothing_either(
    conn: Connection, two_tenants: tuple[UUID, UUID], write: Callable[..., Path]
):
    north = two_tenants[0]
    rows = house(1) + house(1, "7129300520") + house(2, "7129300521", sale="2020-01-01,5") + house(2) + house(3)
    import_leads.import_file(conn, north, write(rows), "generic", clock=CLOCK)
    before = product(conn)
    again = import_leads.import_file(conn, north, write(rows + "\n", "other.csv"), "generic", clock=CLOCK)
    assert not again.repeated
    assert (again.properties_created, again.records_added, again.records_changed, again.events) == (0, 0, 0, 0)
    assert product(conn) == before


NUMBERS = st.integers(1, 6)
ROWS = st.lists(
    st.tuples(NUMBERS, st.sampled_from(["", "7129300520", "7129300521", "7129300522", "7129300523"]), st.booleans(),
              st.sampled_from(["3", "4"])),
    min_size=1, max_size=24,
)  # fmt: skip
STATE = """
select p.apn_key, p.address_key, p.latitude, p.deleted_at is null as there, m.apn_key as into_apn,
       m.address_key as into_address,
       array(select (r.record_key, r.line, r.body)::text from raw.import_record r
              where r.tenant_id = p.tenant_id and r.property_id = p.property_id order by r.record_key) as records
  from app.property p left join app.property m on m.tenant_id = p.tenant_id and m.property_id = p.merged_into
 where p.tenant_id = %s order by 1 nulls first, 2
"""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROWS, second=ROWS, size=st.integers(1, 4))
def test_chunks_of_any_size_give_what_the_whole_file_gives(
    database: "Database", two_tenants: tuple[UUID, UUID], tmp_path: Path, first: list[Any], second: list[Any], size: int
):
    assert two_tenants
    outcomes = []
    for rows in (size, 10_000):
        owner, conn = database.connect("owner"), database.connect("pipeline", autocommit=True)
        tenant_id = uuid4()
        with owner.transaction():
            owner.execute("select set_config('app.current_tenant_id', %s, true)", (str(tenant_id),))
            owner.execute(
                "insert into app.tenant (tenant_id, slug, name) values (%s, %s, 'x')", (tenant_id, str(tenant_id))
            )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(import_publish, "CHUNK_ROWS", rows)
            patch.setattr(import_stage, "CHUNK_ROWS", rows)
            reports = [_import(conn, tenant_id, tmp_path / f"{uuid4()}.csv", each) for each in (first, second)]
        outcomes.append((reports, conn.execute(STATE, (tenant_id,)).fetchall()))
        owner.close()
        conn.close()
    assert outcomes[0] == outcomes[1]


def _import(conn: Connection, tenant_id: UUID, path: Path, rows: list[Any]) -> tuple[Any, ...]:
    spellings = ("{} N Main St", "{} Main St")
    lines = [
        f"{apn},{KING if apn else ''},{spellings[short].format(number)},98101,,,{beds}\n"
        for number, apn, short, beds in rows
    ]
    path.write_text(HEADER + "".join(lines))
    done = import_leads.import_file(conn, tenant_id, path, "generic", clock=CLOCK)
    return (
        *(done.properties_created, done.properties_known, done.records_added, done.records_changed, done.merged),
        *(done.reviews, done.rejected),
    )


def test_lines_in_any_order_name_the_same_properties(
    conn: Connection, two_tenants: tuple[UUID, UUID], write: Callable[..., Path]
):
    lines = [house(number, f"71293005{number:02}" if number % 2 else "") for number in range(1, 21)]
    for tenant_id, ordered in zip(two_tenants, (lines, lines[::-1]), strict=True):
        import_leads.import_file(conn, tenant_id, write("".join(ordered)), "generic", clock=CLOCK)
    query = "select apn_key, address_key from app.property where tenant_id = %s order by 1 nulls first, 2"
    north, south = (conn.execute(query, (tenant_id,)).fetchall() for tenant_id in two_tenants)
    assert north == south
