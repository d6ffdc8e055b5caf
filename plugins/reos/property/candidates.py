"""Properties that were just brought in, compared with what is known: one home is merged, a doubt is asked about.

The database finds the pairs worth comparing: same house number and folded street name (`address_block`), compatible
place, nothing that tells them apart at once; or one parcel by the word of a source. Most newcomers have none and cost
two index look-ups. Only the few blocks and parcels with a pair are read and judged in Python.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from reos.address import Components
from reos.address.compare import compare
from reos.core.clock import Clock
from reos.core.ids import NewId
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append
from reos.property.candidate_sql import NEAR_ARRIVED, NEAR_EVERY, PARCEL_ARRIVED, PARCEL_EVERY, WRITINGS
from reos.property.identity import stored_address
from reos.property.matching import Finding, Findings, Home, Writing, evidence_of, match
from reos.property.merging import BY_RULE, Merge, absorb_all, reserve
from reos.property.parcel_matching import match_parcel
from reos.property.review import Question, ask, close_joined, known_apart

__all__ = ["Settled", "reserve", "settle"]

Rule = Callable[[Sequence[Home], set[frozenset[UUID]]], Findings]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)  # where no age matters


@dataclass(frozen=True)
class Settled:
    """What became of newcomers: how many were merged and how many pairs were queued for a person.

    `survivors` names the survivor of each merged one, `asked` the candidates of each that a person has to look at.
    """

    merged: int = 0
    reviews: int = 0
    survivors: Mapping[UUID, UUID] = field(default_factory=dict)
    asked: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)

    def standing(self, property_id: UUID) -> UUID:
        """Return the property that now stands for `property_id`: its survivor, or itself."""
        while property_id in self.survivors:
            property_id = self.survivors[property_id]
        return property_id


def settle(
    conn: Connection,
    tenant_id: UUID,
    newcomers: Sequence[UUID] | None = None,
    *,
    clock: Clock,
    new_id: NewId,
    correlation_id: UUID | None = None,
) -> Settled:
    """Compare properties that the caller's open transaction brought or gave an address; None compares every property.

    Call it last, after the caller's own events, in a transaction that began with `reserve` (or holds the leads' locks):
    it appends `property.merged`. What was decided before, either way, is left as it is.
    """
    settling = _Settling(conn, tenant_id, newcomers, clock.now(), new_id)
    settling.judge(PARCEL_EVERY if newcomers is None else PARCEL_ARRIVED, match_parcel)
    settling.judge(NEAR_EVERY if newcomers is None else NEAR_ARRIVED, match)
    append(conn, [merged(tenant_id, each, correlation_id or new_id()) for each in settling.merges], new_id=new_id)
    return settling.settled()


@dataclass
class _Settling:
    """One call of `settle`: what it merges and asks, read after read; a later one sees what an earlier one did."""

    conn: Connection
    tenant_id: UUID
    newcomers: Sequence[UUID] | None
    at: datetime
    new_id: NewId
    merges: list[Merge] = field(default_factory=list)
    asked: list[tuple[UUID, UUID]] = field(default_factory=list)

    def judge(self, query: str, rule: Rule) -> None:
        """Read the homes that `query` puts together and do what `rule` says of each lot of them."""
        values = {"tenant_id": self.tenant_id, "newcomers": None if self.newcomers is None else list(self.newcomers)}
        rows = self.conn.execute(query, values).fetchall()
        if not rows:
            return
        found = _judge(rows, rule, known_apart(self.conn, self.tenant_id, [row["property_id"] for row in rows]))
        self._merge([self._decided(each) for each in found.merges])
        questions = [
            Question(self.new_id(), each.newcomer_id, each.survivor_id, each.evidence, each.reason)
            for each in found.questions
        ]
        self.asked += ask(self.conn, self.tenant_id, questions, self.at)

    def _decided(self, each: Finding) -> Merge:
        return Merge(self.new_id(), each.survivor_id, each.newcomer_id, each.evidence, BY_RULE, each.reason, self.at)

    def _merge(self, merges: Sequence[Merge]) -> None:
        if merges:
            homes = absorb_all(self.conn, self.tenant_id, merges)
            close_joined(self.conn, self.tenant_id, homes, by=BY_RULE, note="Merged by rule.", at=self.at)
            self.merges += merges

    def settled(self) -> Settled:
        """Return what all of it came to."""
        pending: dict[UUID, list[UUID]] = defaultdict(list)
        for property_id, candidate_id in self.asked:
            pending[property_id].append(candidate_id)
        survivors = {each.absorbed_id: each.survivor_id for each in self.merges}
        return Settled(len(self.merges), len(self.asked), survivors, dict(pending))


def compare_homes(conn: Connection, tenant_id: UUID, property_id: UUID, candidate_id: UUID) -> dict[str, Any]:
    """Return the evidence on two homes as it is stored; one that does not exist has no writings in it."""
    one, other = (_home(conn, tenant_id, home_id) for home_id in (property_id, candidate_id))
    left, right = (side.writings[0].address if side.writings else Components() for side in (one, other))
    return evidence_of(one, other, compare(left, right))


def merged(tenant_id: UUID, merge: Merge, correlation_id: UUID, *, user_id: UUID | None = None) -> NewEvent:
    """Return the event that tells a merge, under the survivor."""
    payload = {
        "survivor_id": str(merge.survivor_id),
        "absorbed_id": str(merge.absorbed_id),
        "merge_id": str(merge.merge_id),
        "decided_by": merge.decided_by,
        "reason": merge.reason,
        "evidence": merge.evidence,
    }
    return NewEvent(
        EventType.PROPERTY_MERGED,
        tenant_id,
        merge.survivor_id,
        payload,
        correlation_id,
        source="discovery",
        user_id=user_id,
    )


def _judge(rows: Sequence[Mapping[str, Any]], rule: Rule, apart: set[frozenset[UUID]]) -> Findings:
    """Judge lot by lot; a home that is absorbed in one takes no part in the next."""
    lots: dict[str, dict[UUID, Home]] = defaultdict(dict)
    for row in rows:
        homes = lots[row["met_by"]]
        home = homes.setdefault(row["home_id"], Home(row["home_id"], row["since"], [], is_new=row["is_new"]))
        home.add(_writing(row))
    found = Findings()
    gone: set[UUID] = set()
    for homes in lots.values():
        of_lot = rule([home for home in homes.values() if home.home_id not in gone], apart)
        gone |= {each.newcomer_id for each in of_lot.merges}
        found.merges += of_lot.merges
        found.questions += of_lot.questions
    return found


def _home(conn: Connection, tenant_id: UUID, home_id: UUID) -> Home:
    home = Home(home_id, _LONG_AGO, [])
    for row in conn.execute(WRITINGS, {"tenant_id": tenant_id, "home_id": home_id}):
        home.add(_writing(row))
    return home


def _writing(row: Mapping[str, Any]) -> Writing:
    address = stored_address(row)
    parcel = (row["county_fips"], row["apn_key"]) if row["apn_key"] else None
    return Writing(row["property_id"], address.components, address.normalised, parcel, row["apn"], row["found_by"])
