"""A newcomer among known homes: it joins one only when nothing nearby could be meant as well, in whatever order."""

from itertools import permutations

import pytest

from reos.address import Components, cluster_agrees, conflicts, decide, decide_cluster, parse
from reos.address.compare import Verdict


def at(line: str) -> Components:
    return parse(f"{line}, QUEENS, NY 11379").components


def alone(*lines: str) -> list[list[Components]]:
    return [[at(line)] for line in lines]


CHAINS = [
    ("12 MAIN ST", "12 MAIN", "12 MAIN PL"),
    ("12 E MAIN ST", "12 MAIN ST", "12 W MAIN ST"),
    ("62-04 67TH ST", "62-04 67", "62-04 67TH PL"),
    ("12 E 9TH ST", "12 9TH ST", "12 W 9TH ST"),
    ("12 COTTAGE GROVE AVE", "12 COTTAGE GROVE", "12 COTTAGE GROVE CT"),
    ("12 MAIN ST APT 1", "12 MAIN ST", "12 MAIN ST APT 2"),
]


@pytest.mark.parametrize("chain", CHAINS)
def test_a_wildcard_never_chains_two_homes(chain: tuple[str, str, str]):
    assert not cluster_agrees([at(line) for line in chain])
    for order in permutations(chain):
        newcomer, *known = order
        assert decide(at(newcomer), alone(*known)).verdict is not Verdict.SAME


def test_the_conflicting_pair_of_a_cluster_is_named():
    found = conflicts([at("12 MAIN ST"), at("12 MAIN"), at("12 MAIN PL")])
    assert [(one, other) for one, other, _ in found] == [(0, 2)]
    assert found[0][2].sentences == ("The street type differs: ST and PL.",)
    assert cluster_agrees([at("12 MAIN ST"), at("12 MAIN"), at("12 N MAIN ST")])
    assert cluster_agrees([at("12 MAIN ST")])


def test_a_newcomer_joins_the_one_cluster_that_agrees_with_it():
    decision = decide(at("12 N Main Street"), [[at("14 MAIN ST")], [at("12 MAIN"), at("12 MAIN ST")]])
    assert (decision.verdict, decision.same, decision.unsure) == (Verdict.SAME, 1, ())
    assert [item.verdict for item in decision.comparisons] == ["different", "same"]


def test_nobody_nearby():
    decision = decide(at("12 MAIN ST"), alone("14 MAIN ST", "12 OAK ST"))
    assert (decision.verdict, decision.same, decision.unsure) == (Verdict.DIFFERENT, None, ())
    assert decide(at("12 MAIN ST"), []).verdict is Verdict.DIFFERENT


def test_two_homes_that_may_be_meant_go_to_a_person():
    decision = decide(at("12 MAIN"), alone("12 MAIN ST", "14 MAIN ST", "12 MAIN PL"))
    assert (decision.verdict, decision.same, decision.unsure) == (Verdict.UNSURE, None, (0, 2))
    assert "another one nearby" in decision.reason


def test_the_newcomer_looks_at_what_else_its_candidate_may_be():
    """12 MAIN PL differs from 12 MAIN ST, but the 12 MAIN between them may be either."""
    decision = decide(at("12 MAIN ST"), alone("12 MAIN", "12 MAIN PL"))
    assert (decision.verdict, decision.unsure) == (Verdict.UNSURE, (0,))


def test_a_cluster_that_agrees_in_part_goes_to_a_person():
    decision = decide(at("12 MAIN PL"), [[at("12 MAIN"), at("12 MAIN ST")]])
    assert (decision.verdict, decision.unsure) == (Verdict.UNSURE, (0,))
    assert decision.comparisons[0].sentences == ("The street type differs: PL and ST.",)


def test_several_writings_of_one_home_do_not_hinder_one_another():
    decision = decide(at("12 MAIN ST"), alone("12 MAIN", "12 N MAIN ST"))
    assert (decision.verdict, decision.same) == (Verdict.SAME, 0)


def test_a_line_without_unit_is_asked_about_once_then_it_is_a_building():
    assert decide(at("12 MAIN ST APT 1"), alone("12 MAIN ST")).verdict is Verdict.UNSURE
    units = alone("12 MAIN ST", *(f"12 MAIN ST APT {number}" for number in range(2, 9)))
    assert decide(at("12 MAIN ST APT 1"), units).verdict is Verdict.DIFFERENT
    assert decide(at("12 MAIN ST"), units[1:]).verdict is Verdict.DIFFERENT
    assert decide(at("12 MAIN ST # 3"), units).same == 2


@pytest.mark.parametrize("line", ["12 MAIN", "12 MAIN STREET", "12 MAIN ST"])
def test_a_building_is_none_of_its_units_in_whatever_writing(line: str):
    units = alone(*(f"12 MAIN ST APT {number}" for number in range(2, 9)))
    assert decide(at(line), units).verdict is Verdict.DIFFERENT
    assert decide(at(line), [[at("12 MAIN ST")], *units]).same == 0
    assert decide(at("12 MAIN APT 3"), [[at("12 MAIN ST"), at("12 MAIN")], *units]).same == 2


def test_a_home_of_several_writings_joins_another_only_if_all_of_them_agree():
    street, both = [at("12 MAIN ST")], [at("12 MAIN"), at("12 MAIN ST")]
    assert decide_cluster(both, [street]).same == 0
    assert decide_cluster(both, [[at("12 MAIN PL")]]).verdict is Verdict.UNSURE
    assert decide_cluster([at("12 MAIN ST")], [street, [at("12 MAIN PL")]]).same == 0


def test_homes_known_to_be_two_are_different_whatever_their_addresses():
    def apart(*pairs: tuple[int, int]):
        return lambda one, other: (min(one, other), max(one, other)) in pairs

    twice = alone("12 MAIN ST", "12 MAIN ST")
    assert decide(at("12 MAIN"), twice).same == 0
    assert decide(at("12 MAIN"), twice, apart=apart((1, 2))).unsure == (0, 1)
    assert decide(at("12 MAIN"), twice, apart=apart((0, 1), (0, 2))).verdict is Verdict.DIFFERENT
    known = alone("12 MAIN", "12 MAIN ST")
    assert decide(at("12 MAIN ST"), known, apart=apart((0, 2))).verdict is Verdict.UNSURE
    known = alone("12 MAIN PL", "12 MAIN ST")
    assert decide(at("12 MAIN"), known, apart=apart((0, 2))).same == 0
