"""What a DAG file may contain: one thin DAG, named as the file, that imports nothing but our own glue."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "dags"
FILES = sorted(FOLDER.rglob("*.py"))
STAGES = {"discovery", "enrichment", "scoring", "memos", "outreach", "warehouse", "maintenance"}
ALLOWED = ("airflow.sdk", "cosmos", "reos_airflow", "reos.pipeline")
HEAVY = ("dbt", "great_expectations", "pandas", "weasyprint", "reos.pipeline")
MAX_LINES = 120

PARSE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
print(json.dumps({
    "errors": bag.import_errors,
    "modules": sorted(sys.modules),
    "seconds": {stat.file: stat.duration.total_seconds() for stat in bag.dagbag_stats},
}))
"""

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def imported_modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def decorated_with(tree: ast.Module, decorator: str) -> list[ast.FunctionDef]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return [each for each in functions if any(decorator in ast.unparse(line) for line in each.decorator_list)]


def is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def is_one_call(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Return | ast.Expr) and isinstance(statement.value, ast.Call)


def test_there_are_dags() -> None:
    assert {path.stem for path in FILES} >= {"import_files", "enrich_properties", "score_properties", "generate_memos"}


@each_file
def test_a_dag_lies_in_the_folder_of_its_stage(path: Path) -> None:
    assert path.parent.parent == FOLDER
    assert path.parent.name in STAGES


@each_file
def test_a_file_holds_one_dag_of_its_own_name(path: Path) -> None:
    assert [dag.name for dag in decorated_with(ast.parse(path.read_text()), "dag(")] == [path.stem]


@each_file
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


@each_file
def test_a_file_imports_only_what_a_dag_may(path: Path) -> None:
    imported = set(imported_modules(ast.parse(path.read_text())))
    assert {name for name in imported if not f"{name}.".startswith(tuple(f"{each}." for each in ALLOWED))} == set()


@each_file
def test_a_task_is_one_call(path: Path) -> None:
    for task in decorated_with(ast.parse(path.read_text()), "task"):
        assert [is_one_call(each) for each in task.body if not is_import(each)] == [True], task.name


def test_parsing_loads_nothing_heavy() -> None:
    command = [sys.executable, "-c", PARSE, str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)  # noqa: S603
    parsed = json.loads(done.stdout.splitlines()[-1])
    for file, seconds in sorted(parsed["seconds"].items()):
        print(f"{file}: parsed in {seconds * 1000:.0f} ms")  # noqa: T201 - the figure is the point
    assert parsed["errors"] == {}
    assert [name for name in parsed["modules"] if f"{name}.".startswith(tuple(f"{each}." for each in HEAVY))] == []
