"""The catalogue has every source that can be asked or loaded, once, with a price and a word on its licence."""

from datetime import date

import pytest
from pydantic import SecretStr

from reos.connectors import registry
from reos.connectors.catalogue import PROVIDERS, configured, provider_of, sources_of
from reos.connectors.census_geocoder.settings import SPEC as GEOCODER
from reos.core.errors import NotFoundError
from reos.core.settings import Settings

TODAY = date(2026, 11, 24)
ALL = [source for provider in PROVIDERS.values() for source in sources_of(provider)]


def test_every_source_is_listed_once_under_one_provider():
    names = [source.source for source in ALL]
    assert sorted(names) == sorted({*registry.SPECS, *registry.BULK_SPECS, GEOCODER.source, "openaddresses"})
    assert all(sources_of(provider) for provider in PROVIDERS.values())


def test_the_names_in_the_ledger_belong_to_one_provider_each():
    names = [name for provider in PROVIDERS.values() for name in provider.names]
    assert len(set(names)) == len(names)
    assert {source.provider for source in ALL} <= set(names)


def test_every_source_has_a_price_today_and_what_is_loaded_whole_an_attribution():
    assert {source.provider for source in ALL if source.price(TODAY)} == {"attom", "regrid"}
    assert all(source.attribution for source in ALL if source.kind == "bulk")
    assert all(source.fills for source in ALL if source.kind == "lookup")


def test_what_is_configured_depends_on_the_keys():
    bare = configured(Settings(), {})
    assert bare["census_geocoder"]
    assert bare["zillow_research"]
    assert not any(bare[name] for name in ("openaddresses", "census_acs", "attom", "county_assessor"))
    keys = {"openaddresses_token": SecretStr("oa.x"), "census_api_key": SecretStr("k")}
    full = configured(Settings().model_copy(update=keys), dict.fromkeys(registry.SPECS))
    assert full.keys() == bare.keys() == {source.source for source in ALL}
    assert all(full.values())


def test_a_provider_that_is_not_there_is_said_so():
    assert provider_of("fema").label.startswith("FEMA")
    with pytest.raises(NotFoundError, match="Known are attom, census"):
        provider_of("acme")
