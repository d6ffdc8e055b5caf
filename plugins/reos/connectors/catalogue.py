"""All providers with all their sources, as people see them: what each can be asked, what it fills, what it costs.

A provider is a company or office; the ledger may know it under several names, as the Census's geocoder has its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from reos.connectors import registry
from reos.connectors.bulk import BulkSpec
from reos.connectors.census_geocoder.settings import SPEC as GEOCODER
from reos.connectors.contract import Capability, Connector, ConnectorSpec
from reos.core.errors import NotFoundError
from reos.core.money import MicroUsd
from reos.core.settings import Settings
from reos.policy.price_book import price_book

_OPENADDRESSES = BulkSpec(
    source="openaddresses",
    provider="openaddresses",
    dataset="address",
    label="OpenAddresses",
    tables=("app.address_point",),
    licence="open",
    attribution="Each place's file names its own source and licence; see openaddresses.io.",
    max_age=timedelta(days=30),
)
_BULK: Mapping[str, BulkSpec] = {_OPENADDRESSES.source: _OPENADDRESSES} | dict(registry.BULK_SPECS)


@dataclass(frozen=True)
class Provider:
    """A company or office. `names` are those in the ledger of calls, its own first."""

    name: str
    label: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """One data set: looked up property by property, or loaded whole. `max_age` is how long an answer stays fresh."""

    source: str
    provider: str
    dataset: str
    label: str
    kind: Literal["lookup", "bulk"]
    capabilities: tuple[str, ...]
    fills: tuple[str, ...]
    licence: str
    max_age: timedelta
    attribution: str | None = None

    def price(self, on: date) -> MicroUsd:
        """Return what one record costs on the day `on`."""
        return price_book().price(self.provider, self.dataset, on).microusd


PROVIDERS: Mapping[str, Provider] = {
    each.name: each
    for each in (
        Provider("attom", "ATTOM", ("attom",)),
        Provider("regrid", "Regrid", ("regrid",)),
        Provider("openaddresses", "OpenAddresses", ("openaddresses",)),
        Provider("county_assessor", "County assessors", ("county_assessor",)),
        Provider("zillow", "Zillow", ("zillow",)),
        Provider("census", "U.S. Census Bureau", ("census", GEOCODER.provider)),
        Provider("fema", "FEMA National Flood Hazard Layer", ("fema",)),
    )
}


def provider_of(name: str) -> Provider:
    """Return the provider called `name`; `NotFoundError` lists those that exist."""
    if name not in PROVIDERS:
        raise NotFoundError(f"There is no provider {name}.", remedy=f"Known are {', '.join(sorted(PROVIDERS))}.")
    return PROVIDERS[name]


def sources_of(provider: Provider) -> list[Source]:
    """Return the provider's sources by name: those looked up first."""
    looked_up = [_lookup(spec) for spec in (*registry.SPECS.values(), GEOCODER) if spec.provider in provider.names]
    loaded = [_bulk(spec) for spec in _BULK.values() if spec.provider in provider.names]
    return sorted(looked_up, key=lambda each: each.source) + sorted(loaded, key=lambda each: each.source)


def configured(settings: Settings, connected: Mapping[str, Connector]) -> dict[str, bool]:
    """Return for every source whether this process has what it needs; `connected` are the lookups that it has."""
    lookups = {source: source in connected for source in registry.SPECS}
    free = dict.fromkeys((GEOCODER.source, *_BULK), True)
    keyed = {"openaddresses": settings.openaddresses_token, "census_acs": settings.census_api_key}
    needing = {source: key is not None for source, key in keyed.items() if source in _BULK}
    return free | needing | lookups


def _lookup(spec: ConnectorSpec) -> Source:
    return Source(
        source=spec.source,
        provider=spec.provider,
        dataset=spec.dataset,
        label=spec.label,
        kind="lookup",
        capabilities=tuple(sorted(spec.capabilities)),
        fills=tuple(sorted(spec.fills)),
        licence=spec.licence,
        max_age=spec.max_age,
    )


def _bulk(spec: BulkSpec) -> Source:
    return Source(
        source=spec.source,
        provider=spec.provider,
        dataset=spec.dataset,
        label=spec.label,
        kind="bulk",
        capabilities=(Capability.BULK.value,),
        fills=(),
        licence=spec.licence,
        max_age=spec.max_age,
        attribution=spec.attribution,
    )
