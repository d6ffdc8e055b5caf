"""The search for the cheapest combination, against a search that tries everything and knows no shortcut."""

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from reos.pipeline.enrich_choose import Bid, best

FACTS = st.frozensets(st.sampled_from(["beds", "living_sqft", "owner_name", "year_built", "zoning"]))
EXTRAS = st.frozensets(st.sampled_from(["baths", "grade", "flood_zone"]))
PRICES = st.sampled_from([10_000, 20_000, 30_000, 80_000])
NAMES = ["attom", "attom_avm", "attom_basic", "cheap", "regrid"]
PURSES = st.none() | st.dictionaries(st.sampled_from(["attom", "cheap", "regrid"]), st.integers(0, 200_000))


def bids_of(shapes):
    return [Bid(name, name.partition("_")[0], *shape) for name, shape in zip(NAMES, shapes, strict=False)]


BIDS = st.lists(st.tuples(PRICES, FACTS, EXTRAS), max_size=5).map(bids_of)


def bid(source, price, *fills, extras=(), provider=None):
    return Bid(source, provider or source, price, frozenset(fills), frozenset(extras))


def filled(chosen):
    return frozenset(chain.from_iterable(each.fills for each in chosen))


def cost(chosen):
    return sum(each.price for each in chosen)


def affordable(chosen, purse):
    if purse is None:
        return True
    spent = {}
    for each in chosen:
        spent[each.provider] = spent.get(each.provider, 0) + each.price
    return all(amount <= purse.get(provider, 0) for provider, amount in spent.items())


@given(BIDS, PURSES)
def test_nothing_fills_more_or_as_much_for_less(bids, purse):
    chosen = best(bids, purse)
    every = chain.from_iterable(combinations(bids, size) for size in range(len(bids) + 1))
    able = [each for each in every if affordable(each, purse)]
    most = max(len(filled(each)) for each in able)
    assert affordable(chosen, purse)
    assert len(filled(chosen)) == most
    assert cost(chosen) == min(cost(each) for each in able if len(filled(each)) == most)


@given(BIDS, PURSES)
def test_every_chosen_source_fills_something_that_the_others_do_not(bids, purse):
    chosen = best(bids, purse)
    for each in chosen:
        assert each.fills - filled(set(chosen) - {each})


@given(BIDS, PURSES, st.randoms())
def test_the_order_in_which_sources_are_named_does_not_matter(bids, purse, random):
    shuffled = list(bids)
    random.shuffle(shuffled)
    assert best(shuffled, purse) == best(bids, purse)


def test_one_source_for_all_is_better_than_two_when_it_costs_less():
    one, other, both = bid("a", 50, "beds"), bid("b", 50, "zoning"), bid("c", 90, "beds", "zoning")
    assert best([one, other, both]) == (both,)
    assert best([one, other, bid("c", 110, "beds", "zoning")]) == (one, other)


def test_two_small_sources_help_out_where_one_providers_purse_is_empty():
    one, other, both = bid("a", 50, "beds"), bid("b", 50, "zoning"), bid("c", 90, "beds", "zoning")
    assert best([one, other, both], {"a": 50, "b": 50, "c": 89}) == (one, other)
    assert best([one, other, both], {"c": 89, "b": 50}) == (other,)


def test_of_equals_more_extras_win_and_then_the_earlier_name():
    plain, rich = bid("a", 50, "beds"), bid("b", 50, "beds", extras=["baths"])
    assert best([plain, rich]) == (rich,)
    assert best([bid("b", 50, "beds"), plain]) == (plain,)


def test_datasets_of_one_provider_share_its_purse():
    one, other = bid("p_one", 50, "beds", provider="p"), bid("p_two", 50, "zoning", provider="p")
    assert best([one, other], {"p": 99}) == (one,)
    assert best([one, other], {"p": 100}) == (one, other)
