"""What must hold for any two addresses and any cluster, not only for those that somebody thought of."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from reos.address import Components, block_key, cluster_agrees, decide
from reos.address.compare import Verdict, compare
from reos.address.unit import Unit, unit_key

DIRECTIONS = st.sampled_from(("", "", "N", "S", "E", "W", "NW"))
PLACES = st.sampled_from(
    (
        ("QUEENS", "NY", "11379"),
        ("QUEENS", "NY", "11367"),
        ("QUEENS", "NY", ""),
        ("RENO", "NV", "89501"),
        ("", "", "11379"),
        ("", "", ""),
    )
)
UNITS = st.sampled_from(
    (
        (),
        (),
        (Unit("APT", "1"),),
        (Unit("#", "1"),),
        (Unit("APT", "2"),),
        (Unit("STE", "1"),),
        (Unit("BLDG", "2"), Unit("APT", "1")),
        (Unit("REAR", ""),),
    )
)
NUMBERS = st.sampled_from(("12", "14", "12A", "12 1/2", "12-14", "62-04", "6204", "W12N3", ""))
STREETS = st.sampled_from(
    ("MAIN", "MAINE", "67", "67TH", "COTTAGE", "COTTAGE GROVE", "BROADWAY", "HIGHWAY 9", "STATE ROUTE 9", "N", "")
)
TYPES = st.sampled_from(("", "ST", "PL", "AVE", "GRV"))


@st.composite
def addresses(draw: st.DrawFn, numbers: st.SearchStrategy[str] = NUMBERS, places=PLACES):
    city, state, zip5 = draw(places)
    line = (draw(numbers), draw(DIRECTIONS), draw(STREETS), draw(TYPES), draw(DIRECTIONS))
    return Components(*line, draw(UNITS), "", city, state, zip5)


@st.composite
def blocks(draw: st.DrawFn):
    """Addresses of one number in one place, on few streets, so that many may be the same."""
    near = addresses(st.just("12"), st.just(("QUEENS", "NY", "11379")))
    return draw(st.lists(near.filter(lambda item: item.street in {"MAIN", "67", "67TH", "COTTAGE"}), max_size=6))


@given(one=addresses(), other=addresses(), same_place=st.booleans())
def test_sides_may_be_swapped(one: Components, other: Components, *, same_place: bool):
    there, back = compare(one, other, same_place=same_place), compare(other, one, same_place=same_place)
    assert there.verdict is back.verdict
    assert there.evidence == tuple(item._replace(left=item.right, right=item.left) for item in back.evidence)


@given(one=addresses(), other=addresses(), same_place=st.booleans())
def test_what_both_state_differently_is_never_the_same(one: Components, other: Components, *, same_place: bool):
    """The oracle reads the fields alone; numbers are written alike, but for ranges, which are not among these."""
    stated = (
        (one.number, other.number),
        (one.predirection, other.predirection),
        (one.postdirection, other.postdirection),
        (unit_key(one.units), unit_key(other.units)),
        (one.state, other.state),
        (one.zip5, other.zip5),
    )
    types = (one.suffix, other.suffix) if one.street == other.street else ("", "")
    if any(left and right and left != right for left, right in (*stated, types)):
        assert compare(one, other, same_place=same_place).verdict is not Verdict.SAME


@given(one=addresses(), other=addresses(), same_place=st.booleans())
def test_a_unit_that_one_side_leaves_out_is_never_the_same(one: Components, other: Components, *, same_place: bool):
    if bool(one.units) != bool(other.units):
        assert compare(one, other, same_place=same_place).verdict is not Verdict.SAME


@given(addresses())
def test_an_address_is_itself(address: Components):
    whole = bool(address.number and address.street and (address.zip5 or address.state))
    assert (compare(address, address).verdict is Verdict.SAME) == whole


@given(one=addresses(), other=addresses(), same_place=st.booleans())
def test_what_is_the_same_shares_its_block(one: Components, other: Components, *, same_place: bool):
    if compare(one, other, same_place=same_place).verdict is Verdict.SAME:
        assert block_key(one) == block_key(other) is not None


def settle(arrivals: Sequence[Components]) -> list[list[Components]]:
    """Everybody is known from the start; each in turn joins the cluster that it is found to belong to."""
    clusters = [[arrival] for arrival in arrivals]
    for arrival in arrivals:
        own = next((cluster for cluster in clusters if len(cluster) == 1 and cluster[0] is arrival), None)
        if own is None:
            continue
        others = [cluster for cluster in clusters if cluster is not own]
        found = decide(arrival, others)
        if found.same is not None:
            others[found.same].append(arrival)
            clusters = others
    return clusters


@given(blocks())
def test_no_cluster_ever_holds_two_homes(arrivals: list[Components]):
    assert all(cluster_agrees(cluster) for cluster in settle(arrivals))


@given(blocks(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing(arrivals: list[Components], random):
    """Two lists in one order and another end in the same clusters."""
    arrivals = [item._replace(zip4=f"{at:04}") for at, item in enumerate(arrivals)]
    shuffled = list(arrivals)
    random.shuffle(shuffled)
    assert {frozenset(cluster) for cluster in settle(arrivals)} == {frozenset(c) for c in settle(shuffled)}


@given(addresses(), st.lists(st.lists(addresses(), min_size=1, max_size=3), max_size=4), st.randoms())
def test_the_order_of_clusters_and_members_changes_no_verdict(newcomer: Components, clusters, random):
    found = decide(newcomer, clusters)
    order = list(range(len(clusters)))
    random.shuffle(order)
    again = decide(newcomer, [list(reversed(clusters[at])) for at in order])
    assert again.verdict is found.verdict
    assert sorted(order[at] for at in again.unsure) == list(found.unsure)
