"""All figures about who is who: addresses, parcel numbers, matching and imports, one module of measures a part."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from measures import Measure, report


def measures() -> Iterator[Measure]:
    """Yield the measures of every `identity_*.py` beside this file, in the order of their names."""
    for path in sorted(Path(__file__).parent.glob("identity_*.py")):
        yield from import_module(path.stem).measures()


if __name__ == "__main__":
    report("bench-identity", measures())
