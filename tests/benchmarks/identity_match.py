"""How well two addresses of real records are told to be one home: false merges, and recall with what limits the rest.

The pairs come from five open data sets, where a parcel number, a site number or two guides' own link says whether they
are one home. A pair that states no ZIP code and no state on one side comes from one town's list, so the comparison is
told that both are of one place; a pair that does state it is compared as it stands.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from measures import Measure

from reos.address import Address, block_key, parse
from reos.address.compare import Comparison, Evidence, Outcome, Verdict, compare_read

_PAIRS = Path(__file__).parents[3] / "shared" / "data" / "address_match_pairs.csv"
_ALIAS = "alias"
_TROUBLE = {Outcome.CONFLICT, Outcome.DOUBTFUL}


class Pair(NamedTuple):
    """Two texts, whether they are one home, and what was found."""

    left: Address
    right: Address
    is_one: bool
    kind: str
    found: Comparison

    @property
    def meets(self) -> bool:
        """Whether the two come to be compared at all: they share a block."""
        return block_key(self.left.components) == block_key(self.right.components)

    @property
    def merged(self) -> bool:
        """Found to be one home without asking."""
        return self.meets and self.found.verdict is Verdict.SAME

    @property
    def is_offered(self) -> bool:
        """Whether a person is asked."""
        return self.meets and self.found.verdict is Verdict.UNSURE

    @property
    def cause(self) -> str:
        """What keeps the two apart: what could not be read, else the fields that conflict, else those in doubt."""
        problems = {problem.name for side in (self.left, self.right) for problem in side.problems} - {"NO_PLACE"}
        if problems:
            return f"not read: {', '.join(sorted(problems))}"
        for outcome in (Outcome.CONFLICT, Outcome.DOUBTFUL):
            fields = [item.field for item in self.found.evidence if item.outcome is outcome]
            if fields:
                return f"{outcome}: {', '.join(fields)}"
        return "each side leaves out what the other states"


def measures() -> Iterator[Measure]:
    """Yield false merges and recall without aliases, the alias pairs apart, and print every pair that was missed."""
    pairs = list(_compared())
    plain = [pair for pair in pairs if not pair.kind.startswith(_ALIAS)]
    ones = [pair for pair in plain if pair.is_one]
    missed = sorted((pair for pair in ones if not pair.merged), key=lambda pair: pair.cause)
    false = [pair for pair in pairs if pair.merged and not pair.is_one]
    _print("merged, but two homes", false)
    _print("one home, but not merged", missed)
    aliases = [pair for pair in pairs if pair.kind.startswith(_ALIAS)]
    yield Measure("address pairs: false merges", len(false), "= 0")
    yield Measure("address pairs: recall without aliases", sum(pair.merged for pair in ones) / len(ones), ">= 0.93")
    yield Measure("address pairs: missed", len(missed))
    yield Measure("address pairs: missed, offered for review", sum(pair.is_offered for pair in missed))
    others = [pair for pair in plain if not pair.is_one]
    yield Measure("address pairs: two homes offered for review", sum(pair.is_offered for pair in others))
    yield Measure("address pairs: alias pairs merged, no alias table", sum(pair.merged for pair in aliases))
    yield Measure("address pairs: alias pairs", len(aliases))


def _compared() -> Iterator[Pair]:
    with _PAIRS.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            left, right = parse(row["a"]), parse(row["b"])
            found = compare_read(left, right, same_place=not (_is_placed(left) and _is_placed(right)))
            yield Pair(left, right, row["label"] == "1", row["kind"], found)


def _is_placed(address: Address) -> bool:
    return bool(address.components.zip5 or address.components.state)


def _print(title: str, pairs: Sequence[Pair]) -> None:
    """Print the pairs by cause, each with its texts, its reading and the fields that decided."""
    print(f"-- {title}: {len(pairs)}")
    for cause, group in groupby(pairs, key=lambda pair: pair.cause):
        members = list(group)
        print(f"   {cause}: {len(members)}")
        for pair in members:
            told = "; ".join(map(_told, pair.found.evidence)) or "nothing"
            print(f"      {pair.left.raw} | {pair.right.raw} | {told}")


def _told(item: Evidence) -> str:
    mark = "!" if item.outcome in _TROUBLE else ""
    return f"{mark}{item.field} {item.left or '-'} / {item.right or '-'}"
