"""The use-cases that a fault is tried on: a run of enrichment, of geocoding, or the load of a whole data set.

Each drive is put through a fault and then through a healthy sandbox; it tells what became of what it was about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from tests.benchmarks.fault_bench import Bench, only, standing

from reos.core.errors import ReosError
from reos.pipeline.enrich import enrich_pending
from reos.pipeline.geocode import geocode_pending

Kinds = frozenset[str]
_MARK = "select count(*) as n from app.provider_call where provider = any (%s)"
_SINCE = """
select outcome from app.provider_call where provider = any (%s) order by call_id offset %s
"""


class Drive(Protocol):
    """A use-case under a fault."""

    name: str
    provider: str  # in the fault switch
    fault: Mapping[str, Any]  # what narrows the fault
    expected: Mapping[str, Kinds]  # where the kinds differ from the usual ones

    def begin(self, bench: Bench) -> None:
        """Make something to do."""
        ...

    def run(self, bench: Bench, longest_s: float) -> Kinds:
        """Do it and return the kinds of failure that were told; raise what is no failure of the provider."""
        ...

    def lost(self, bench: Bench) -> list[str]:
        """Return what is neither told nor queued after a run under a fault."""
        ...

    def undone(self, bench: Bench) -> list[str]:
        """Return what is not done after a run without one."""
        ...


@dataclass
class Lookups:
    """A run that asks about properties: enrichment with the named sources alone, or geocoding."""

    name: str
    provider: str
    ledger: tuple[str, ...]
    sources: tuple[str, ...] = ()
    count: int = 3
    fault: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Kinds] = field(default_factory=dict)
    ids: list[UUID] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """The name of the queue."""
        return "enrichment" if self.sources else "geocoding"

    def begin(self, bench: Bench) -> None:
        """Discover properties."""
        self.ids = bench.discover(self.count, located=bool(self.sources))

    def run(self, bench: Bench, longest_s: float) -> Kinds:
        """Work the queue off."""
        before = bench.rows(_MARK, list(self.ledger))[0]["n"]
        egress = bench.egress(longest_s)
        given = {"settings": bench.settings(), "clock": bench.clock, "egress": egress}
        if self.sources:
            with only(*self.sources):
                enrich_pending(bench.conn, **given)
        else:
            geocode_pending(bench.conn, **given)
        told = bench.rows(_SINCE, list(self.ledger), before)
        return frozenset(row["outcome"] for row in told)

    def lost(self, bench: Bench) -> list[str]:
        """Return the properties of which nothing is known: no event, not in the queue, no answer landed."""
        return [str(each) for each, holds in standing(bench, self.ids, self.stage).items() if not self._is_kept(holds)]

    def undone(self, bench: Bench) -> list[str]:
        """Return the properties that are still queued, or have no outcome."""
        found = standing(bench, self.ids, self.stage)
        return [
            str(each) for each, holds in found.items() if "queued" in holds or not self._is_done(bench, each, holds)
        ]

    def _is_kept(self, holds: set[str]) -> bool:
        return bool(holds)

    def _is_done(self, bench: Bench, property_id: UUID, holds: set[str]) -> bool:
        if self.sources:
            return "property.enriched" in holds
        landed = "select count(*) as n from raw.geocode_point where property_id = %s"
        return bool(bench.rows(landed, property_id)[0]["n"])


@dataclass
class Load:
    """The load of a data set that all tenants share; nothing of a failed one may be read."""

    name: str
    provider: str
    work: Callable[[Bench, float], Any]
    table: str
    fault: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, Kinds] = field(default_factory=dict)
    before: int = 0
    done: bool = False

    def begin(self, bench: Bench) -> None:
        """Count what is there."""
        self.before, self.done = self._rows(bench), False

    def run(self, bench: Bench, longest_s: float) -> Kinds:
        """Load; a refusal by a check of ours is named by its code."""
        try:
            self.work(bench, longest_s)
        except ReosError as error:
            return frozenset({str(getattr(error, "kind", error.code))})
        self.done = True
        return frozenset({"ok"})

    def lost(self, bench: Bench) -> list[str]:
        """Return the rows that a failed load changed."""
        changed = self._rows(bench) - self.before
        return [] if self.done or not changed else [f"{changed:+} rows of {self.table}"]

    def undone(self, bench: Bench) -> list[str]:
        """Return the table if it is still empty."""
        return [] if self.done and self._rows(bench) else [self.table]

    def _rows(self, bench: Bench) -> int:
        return int(bench.rows(f"select count(*) as n from {self.table}")[0]["n"])  # noqa: S608 (constants)


def names(drives: Sequence[Drive]) -> list[str]:
    """Return the names of the drives."""
    return [drive.name for drive in drives]
