"""Of what a plan leaves out, only that is told which concerns somebody."""

from uuid import UUID

from reos.connectors.contract import LookupRequest
from reos.connectors.errors import ProviderUnavailableError
from reos.pipeline.enrich_gaps import Gap
from reos.pipeline.enrich_plan import Choice, Plan, Step
from reos.pipeline.enrich_skips import told_skips
from reos.pipeline.enrich_state import PropertyState

GAPS = (Gap("beds", required=True), Gap("flood_zone", required=False))


def skip(source, code, *could_fill, price=0, provider=None):
    return Step(source, provider or source, source, Choice.SKIP, code, (), price, frozenset(could_fill))


def told(*steps, failed=()):
    state = PropertyState(LookupRequest(UUID(int=1)), "discovered")
    state.failed = {name: ProviderUnavailableError("down", provider=name) for name in failed}
    return told_skips(Plan(GAPS, steps), state)


def test_a_free_source_is_named_whatever_it_could_fill():
    assert told(skip("fema_nfhl", "no_point", "flood_zone")) == {"fema_nfhl": "no_point"}


def test_the_dataset_that_could_fill_most_speaks_for_its_provider():
    narrow = skip("attom_avm", "no_apn_or_address", price=1, provider="attom")
    wide = skip("attom", "no_apn_or_address", "beds", price=1, provider="attom")
    assert told(narrow, wide) == told(wide, narrow) == {"attom": "no_apn_or_address"}


def test_a_paid_or_unconfigured_source_that_fills_nothing_required_is_not_named():
    assert told(skip("attom_avm", "day_cap", "flood_zone", price=1), skip("bridge", "not_configured")) == {}
    assert told(skip("regrid", "not_configured", "beds", price=1)) == {"regrid": "not_configured"}


def test_what_concerns_nobody_and_what_is_told_as_a_failure_is_left_out():
    assert told(skip("attom", "nothing_missing", "beds", price=1), skip("x", "told_all", "beds")) == {}
    assert told(skip("county", "unavailable", "beds"), failed=["county"]) == {}
