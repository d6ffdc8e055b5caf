"""Suites and checkpoints as files: YAML in GX's vocabulary, checked when read so that a typo cannot weaken a gate."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from reos.core.errors import ConfigurationError

_SEVERITIES = frozenset({"critical", "warning", "info"})


class OnFail(StrEnum):
    """What a broken rule does: stop the run, hold the rows back, or only be recorded."""

    BLOCK = "block"
    QUARANTINE = "quarantine"
    WARN = "warn"


@dataclass(frozen=True)
class Rule:
    """One expectation: GX's type and kwargs, our severity, consequence and reason."""

    type: str
    kwargs: Mapping[str, Any]
    severity: str
    on_fail: OnFail
    why: str
    from_rows: int = 1  # a rule about shares says nothing of a handful of rows; below this a block is a warning

    @property
    def name(self) -> str:
        """The rule as people read it: `expect_column_values_to_not_be_null(apn)`."""
        subject = self.kwargs.get("column") or ", ".join(self.kwargs.get("column_list", ()))
        pair = f"{self.kwargs.get('column_A')}, {self.kwargs.get('column_B')}" if "column_A" in self.kwargs else ""
        return f"{self.type}({subject or pair})"

    def as_expectation(self, number: int) -> dict[str, Any]:
        """Return the configuration that GX builds an expectation from; `number` is the rule's place in its suite."""
        meta = {"why": self.why, "on_fail": self.on_fail.value, "rule": number}
        return {"type": self.type, "kwargs": dict(self.kwargs), "severity": self.severity, "meta": meta}


@dataclass(frozen=True)
class Suite:
    """Rules over a relation. `keys` find a row again, `row_columns` are kept of it, the model `requeue` reads it."""

    name: str
    schema: str
    table: str
    keys: tuple[str, ...]
    row_columns: tuple[str, ...]
    requeue: str
    why: str
    rules: tuple[Rule, ...]

    @property
    def relation(self) -> str:
        """What the suite reads, as schema.name."""
        return f"{self.schema}.{self.table}"


@dataclass(frozen=True)
class Checkpoint:
    """Suites that run together, and how much detail GX keeps of a failure."""

    name: str
    suites: tuple[Suite, ...]
    result_format: str


def load_checkpoint(folder: Path, name: str) -> Checkpoint:
    """Read `checkpoints/<name>.yml` under `folder` with its suites; `ConfigurationError` names a file that is wrong."""
    path = folder / "checkpoints" / f"{name}.yml"
    spec = _read(path)
    try:
        suites = tuple(load_suite(folder / "suites" / f"{each}.yml") for each in spec["suites"])
        return Checkpoint(spec["name"], suites, spec["result_format"])
    except KeyError as error:
        raise _wrong(path, f"{error} is missing") from error


def load_suite(path: Path) -> Suite:
    """Read one suite, with the rules of the suite beside it that it is `like`, and its own.

    `ConfigurationError` when a rule has no reason, an unknown severity or an unknown consequence.
    """
    spec = _read(path)
    try:
        meta = spec["meta"]
        schema, _, table = meta["relation"].partition(".")
        rules = tuple(_rule(path, each) for each in _expectations(path, spec))
        keys, row_columns = tuple(meta["keys"]), tuple(meta["row_columns"])
        return Suite(spec["name"], schema, table, keys, row_columns, meta["requeue"], meta["why"], rules)
    except KeyError as error:
        raise _wrong(path, f"{error} is missing") from error


def _expectations(path: Path, spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "like" not in spec:
        return list(spec["expectations"])
    return [*_read(path.with_name(f"{spec['like']}.yml"))["expectations"], *spec.get("expectations", [])]


def _rule(path: Path, spec: Mapping[str, Any]) -> Rule:
    meta = spec["meta"]
    if spec["severity"] not in _SEVERITIES:
        raise _wrong(path, f"severity {spec['severity']!r} is none of {sorted(_SEVERITIES)}")
    if meta["on_fail"] not in set(OnFail):
        raise _wrong(path, f"on_fail {meta['on_fail']!r} is none of {[each.value for each in OnFail]}")
    on_fail, from_rows = OnFail(meta["on_fail"]), int(meta.get("from_rows", 1))
    return Rule(spec["type"], spec["kwargs"], spec["severity"], on_fail, meta["why"], from_rows)


def _read(path: Path) -> dict[str, Any]:
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise _wrong(path, f"it cannot be read: {error}") from error
    if not isinstance(read, dict):
        raise _wrong(path, "it is no mapping")
    return read


def _wrong(path: Path, what: str) -> ConfigurationError:
    return ConfigurationError(f"Quality file {path} is wrong: {what}.", remedy="See expectations/README.md.")
