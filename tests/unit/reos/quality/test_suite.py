"""Suite files: the shipped ones are sound, and a wrong one is refused by name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reos.core.errors import ConfigurationError
from reos.core.settings import PROJECT_ROOT
from reos.quality.suite import OnFail, load_checkpoint, load_suite

FOLDER = PROJECT_ROOT / "expectations"
SPEC: dict[str, Any] = {
    "name": "s",
    "meta": {"relation": "staging.v", "keys": ["tenant_id"], "row_columns": ["a"], "requeue": "m", "why": "w"},
    "expectations": [
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": "a"},
            "severity": "critical",
            "meta": {"on_fail": "block", "why": "because"},
        }
    ],
}


def write(folder: Path, spec: object) -> Path:
    path = folder / "s.yml"
    path.write_text(yaml.safe_dump(spec))
    return path


@pytest.mark.parametrize("name", [path.stem for path in sorted((FOLDER / "checkpoints").glob("*.yml"))])
def test_shipped_checkpoints_load_and_give_each_rule_a_reason(name: str) -> None:
    checkpoint = load_checkpoint(FOLDER, name)
    assert checkpoint.name == name
    for suite in checkpoint.suites:
        assert suite.rules
        assert all(len(rule.why.split()) >= 5 for rule in suite.rules)
        assert {"tenant_id", "property_id"} <= set(suite.keys)


def test_every_shipped_suite_is_in_a_checkpoint() -> None:
    listed = {
        suite.name
        for path in (FOLDER / "checkpoints").glob("*.yml")
        for suite in load_checkpoint(FOLDER, path.stem).suites
    }
    assert listed == {path.stem for path in (FOLDER / "suites").rglob("*.yml")}


def test_no_two_suites_hold_the_same_rule() -> None:
    for path in (FOLDER / "suites").rglob("*.yml"):
        told = [(rule.name, rule.on_fail) for rule in load_suite(path).rules]
        assert len(told) == len(set(told)), path


def test_a_suite_has_the_rules_of_the_one_that_it_is_like_and_its_own(tmp_path: Path) -> None:
    write(tmp_path, SPEC)
    more = {**SPEC["expectations"][0], "kwargs": {"column": "b"}}
    for name, own, columns in (("bare", [], ["a"]), ("more", [more], ["a", "b"])):
        path = tmp_path / f"{name}.yml"
        path.write_text(yaml.safe_dump({**SPEC, "name": name, "like": "s", "expectations": own}))
        suite = load_suite(path)
        assert (suite.name, [rule.kwargs["column"] for rule in suite.rules]) == (name, columns)


def test_a_suite_that_is_like_none_names_the_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yml"):
        load_suite(write(tmp_path, {**SPEC, "like": "none"}))


def test_a_rule_is_named_by_its_columns(tmp_path: Path) -> None:
    (rule,) = load_suite(write(tmp_path, SPEC)).rules
    assert rule.name == "expect_column_values_to_not_be_null(a)"
    assert (rule.on_fail, rule.from_rows) == (OnFail.BLOCK, 1)
    assert rule.as_expectation(3)["meta"] == {"why": "because", "on_fail": "block", "rule": 3}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"severity": "fatal"}, "severity 'fatal'"),
        ({"meta": {"on_fail": "ignore", "why": "w"}}, "on_fail 'ignore'"),
        ({"meta": {"on_fail": "block"}}, "'why' is missing"),
    ],
)
def test_a_rule_that_would_weaken_the_gate_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    wrong = {**SPEC, "expectations": [{**SPEC["expectations"][0], **change}]}
    with pytest.raises(ConfigurationError, match=message):
        load_suite(write(tmp_path, wrong))


@pytest.mark.parametrize(
    ("text", "message"), [("[", "cannot be read"), ("- a", "no mapping"), ("name: s", "'meta' is missing")]
)
def test_a_file_that_is_no_suite_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "s.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        load_suite(path)


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"checkpoints/none\.yml"):
        load_checkpoint(tmp_path, "none")
