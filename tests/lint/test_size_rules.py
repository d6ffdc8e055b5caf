"""Size limits of the house rules: one room, one purpose."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_LIMIT = 50


def _tracked(*patterns: str, under: tuple[str, ...]) -> list[Path]:
    found = [path for folder in under for pattern in patterns for path in (ROOT / folder).rglob(pattern)]
    return sorted(path for path in found if not {"generated", "versions", "target"} & set(path.parts))


LIMITS = [
    ("module", 300, _tracked("*.py", under=("plugins", "serving"))),
    ("DAG", 120, _tracked("*.py", under=("dags",))),
    ("dbt model", 120, _tracked("*.sql", under=("dbt/models", "dbt/macros", "dbt/tests"))),
    ("test file", 400, _tracked("*.py", under=("tests",))),
    ("decision record", 40, _tracked("*.md", under=("docs/adr",))),
]


@pytest.mark.parametrize(("kind", "limit", "paths"), LIMITS, ids=[kind for kind, _, _ in LIMITS])
def test_files_stay_within_the_limit_of_their_kind(kind: str, limit: int, paths: list[Path]) -> None:
    assert paths, f"no {kind} found: the rule would check nothing"
    too_long = {
        str(path.relative_to(ROOT)): lines for path in paths if (lines := len(path.read_text().splitlines())) > limit
    }
    assert not too_long, f"{kind} files over {limit} lines: {too_long}"


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_stay_within_fifty_lines() -> None:
    sources = _tracked("*.py", under=("plugins", "serving", "dags", "tests"))
    too_long = [
        f"{path.relative_to(ROOT)}: {name} has {lines} lines"
        for path in sources
        for name, lines in _functions(path)
        if lines > FUNCTION_LIMIT
    ]
    assert not too_long, too_long
