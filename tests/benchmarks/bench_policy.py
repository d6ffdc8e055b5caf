"""All figures about the policy kernel: its speed, its rules, budgets under a race, and replayed decisions."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from measures import Measure, report


def measures() -> Iterator[Measure]:
    """Yield the measures of every `policy_*.py` beside this file, in the order of their names."""
    for path in sorted(Path(__file__).parent.glob("policy_*.py")):
        yield from import_module(path.stem).measures()


if __name__ == "__main__":
    report("bench-policy", measures())
