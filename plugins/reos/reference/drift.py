"""Has a source changed its columns? Compares what it declares today with what we read and with what it had before."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reos.reference.source import Source


@dataclass(frozen=True)
class Drift:
    """`missing` and `misread` stop a load: cells would be lost or mean something else. The others are told.

    `misread` and `retyped` map a column to (type that we expect, type that it has).
    """

    missing: tuple[str, ...] = ()
    misread: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    retyped: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def refusal(self) -> str | None:
        """Return why the load must stop, or None."""
        said = []
        if self.missing:
            said.append(f"column {', '.join(self.missing)} is missing")
        return "; ".join(said + _retyped(self.misread)) or None

    @property
    def warnings(self) -> list[str]:
        """Return what people should know although it stops nothing."""
        told = [f"new column {name}: nobody reads it yet" for name in self.new]
        told += [f"column {name}, which we ignore, is gone" for name in self.gone]
        return told + _retyped(self.retyped)


def find_drift(source: Source, columns: Mapping[str, str], before: Mapping[str, str] | None = None) -> Drift:
    """Compare `columns` (name → the provider's type) with the declaration, and with those of the last load.

    A column that the last load saw as well is not new: a warning is given once.
    """
    known = source.columns.keys() | source.ignored | (before or {}).keys()
    changed = {
        name: (expected, columns[name])
        for name, expected in source.columns.items()
        if name in columns and columns[name] != expected
    }
    return Drift(
        missing=tuple(sorted(source.columns.keys() - columns.keys())),
        misread={name: types for name, types in changed.items() if name in source.exact},
        retyped={name: types for name, types in changed.items() if name not in source.exact},
        new=tuple(sorted(columns.keys() - known)),
        gone=tuple(sorted((source.ignored & (before or {}).keys()) - columns.keys())),
    )


def _retyped(columns: Mapping[str, tuple[str, str]]) -> list[str]:
    return [f"column {name} is {now} instead of {then}" for name, (then, now) in columns.items()]
