"""How every load of shared data ends: in the ledger, in the log, in the metric, and with its report for the caller."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from reos.core import metrics
from reos.core.errors import ReosError
from reos.core.logging import get_logger
from reos.reference.ledger import Load, Mode

log = get_logger(__name__)

_FIGURES = ("rows", "added", "changed", "removed", "rejected")


@dataclass(frozen=True)
class LoadReport:
    """What a load did. `rejections` maps each reason to the rows it hit; the ledger has samples of them.

    `rejected` rows were left out; `unchanged` rows were as they were. `seconds` is wall time, `rows_per_second` of it.
    """

    load_id: UUID
    source: str
    mode: Mode
    rows: int
    added: int
    changed: int
    removed: int
    unchanged: int
    rejected: int
    seconds: float
    rows_per_second: float
    watermark: str | None = None
    resumed: bool = False
    rejections: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict)


class Work(Protocol):
    """A load under way; `stop` closes it without having changed anything that is read."""

    report: LoadReport | None

    @property
    def load(self) -> Load:
        """Its row of the ledger."""
        ...

    def stop(self, status: Literal["refused", "failed"], message: str) -> None:
        """Write down how it ended."""
        ...


@contextmanager
def ending(work: Work, *, kind: str, refusals: tuple[type[Exception], ...]) -> Iterator[None]:
    """Close `work` in the ledger however the block ends: what is in `refusals` as `refused`, all else as `failed`."""
    try:
        yield
    except refusals as refused:
        work.stop("refused", str(refused))
        _tell(work.load.source, kind, "refused", error=str(refused))
        raise
    except BaseException as error:
        work.stop("failed", str(error) or type(error).__name__)
        _tell(work.load.source, kind, "failed", error=str(error))
        raise
    figures = {name: getattr(work.report, name) for name in _FIGURES} if work.report else {}
    _tell(work.load.source, kind, "done", **figures)


def finished(work: Work) -> LoadReport:
    """Return the report of a load that ended well; `ReosError` when its block ended without publishing."""
    if work.report is None:
        raise ReosError(f"The load of {work.load.source} ended without publishing.", remedy="Report this as a bug.")
    return work.report


def _tell(source: str, kind: str, outcome: str, **told: Any) -> None:  # noqa: ANN401 - fields of a log line
    metrics.increment("reos_reference_loads_total", kind=kind, outcome=outcome)
    (log.info if outcome == "done" else log.error)("reference.load", source=source, outcome=outcome, **told)
