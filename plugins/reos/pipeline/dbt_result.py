"""What dbt says of a run, in our words: nodes, failures without anybody's data, and sources that have fallen silent."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reos.core.errors import ReosError

if TYPE_CHECKING:
    from dbt.artifacts.schemas.freshness import FreshnessNodeResult
    from dbt.artifacts.schemas.run import RunResult

_BAD = frozenset({"error", "fail", "runtime error", "partial success"})


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
    silent_sources: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[DbtNode, ...]:
        """The models that were run."""
        return tuple(node for node in self.nodes if node.kind == "model")


def node_of(result: "RunResult") -> DbtNode:
    """Return what became of one node."""
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


def failure(command: str, nodes: tuple[DbtNode, ...], error: BaseException | None, folder: Path) -> WarehouseError:
    """Return the error that names every node of a failed run, and where its log is."""
    bad = [f"{node.name}: {_without_rows(node.message)}" for node in nodes if node.status in _BAD]
    told = "; ".join(bad) or str(error or "no node says why")
    return WarehouseError(f"dbt {command} failed. {told}", remedy=f"Look at {folder}/logs/dbt.log, then run it again.")


def _without_rows(message: str) -> str:
    """Drop PostgreSQL's DETAIL, which quotes the failing row: a tenant's data has no place in an error."""
    lines = (line.strip() for line in message.splitlines())
    return " ".join(line for line in lines if line and not line.startswith("DETAIL:"))


def silent_among(results: "Iterable[FreshnessNodeResult]") -> tuple[str, ...]:
    """Return the tables, as schema.table, that are staler than their source allows and were ever loaded."""
    return tuple(f"{each.node.schema}.{each.node.name}" for each in results if _is_silent(each))


def _is_silent(result: "FreshnessNodeResult") -> bool:
    newest = getattr(result, "max_loaded_at", None)
    return result.status != "pass" and newest is not None and newest.year > 1
