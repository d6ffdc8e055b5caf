"""Which column of an unknown file is which of our values: by name first, held to the values, and by values alone last.

Deterministic: of several columns the nearest name wins, then the one further left. No column is taken twice, and none
of the owner's or the bill's columns is ever taken for where the property lies.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reos.pipeline.profiles.column_values import fits, recognised
from reos.pipeline.profiles.header_terms import Likeness, is_elsewhere, likeness, vocabulary

PLACES = frozenset({"address", "unit", "city", "state", "zip5", "country", "latitude", "longitude"})
_WHY = {
    4: "its name",
    3: "its name, of the property",
    2: "its name, cut off at ten characters",
    1: "its name, the first of several",
}
BY_VALUES = "its values"


@dataclass(frozen=True)
class Match:
    """One of our values and the columns it is read from, in order; `why` is what spoke for them."""

    to: str
    columns: tuple[int, ...]
    why: str


@dataclass
class Matcher:
    """Matches one header; `values` are the filled cells of each column's sample."""

    header: Sequence[str]
    values: Sequence[Sequence[str]]
    taken: set[int] = field(default_factory=set)

    def matches(self) -> list[Match]:
        """Return a match for each of our values that the file seems to have."""
        words = vocabulary()
        whole = self._assign({name: terms for name, terms in words.columns.items() if name != "unit"})
        found = [*whole, *([] if _has(whole, "address") else self._address(words.address_parts)), *self._unit()]
        return [*found, *self._by_values({match.to for match in found})]

    def _assign(self, wanted: Mapping[str, Sequence[str]]) -> list[Match]:
        order = list(wanted)
        pairs = [
            (near, name, index)
            for name in order
            for index, near in self._near(name, wanted[name], place=name in PLACES)
        ]
        pairs.sort(key=lambda pair: (-pair[0].kind, -pair[0].rank, order.index(pair[1]), pair[2]))
        found: dict[str, Match] = {}
        for near, name, index in pairs:
            if name not in found and index not in self.taken:
                found[name] = Match(name, (index,), _WHY[near.kind])
                self.taken.add(index)
        return list(found.values())

    def _near(self, name: str, terms: Sequence[str], *, place: bool) -> Iterator[tuple[int, Likeness]]:
        for index, column in enumerate(self.header):
            if index in self.taken or (place and is_elsewhere(column)):
                continue
            near = likeness(column, terms)
            if near is not None and self.header.count(column) == 1 and fits(self.values[index], name):
                yield index, near

    def _best(self, name: str, terms: Sequence[str], but: Collection[int] = ()) -> int | None:
        near = (pair for pair in self._near(name, terms, place=True) if pair[0] not in but)
        best = max(near, key=lambda pair: (pair[1], -pair[0]), default=None)
        return best[0] if best else None

    def _address(self, parts: Mapping[str, Sequence[str]]) -> list[Match]:
        number = self._best("number", parts["number"])
        if number is None:
            return []
        full = self._best("street_full", parts["street_full"], {number})
        name = self._best("street_name", parts["street_name"], {number})
        kinds = [each for each in parts if each != "street_full"]
        best: dict[str, int] = {"number": number, **({} if name is None else {"street_name": name})}
        for kind in kinds:
            index = self._best(kind, parts[kind], best.values()) if kind not in best else None
            best |= {} if index is None else {kind: index}
        if full is not None and not (full == name and best.keys() & {"suffix", "predirection"}):
            best = {kind: index for kind, index in best.items() if kind.startswith("number")} | {"street_name": full}
        if "street_name" not in best:
            return []
        columns = tuple(best[kind] for kind in kinds if kind in best)
        self.taken.update(columns)
        return [Match("address", columns, "the parts of an address")]

    def _unit(self) -> list[Match]:
        words = vocabulary()
        kind, unit = (self._best(name, terms) for name, terms in words.unit_parts.items())
        if kind is not None and unit is not None and kind != unit:
            self.taken.update((kind, unit))
            return [Match("unit", (kind, unit), "the parts of a unit")]
        return self._assign({"unit": words.columns["unit"]})

    def _by_values(self, found: set[str]) -> Iterator[Match]:
        for index, column in enumerate(self.header):
            name = recognised(self.values[index])
            if name and name not in found and index not in self.taken and not is_elsewhere(column):
                found.add(name)
                self.taken.add(index)
                yield Match(name, (index,), BY_VALUES)


def _has(found: Sequence[Match], name: str) -> bool:
    return any(match.to == name for match in found)
