"""The whole way of a lead, on a real stack: started as a user starts it, in a folder of its own, on free ports.

The tests run in this order and share the stack; the last one stops it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from psycopg.rows import dict_row

from reos_local.stack import lifecycle, records, secrets, survivors
from reos_local.stack.environment import database_url
from reos_local.stack.layout import Layout, layout_of
from reos_local.stack.people import ACME, DEMO, Tenant
from reos_local.stack.ports import HOST, Ports, free_port
from reos_local.stack.supervisord import Supervisor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

CONTENT = b"""
select (select count(*) from app.property) as discovered,
       (select count(*) from app.property where merged_into is null) as properties,
       (select count(*) from app.property_merge) as merges,
       (select count(*) from app.match_review where status = 'open') as reviews,
       (select count(*) from app.enrichment_plan) as plans,
       (select count(*) from app.event_log) as events,
       (select count(*) from raw.import_record) as imported,
       (select count(*) from raw.county_assessor_parcel) as county_rows,
       (select count(*) from raw.attom_expanded_profile) as attom_rows,
       (select count(*) from app.provider_call) as provider_calls,
       (select count(*) from marts.fct_property_score_history) as score_versions,
       (select count(*) from app.memo) as memos,
       (select count(*) from app.policy_decision) as decisions
"""
EVENTS = b"""
select event_type, count(*)::int as n, count(distinct property_id)::int as properties from app.event_log group by 1
"""
NAMES = ("postgres", "valkey", "sandbox", "airflow", "api", "web")
PARCELS = (59, 19)  # of 60 and 20 rows of the sales file: one parcel was sold twice
MAILED = (24, 8)  # more homes of the two tenants' mailing lists, known by their addresses
COMMAND = ("demo", "--rows", "60", "--second-rows", "20")


@dataclass
class Stack:
    """A running stack; `first` is what the first `reos demo` printed."""

    layout: Layout
    ports: Ports
    first: "subprocess.CompletedProcess[str] | None" = None

    def run(self, *arguments: str, state: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """Run `reos` as a user would, without a terminal."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("REOS_")}
        told = {f"REOS_PORT_{name.upper()}": str(port) for name, port in self.ports.by_name().items()}
        return subprocess.run(  # noqa: S603 - our own command
            [str(Path(sys.executable).with_name("reos")), *arguments],
            env={**inherited, **told, "REOS_STATE_DIR": str(state or self.layout.state)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def rows(self, query: bytes) -> list[dict[str, object]]:
        """Read as the pipeline, which sees every tenant."""
        password = secrets.load(self.layout.secrets).pipeline_password
        with psycopg.connect(
            database_url("reos_pipeline", password, self.ports.postgres), row_factory=dict_row
        ) as conn:
            return conn.execute(query).fetchall()

    @contextmanager
    def client(self, tenant: Tenant, role: str = "Admin") -> Iterator[httpx.Client]:
        """Open an API client signed in as the tenant's user with `role`."""
        email = tenant.email_of(role)
        credentials = {"email": email, "password": secrets.load(self.layout.secrets).password_of(email)}
        with httpx.Client(base_url=f"http://{HOST}:{self.ports.api}/v1", timeout=30, trust_env=False) as client:
            answer = client.post("/auth/login", json=credentials)
            assert answer.status_code == 200, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield client


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Bring a stack up with `reos demo` on about 60 leads, and remove every trace of it afterwards."""
    layout = layout_of(tmp_path_factory.mktemp("stack") / "state")
    made = Stack(layout, Ports.model_validate({name: free_port() for name in NAMES}))
    try:
        made.first = made.run(*COMMAND)
        yield made
    finally:
        if made.run("reset", "--yes").returncode != 0:
            lifecycle.stop(layout)


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def printed(stack: Stack) -> str:
    assert stack.first is not None
    return stack.first.stdout


def memo_files(stack: Stack) -> list[Path]:
    return [
        stack.layout.state / "memos" / str(row["storage_key"])
        for row in stack.rows(b"select storage_key from app.memo")
    ]


def test_the_demo_ends_well_and_tells_it_plainly(stack: Stack) -> None:
    assert stack.first is not None
    assert stack.first.returncode == 0, stack.first.stdout + stack.first.stderr
    for expected in (
        "discovered",
        "documented",
        "Sources asked",
        "Providers",
        "of 100  score",
        "memo: ",
        "admin@acme.example",
        "reos down",
    ):
        assert expected in printed(stack)
    assert not set(printed(stack)) & {"\x1b", "\r", "\b"}
    narrow = [line for line in printed(stack).splitlines() if "/" not in line]  # paths are never broken
    assert max(map(len, narrow)) <= 100


def test_every_lead_came_through_every_stage(stack: Stack) -> None:
    (content,) = stack.rows(CONTENT)
    told = {str(row["event_type"]): (row["n"], row["properties"]) for row in stack.rows(EVENTS)}
    properties, discovered = int(str(content["properties"])), content["discovered"]
    assert properties >= sum(PARCELS) + sum(MAILED)
    assert told["property.discovered"] == (discovered, discovered)
    assert int(str(told["property.scored"][1])) >= properties
    assert int(str(content["score_versions"])) >= properties
    assert int(str(content["county_rows"])) >= sum(PARCELS)
    assert content["memos"] == told["memo.generated"][0]


def test_homes_of_two_files_are_recognised_or_put_before_a_person(stack: Stack) -> None:
    (content,) = stack.rows(CONTENT)
    assert int(str(content["merges"])) >= 3
    assert int(str(content["reviews"])) >= 1
    assert "merged" in printed(stack)


def test_all_sources_were_asked_and_one_tenants_money_ran_out(stack: Stack) -> None:
    """What the providers sold, what the ledger says, and what the plans say are the same."""
    assert "acme: the budget for attom ran out" in printed(stack)
    assert "demo: the budget" not in printed(stack)
    query = b"""
    select provider, sum(cost_microusd)::bigint as cost from app.provider_call group by 1 order by 1
    """
    ledger = {str(row["provider"]): int(str(row["cost"])) for row in stack.rows(query)}
    assert ledger.keys() >= {"attom", "county_assessor", "fema", "regrid", "zillow"}
    recorded = b"""
    select s ->> 'provider' as provider, sum((s ->> 'cost_microusd')::bigint)::bigint as cost
      from app.enrichment_plan p cross join lateral jsonb_array_elements(p.steps) s where s ? 'outcome' group by 1
    """
    planned = {str(row["provider"]): int(str(row["cost"])) for row in stack.rows(recorded)}
    assert {name: cost for name, cost in planned.items() if cost} == {
        name: cost for name, cost in ledger.items() if cost
    }
    loads = stack.rows(b"select split_part(source, ':', 1) as kind, bool_and(status = 'done') as well from "
                       b"app.reference_load group by 1")  # fmt: skip
    assert {str(row["kind"]): row["well"] for row in loads} == dict.fromkeys(
        ("census_acs", "openaddresses", "zillow"), True
    )
    spent = stack.rows(b"select bool_and(held_microusd = 0) as settled, bool_or(spent_microusd > cap_microusd) as over "
                       b"from app.budget_usage join app.budget using (tenant_id, provider, period)")  # fmt: skip
    assert spent == [{"settled": True, "over": False}]


def test_reasons_add_up_to_every_score(stack: Stack) -> None:
    query = b"""
    select count(*) filter (where s.score <> r.points)::int as wrong, count(*)::int as n
      from marts.fct_property_score s
      join (select tenant_id, property_id, sum(points) as points
              from marts.property_score_reason group by 1, 2) r using (tenant_id, property_id)
    """
    (row,) = stack.rows(query)
    assert row["wrong"] == 0
    assert row["n"] == stack.rows(CONTENT)[0]["properties"]


def test_memos_are_pdfs_on_disk_of_the_best_properties(stack: Stack) -> None:
    files = memo_files(stack)
    assert files
    assert all(path.read_bytes().startswith(b"%PDF-") for path in files)
    assert f"memo: {stack.layout.state / 'memos'}" in printed(stack)


def test_a_second_demo_changes_nothing_and_says_so(stack: Stack) -> None:
    before = stack.rows(CONTENT), {path: path.read_bytes() for path in memo_files(stack)}
    again = stack.run(*COMMAND)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "nothing changed" in again.stdout
    assert (stack.rows(CONTENT), {path: path.read_bytes() for path in memo_files(stack)}) == before


@pytest.fixture(scope="module")
def analyst(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client(DEMO, "Analyst") as client:
        yield client


def test_the_api_shows_a_property_with_score_reasons_and_provenance(analyst: httpx.Client) -> None:
    best = analyst.get("/properties", params={"limit": 1}).json()["items"][0]
    detail = analyst.get(f"/properties/{best['property_id']}").json()
    assert detail["score"] == sum(reason["points"] for reason in detail["valuation"]["reasons"])
    assert {"living_sqft", "year_built", "owner_name"} <= {field["field"] for field in detail["provenance"]}


def test_the_api_serves_the_memo(stack: Stack, analyst: httpx.Client) -> None:
    best = analyst.get("/properties", params={"stage": "documented", "limit": 1}).json()["items"][0]
    memo = analyst.get(f"/properties/{best['property_id']}/memos").json()["items"][0]
    answer = analyst.get(f"/memos/{memo['memo_id']}/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content in [path.read_bytes() for path in memo_files(stack)]


def test_one_tenant_cannot_see_another_over_the_api(stack: Stack, analyst: httpx.Client) -> None:
    ours = analyst.get("/properties", params={"limit": 200}).json()["items"]
    with stack.client(ACME) as stranger:
        theirs = stranger.get("/properties", params={"limit": 200}).json()["items"]
        assert [len(ours) >= PARCELS[0], len(theirs) >= PARCELS[1]] == [True, True]
        assert {item["apn"] for item in theirs} <= {item["apn"] for item in ours}  # the same parcels …
        assert not {item["property_id"] for item in theirs} & {item["property_id"] for item in ours}  # … kept apart
        for path in ("", "/score", "/provenance", "/memos"):
            assert stranger.get(f"/properties/{ours[0]['property_id']}{path}").status_code == 404
            assert stranger.get(f"/properties/{theirs[0]['property_id']}{path}").status_code == 200


def test_a_second_up_is_harmless(stack: Stack) -> None:
    pids = records.read_processes(stack.layout.processes)
    again = stack.run("up")
    assert again.returncode == 0
    assert "running already" in again.stdout
    assert records.read_processes(stack.layout.processes) == pids


def test_up_starts_what_was_stopped_and_leaves_the_rest_alone(stack: Stack) -> None:
    before = records.read_processes(stack.layout.processes)
    Supervisor(stack.layout).stop("sandbox")
    wait_until(lambda: "sandbox" not in records.read_processes(stack.layout.processes))
    assert stack.run("status").returncode == 1
    assert stack.run("up", "--detach").returncode == 0
    wait_until(lambda: "sandbox" in records.read_processes(stack.layout.processes))
    after = records.read_processes(stack.layout.processes)
    assert after.pop("sandbox") != before.pop("sandbox")
    assert after == before


def test_a_port_in_use_is_reported_with_its_holder_and_the_variable(stack: Stack, tmp_path: Path) -> None:
    other = stack.run("up", "--detach", state=tmp_path / "other")
    assert other.returncode == 1
    api = records.read_processes(stack.layout.processes)["api"].pid
    assert f"port {stack.ports.api} (api) is held by pid {api} (" in other.stderr
    assert "REOS_PORT_API=" in other.stderr
    assert not (tmp_path / "other" / "postgres").exists()


def test_a_killed_process_is_named_and_replaced(stack: Stack) -> None:
    victim = records.read_processes(stack.layout.processes)["api"].pid
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: f"after SIGKILL (pid {victim}), now pid " in stack.run("status").stdout)
    wait_until(lambda: _answers(f"http://{HOST}:{stack.ports.api}/v1/health/ready"))


def test_a_file_of_ones_own_can_be_imported(stack: Stack) -> None:
    same = next(stack.layout.demo.glob("king-county-demo-*.csv"))
    done = stack.run("import", str(same), "--profile", "king-county", "--tenant", "demo")
    assert done.returncode == 0, done.stderr
    wrong = stack.run("import", str(same), "--profile", "king-county", "--tenant", "nobody")
    assert wrong.returncode == 1
    assert "There is no tenant 'nobody'" in wrong.stderr


def test_down_stops_everything(stack: Stack) -> None:
    ours: list[psutil.Process] = [process for _, process in survivors.survivors(stack.layout).values()]
    assert len(ours) > 10
    done: subprocess.CompletedProcess[str] = stack.run("down")
    assert (done.returncode, done.stdout.strip()) == (0, "Everything is stopped.")
    assert survivors.wait_gone(ours, 0.0) == []
    assert survivors.survivors(stack.layout) == {}
    assert stack.run("status").returncode == 3


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False
