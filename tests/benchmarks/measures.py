"""A measure with its bar, and the report that every benchmark ends with: lines for people, JSON for machines.

A benchmark exits 0 when it could measure; whether a value reaches its bar is told by `ok`, never by the exit code.
"""

import json
import operator
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

_REPORTS = Path(__file__).parents[2] / ".reos" / "bench"
_HOLDS = {">=": operator.ge, "<=": operator.le, "=": operator.eq}


@dataclass(frozen=True)
class Measure:
    """One figure: `bar` is a comparison with a number, as in `>= 0.93`, or empty when the figure is only printed."""

    measure: str
    value: float
    bar: str = ""

    @property
    def ok(self) -> bool:
        """Whether the value reaches the bar."""
        if not self.bar:
            return True
        sign, _, number = self.bar.partition(" ")
        return bool(_HOLDS[sign](self.value, float(number)))

    def __str__(self) -> str:
        shown = f"{self.value:,.4g}" if isinstance(self.value, float) else f"{self.value:,}"
        return f"{self.measure} | {shown} | {self.bar or '-'} | {'ok' if self.ok else 'short'}"


def peak_bytes() -> int:
    """Return this process's peak resident memory since its program began; Linux only.

    Not `getrusage`, whose peak survives exec: in a child it is at least what its parent had.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) * 1024


def report(target: str, measures: Iterable[Measure]) -> None:
    """Print every measure as it comes and write all of them to `.reos/bench/<target>.json`."""
    rows = []
    for measure in measures:
        print(measure, flush=True)
        rows.append(asdict(measure) | {"ok": measure.ok})
    _REPORTS.mkdir(parents=True, exist_ok=True)
    (_REPORTS / f"{target}.json").write_text(json.dumps(rows, indent=1) + "\n")
