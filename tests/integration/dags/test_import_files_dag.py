"""The intake DAG on a real database: what becomes of the files in the inbox."""

from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag

from reos.core.errors import UnavailableError

pytestmark = pytest.mark.usefixtures("pipeline_settings", "two_tenants")

HEADER = "apn,county_fips,address,city,state,zip"
GOOD = "1234567890,53033,12 Main St,Seattle,WA,98101"
BAD = ",,,,,"


def drop(inbox: Path, relative: str, *rows: str) -> Path:
    path = inbox / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n")
    return path


def sweep(dag_bag: DagBag, **narrowed: str) -> tuple[str, dict[str, list[str]], list[Any]]:
    """Run the DAG; return its state, the states of its tasks, and the results of the imports."""
    run = dag_bag.dags["import_files"].test(run_conf=narrowed or None)
    tasks = run.get_task_instances()
    states: dict[str, list[str]] = {}
    for task in tasks:
        states.setdefault(task.task_id, []).append(str(task.state))
    imports = sorted((task for task in tasks if task.task_id == "import_file"), key=lambda task: task.map_index)
    return str(run.state), states, [task.xcom_pull("import_file", map_indexes=task.map_index) for task in imports]


def files_in(folder: Path) -> list[str]:
    return sorted(path.name.partition("-")[2] or path.name for path in folder.iterdir())


def properties(database) -> int:
    conn = database.connect("pipeline", autocommit=True)
    row = conn.execute("select count(*) as n from app.property").fetchone()
    return int(row["n"])


def test_an_empty_inbox_is_a_short_run(dag_bag: DagBag) -> None:
    state, tasks, _ = sweep(dag_bag)
    assert (state, tasks) == ("success", {"list_files": ["success"], "import_file": ["skipped"]})


def test_a_file_is_imported_counted_and_put_away(dag_bag: DagBag, database, inbox: Path) -> None:
    path = drop(inbox, "north/generic/leads.csv", HEADER, GOOD)
    state, tasks, (result,) = sweep(dag_bag)
    assert (state, tasks["import_file"]) == ("success", ["success"])
    assert (result["rows"], result["properties_created"], result["rejected"]) == (1, 1, 0)
    assert properties(database) == 1
    assert not path.exists()
    assert files_in(path.parent / ".done") == ["leads.csv", "leads.csv.report.txt"]
    assert list((path.parent / ".claimed").iterdir()) == []


def test_refused_rows_are_reported_beside_the_file_and_the_others_kept(dag_bag: DagBag, database, inbox: Path) -> None:
    path = drop(inbox, "north/generic/leads.csv", HEADER, GOOD, BAD)
    state, _, (result,) = sweep(dag_bag)
    assert (state, result["rejected"], properties(database)) == ("success", 1, 1)
    (report,) = (path.parent / ".done").glob("*.report.txt")
    lines = report.read_text().splitlines()
    assert lines[0] == "Rows taken: 1 of 2. New properties: 1."
    assert lines[1].startswith("line 3: ")


def test_a_file_that_a_crash_left_claimed_is_taken_by_the_next_sweep(dag_bag: DagBag, database, inbox: Path) -> None:
    path = drop(inbox, "north/generic/.claimed/leads.csv", HEADER, GOOD)
    state, _, _ = sweep(dag_bag)
    assert (state, properties(database), path.exists()) == ("success", 1, False)
    assert files_in(inbox / "north/generic/.done") == ["leads.csv", "leads.csv.report.txt"]


def test_a_file_that_fails_for_another_reason_stays_claimed(
    dag_bag: DagBag, database, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(inbox, "north/generic/leads.csv", HEADER, GOOD)
    with monkeypatch.context() as broken:
        broken.setattr("reos_airflow.intake.publish", _unavailable)
        state, _, _ = sweep(dag_bag)
    assert (state, properties(database)) == ("failed", 0)
    assert files_in(inbox / "north/generic/.claimed") == ["leads.csv"]
    state, _, _ = sweep(dag_bag)
    assert (state, properties(database)) == ("success", 1)


def _unavailable(*_: object, **__: object) -> None:
    raise UnavailableError("The database went away.")


def test_a_file_that_no_profile_reads_is_put_away_with_a_proposal_that_then_reads_it(
    dag_bag: DagBag, database, inbox: Path
) -> None:
    rows = ["SITEADDR,SITUSCITY,ST,POSTCODE", "12 Main St,Seattle,WA,98101"]
    path = drop(inbox, "north/assessor/leads.csv", *rows)
    assert sweep(dag_bag)[0] == "failed"
    (report,) = (path.parent / ".failed").glob("*.report.txt")
    (path.parent / ".profile.yml").write_text(report.read_text()[report.read_text().index("name: ") :])
    drop(inbox, "north/assessor/leads.csv", *rows)
    assert (sweep(dag_bag)[0], properties(database)) == ("success", 1)


@pytest.mark.parametrize(
    ("relative", "reason"),
    [("north/unheard-of/leads.csv", "unheard-of"), ("nobody/generic/leads.csv", "There is no tenant `nobody`.")],
)
def test_a_file_at_fault_fails_at_once_and_says_why(
    dag_bag: DagBag, database, inbox: Path, relative: str, reason: str
) -> None:
    path = drop(inbox, relative, HEADER, GOOD)
    state, tasks, _ = sweep(dag_bag)
    assert (state, tasks["import_file"]) == ("failed", ["failed"])
    assert files_in(path.parent / ".failed") == ["leads.csv", "leads.csv.report.txt"]
    (report,) = (path.parent / ".failed").glob("*.report.txt")
    assert reason in report.read_text()
    assert properties(database) == 0


def test_one_bad_file_does_not_stop_another(dag_bag: DagBag, database, inbox: Path) -> None:
    drop(inbox, "nobody/generic/leads.csv", HEADER, GOOD)
    drop(inbox, "north/generic/leads.csv", HEADER, GOOD)
    _, tasks, _ = sweep(dag_bag)
    assert sorted(tasks["import_file"]) == ["failed", "success"]
    assert properties(database) == 1


def test_the_form_narrows_the_sweep(dag_bag: DagBag, inbox: Path) -> None:
    left = drop(inbox, "south/generic/other.csv", HEADER, GOOD)
    drop(inbox, "north/generic/leads.csv", HEADER, GOOD)
    _, tasks, _ = sweep(dag_bag, tenant="north", file="leads.csv")
    assert tasks["import_file"] == ["success"]
    assert left.exists()


def test_the_same_file_again_adds_nothing(dag_bag: DagBag, database, inbox: Path) -> None:
    drop(inbox, "north/generic/leads.csv", HEADER, GOOD)
    sweep(dag_bag)
    drop(inbox, "north/generic/again.csv", HEADER, GOOD)
    state, tasks, (result,) = sweep(dag_bag)
    assert (state, tasks["import_file"]) == ("success", ["success"])
    assert (result["properties_created"], properties(database)) == (0, 1)
