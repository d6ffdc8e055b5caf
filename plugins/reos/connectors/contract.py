"""What every connector is: what it can do and costs (`ConnectorSpec`), a typed request in, records and calls out.

A connector never raises for what a provider does: each property asked about comes back as a record, as not found, or
with the error of the taxonomy that says what to do next.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from reos.connectors.errors import ConnectorError
from reos.core.money import MicroUsd
from reos.policy.price_book import price_book

_OK = 200


class Capability(StrEnum):
    """How a provider can be asked."""

    APN = "lookup_by_apn"
    ADDRESS = "lookup_by_address"
    POINT = "lookup_by_point"
    BULK = "bulk"


@dataclass(frozen=True)
class ConnectorSpec:
    """A provider's dataset: where it lands, how it can be asked, how long answers stay fresh, under which licence.

    `source` is its name in the warehouse's list of sources, unique among all specifications; several sources may share
    a `provider`, whose budget, prices and health they share. `fills` are the facts that an answer can hold.
    `licence` is one of the policy kernel's classes (`public`, `open`, `licensed`, `prohibited`), stored with each row.
    `unusable_max_age` is how long a landed record that does not parse keeps us from asking (and paying) again.
    """

    source: str
    provider: str
    dataset: str
    label: str
    raw_table: str
    capabilities: frozenset[Capability]
    fills: frozenset[str]
    licence: str
    max_age: timedelta
    not_found_max_age: timedelta
    unusable_max_age: timedelta
    batch_size: int
    concurrency: int
    extra_columns: tuple[str, ...] = ()

    def price(self, on: date) -> MicroUsd:
        """Return what one record costs on the day `on`, from the price book."""
        return price_book().price(self.provider, self.dataset, on).microusd


@dataclass(frozen=True)
class LookupRequest:
    """A property to look up: by APN within its county, by its address, or by its point (WGS 84 degrees)."""

    property_id: UUID
    county_fips: str | None = None
    apn: str | None = None
    address_line: str | None = None
    city: str | None = None
    state: str | None = None
    zip5: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def one_line(self) -> str:
        """The address in one line, as in `12 MAIN ST, KENT, WA 98032`, without the parts that are unknown."""
        place = " ".join(part for part in (self.state, self.zip5) if part)
        return ", ".join(part for part in (self.address_line, self.city, place) if part)


@dataclass(frozen=True)
class PropertyFacts:
    """The typed record that all connectors parse into: US units, whole dollars, None where the provider is silent."""

    address_line: str | None = None
    city: str | None = None
    state: str | None = None
    zip5: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    property_type: str | None = None
    owner_name: str | None = None
    owner_occupied: bool | None = None
    mailing_address: str | None = None
    living_sqft: int | None = None
    lot_sqft: int | None = None
    beds: int | None = None
    baths: float | None = None
    floors: float | None = None
    year_built: int | None = None
    year_renovated: int | None = None
    grade: int | None = None
    condition: int | None = None
    assessed_land: int | None = None
    assessed_improvements: int | None = None
    assessed_value: int | None = None
    roll_year: int | None = None
    last_sale_date: date | None = None
    last_sale_price: int | None = None
    last_sale_estimated: bool | None = None
    zoning: str | None = None
    flood_zone: str | None = None
    in_flood_hazard_area: bool | None = None
    flood_map_date: date | None = None
    estimated_value: int | None = None
    estimated_value_low: int | None = None
    estimated_value_high: int | None = None
    estimated_rent: int | None = None

    def known(self) -> dict[str, object]:
        """Return the facts that are present, by name."""
        return {name: value for name in FACT_NAMES if (value := getattr(self, name)) is not None}


FACT_NAMES = tuple(fact.name for fact in fields(PropertyFacts))


@dataclass(frozen=True)
class Record:
    """One provider record as it came.

    `facts` is None and `error` set when it does not parse: it is kept all the same, for it may have been paid for, and
    becomes usable once the mapping is extended.
    """

    property_id: UUID
    body: Mapping[str, Any]
    facts: PropertyFacts | None
    fetched_at: datetime
    request_hash: bytes
    http_status: int
    cost: MicroUsd
    error: ConnectorError | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def body_sha256(self) -> bytes:
        """Return the hash that tells whether the body changed."""
        return digest(self.body)


@dataclass(frozen=True)
class ProviderCall:
    """One call for the ledger `app.provider_call`; `property_id` is None for a batch."""

    provider: str
    dataset: str
    property_id: UUID | None
    request_hash: bytes
    http_status: int | None
    outcome: str
    records: int
    cost: MicroUsd
    latency_ms: int
    called_at: datetime
    error: str | None = None


@dataclass
class LookupResult:
    """The outcome of one batch: every property asked about is in exactly one of the first three."""

    records: list[Record] = field(default_factory=list)
    not_found: list[UUID] = field(default_factory=list)
    failed: dict[UUID, ConnectorError] = field(default_factory=dict)
    calls: list[ProviderCall] = field(default_factory=list)


def free_call(
    spec: ConnectorSpec,
    result: LookupResult,
    error: ConnectorError | None,
    request_hash: bytes,
    *,
    called_at: datetime,
    started: float,
    property_id: UUID | None = None,
) -> ProviderCall:
    """Return the ledger's entry of a call that costs nothing; `started` is the monotonic second it began at."""
    return ProviderCall(
        provider=spec.provider,
        dataset=spec.dataset,
        property_id=property_id,
        request_hash=request_hash,
        http_status=error.http_status if error else _OK,
        outcome=error.kind if error else "ok",
        records=len(result.records),
        cost=MicroUsd(0),
        latency_ms=round((time.monotonic() - started) * 1000),
        called_at=called_at,
        error=str(error) if error else None,
    )


class Connector(Protocol):
    """A configured source."""

    spec: ConnectorSpec

    def refusal(self, request: LookupRequest) -> str | None:
        """Return why this source cannot be asked about the property (a word for people and events), or None."""
        ...

    def batches(self, requests: Sequence[LookupRequest]) -> list[list[LookupRequest]]:
        """Split accepted requests into what one `lookup` takes."""
        ...

    async def lookup(self, batch: Sequence[LookupRequest]) -> LookupResult:
        """Ask the provider about one batch."""
        ...

    def facts(self, body: Mapping[str, Any], extra: Mapping[str, Any]) -> PropertyFacts:
        """Parse a landed body again; raises `SchemaDriftError`."""
        ...


def digest(document: object) -> bytes:
    """Return the SHA-256 of a JSON document in one canonical form (sorted keys, no blanks, UTF-8)."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).digest()
