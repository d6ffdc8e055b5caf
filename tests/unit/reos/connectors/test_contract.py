from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from reos.connectors.contract import PropertyFacts, Record, digest
from reos.connectors.county_assessor.settings import SPEC
from reos.connectors.errors import (
    ConnectorError,
    EgressRefusedError,
    ErrorKind,
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    QuotaError,
    RateLimitedError,
    RecordNotFoundError,
    SchemaDriftError,
)
from reos.core.errors import ReosError
from reos.core.money import MicroUsd


def test_a_digest_ignores_the_order_of_keys_and_nothing_else():
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": 1, "b": [1, 2]}) != digest({"a": 1, "b": [2, 1]})
    assert digest({"ü": None}) == digest({"ü": None})
    assert len(digest([])) == 32


def test_a_record_is_known_by_the_hash_of_its_body():
    body = {"x": 1}
    record = Record(UUID(int=1), body, PropertyFacts(), datetime(2026, 1, 1, tzinfo=UTC), b"", 200, MicroUsd(0))
    assert record.body_sha256 == digest(body)


def test_only_present_facts_are_known():
    facts = PropertyFacts(beds=3, owner_occupied=False, last_sale_date=date(2020, 1, 2))
    assert facts.known() == {"beds": 3, "owner_occupied": False, "last_sale_date": date(2020, 1, 2)}


def test_a_free_source_costs_nothing_by_the_price_book():
    assert SPEC.price(date(2026, 11, 24)) == 0


@pytest.mark.parametrize(
    ("error", "kind", "retry_now", "provider_wide", "fallback"),
    [
        (RecordNotFoundError, ErrorKind.NOT_FOUND, False, False, True),
        (InvalidRequestError, ErrorKind.INVALID_REQUEST, False, False, False),
        (EgressRefusedError, ErrorKind.INVALID_REQUEST, False, True, False),
        (RateLimitedError, ErrorKind.RATE_LIMITED, True, True, False),
        (ProviderUnavailableError, ErrorKind.UNAVAILABLE, True, True, False),
        (QuotaError, ErrorKind.QUOTA, False, True, False),
        (ProviderAuthError, ErrorKind.AUTH, False, True, True),
        (SchemaDriftError, ErrorKind.SCHEMA_DRIFT, False, True, True),
    ],
)
def test_each_kind_of_error_says_what_to_do_next(error, kind, retry_now, provider_wide, fallback):
    raised = error("It broke.", provider="acme", remedy="Mend it.", http_status=418)
    assert (raised.kind, raised.retry_now, raised.provider_wide, raised.fallback) == (
        *(kind, retry_now),
        *(provider_wide, fallback),
    )
    assert isinstance(raised, ReosError)
    assert (str(raised), raised.context) == ("It broke. Mend it.", {"provider": "acme", "http_status": 418})


def test_codes_are_unique_so_that_a_client_can_tell_them_apart():
    codes = [kind.code for kind in ConnectorError.__subclasses__()]
    assert len(set(codes)) == len(codes) == len(ErrorKind)


def test_drift_of_one_record_leaves_the_provider_alone():
    drift = SchemaDriftError.of_record("odd", provider="acme", billed=1)
    assert (drift.provider_wide, drift.billed, SchemaDriftError("all", provider="acme").provider_wide) == (
        *(False, 1),
        True,
    )
