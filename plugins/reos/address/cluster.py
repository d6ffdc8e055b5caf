"""What a newly found address is among those already known: a home of theirs, nobody's, or a question for a person.

A left-out direction or type agrees with anything, so agreeing pairs do not add up: 67 ST agrees with 67, and 67 with
67 PL, which are two homes. Hence two rules. A cluster is sound only when every pair of its members is the same home.
And a newcomer joins one only when every other cluster nearby stands to both in the same way, so that joining decides
nothing about the others. Both hold whatever the order in which addresses arrive.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

from reos.address.compare import Comparison, Outcome, Verdict, compare
from reos.address.compare_fields import compare_units
from reos.address.unit import unit_key
from reos.address.value import Components

Cluster = Sequence[Components]  # what is known of one home: at least one writing of its address


class Decision(NamedTuple):
    """What a newcomer is. `same`: index of its cluster, only when the verdict is SAME.

    `unsure`: indexes of the clusters that a person should look at, only when it is UNSURE. `comparisons`: for every
    cluster the comparison that tells most (a conflict before a doubt before an agreement); two units only themselves.
    """

    verdict: Verdict
    same: int | None
    unsure: tuple[int, ...]
    comparisons: tuple[Comparison, ...]
    reason: str


def conflicts(members: Cluster, *, same_place: bool = False) -> list[tuple[int, int, Comparison]]:
    """Return the pairs of members that are not certainly one home, with their comparison; empty for a sound cluster."""
    pairs = combinations(enumerate(members), 2)
    compared = ((at, to, compare(one, other, same_place=same_place)) for (at, one), (to, other) in pairs)
    return [found for found in compared if found[2].verdict is not Verdict.SAME]


def cluster_agrees(members: Cluster, *, same_place: bool = False) -> bool:
    """Tell whether every pair of members is certainly one home."""
    return not conflicts(members, same_place=same_place)


def decide(
    newcomer: Components,
    clusters: Sequence[Cluster],
    *,
    same_place: bool = False,
    apart: Callable[[int, int], bool] | None = None,
) -> Decision:
    """Decide what `newcomer` is among all `clusters` of its block, oldest first, as `decide_cluster` does."""
    return decide_cluster((newcomer,), clusters, same_place=same_place, apart=apart)


def decide_cluster(
    newcomer: Cluster,
    clusters: Sequence[Cluster],
    *,
    same_place: bool = False,
    apart: Callable[[int, int], bool] | None = None,
) -> Decision:
    """Decide what a home of one or more writings is among all `clusters` of its block, oldest first.

    SAME only when it agrees with every member of a cluster, and every other cluster stands to that one as it stands to
    the newcomer; the first such cluster is chosen. Nothing else depends on the order of clusters or members.
    `apart` tells of two positions in [newcomer, *clusters] whether they are known to be two homes, whatever their
    addresses say: by their parcel numbers, or because a person said so.
    """
    block = _Block([newcomer, *clusters], same_place=same_place, apart=apart)
    comparisons = tuple(block.comparison(0, at) for at in range(1, len(clusters) + 1))
    verdicts = [item.verdict for item in comparisons]
    possible = tuple(at for at, verdict in enumerate(verdicts) if verdict is not Verdict.DIFFERENT)
    agreeing = [at for at in possible if verdicts[at] is Verdict.SAME]
    chosen = next((at for at in agreeing if block.stands_like(at, verdicts)), None)
    if chosen is not None:
        return Decision(Verdict.SAME, chosen, (), comparisons, "It agrees in everything that both state.")
    if not possible:
        return Decision(Verdict.DIFFERENT, None, (), comparisons, "No known address nearby may be the same.")
    reason = _MANY_MEANT if agreeing else "It may be the same, but that is not certain."
    return Decision(Verdict.UNSURE, None, possible, comparisons, reason)


_MANY_MEANT = "It agrees with a known address, but another one nearby may be meant as well."
_SEVERITY = (Verdict.DIFFERENT, Verdict.UNSURE, Verdict.SAME)


class _Block:
    """Addresses of one number and street name.

    Where two units of a line are known, the line alone is a building, in whatever writing: it is none of them.
    """

    def __init__(
        self, clusters: Sequence[Cluster], *, same_place: bool, apart: Callable[[int, int], bool] | None
    ) -> None:
        units: dict[Components, set[str]] = {}
        for member in (member for cluster in clusters for member in cluster if member.units):
            units.setdefault(_line(member), set()).add(unit_key(member.units))
        self._buildings = frozenset(line for line, keys in units.items() if len(keys) > 1)
        self._known_lines: dict[Components, bool] = {}
        self._clusters = clusters
        self._same_place = same_place
        self._apart = apart

    def comparison(self, left: int, right: int) -> Comparison:
        """Compare all members of one cluster with all of another, and return what tells most.

        Members that stand differently to the same address make it UNSURE: the cluster itself is in doubt.
        """
        compared = [self._compare(one, other) for one in self._clusters[left] for other in self._clusters[right]]
        telling = min(compared, key=lambda item: _SEVERITY.index(item.verdict))
        if self._apart is not None and self._apart(left, right):
            return Comparison(Verdict.DIFFERENT, telling.evidence)
        if len({item.verdict for item in compared}) > 1:
            return Comparison(Verdict.UNSURE, telling.evidence)
        return telling

    def stands_like(self, cluster: int, verdicts: Sequence[Verdict]) -> bool:
        """Tell whether every other cluster stands to `cluster` as the newcomer's `verdicts` say it stands to that."""
        others = (at for at in range(len(verdicts)) if at != cluster)
        return all(self.comparison(cluster + 1, at + 1).verdict is verdicts[at] for at in others)

    def _compare(self, left: Components, right: Components) -> Comparison:
        if left.units and right.units and compare_units(left.units, right.units).outcome is Outcome.CONFLICT:
            return Comparison(Verdict.DIFFERENT, (compare_units(left.units, right.units),))
        found = compare(left, right, same_place=self._same_place)
        if bool(left.units) != bool(right.units) and (self._is_building(left) or self._is_building(right)):
            return Comparison(Verdict.DIFFERENT, found.evidence)
        return found

    def _is_building(self, parts: Components) -> bool:
        """Tell whether an address is, but for its unit, a writing of a line of which several units are known."""
        line = _line(parts)
        if line not in self._known_lines:
            alike = (compare(line, building, same_place=True).verdict for building in self._buildings)
            self._known_lines[line] = Verdict.SAME in alike
        return self._known_lines[line]


def _line(parts: Components) -> Components:
    """Return the delivery line without unit and place."""
    return parts._replace(units=(), city="", state="", zip5="", zip4="")
