"""Answers land once: repeating a load writes nothing, changing it replaces the row of its date."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from psycopg import errors

from reos.connectors.attom.settings import SPEC as ATTOM
from reos.connectors.contract import ProviderCall, Record
from reos.connectors.county_assessor.settings import SPEC as COUNTY
from reos.connectors.landing import land, record_calls
from reos.connectors.registry import SPECS
from reos.core.ids import new_id
from reos.core.money import MicroUsd
from reos.db import tenant_transaction, transaction

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = date(2026, 11, 24)


@pytest.fixture
def conn(database):
    return database.connect("pipeline")


@pytest.fixture
def properties(conn, two_tenants):
    """Three properties of the first tenant."""
    ids = [new_id() for _ in range(3)]
    with tenant_transaction(conn, two_tenants[0]):
        for number, property_id in enumerate(ids):
            conn.execute(
                """insert into app.property (tenant_id, property_id, county_fips, apn, apn_key, source)
                   values (%s, %s, '53033', %s, %s, 'test')""",
                (two_tenants[0], property_id, str(number), str(number)),
            )
    return ids


def parcel(property_id, **body):
    extra = {"county_fips": "53033"}
    answer = {"APN": "0", "NAME": 'O\'Neill "Sm\\th"\n\tü', "N": None, **body}
    return Record(property_id, answer, None, AT, b"\x01" * 32, 200, MicroUsd(0), extra=extra)


def rows(conn, table="raw.county_assessor_parcel"):
    with transaction(conn):
        return conn.execute(f"select * from {table} order by raw_id").fetchall()  # noqa: S608 - the test's own names


def queued(conn):
    with transaction(conn):
        return len(conn.execute("select from app.dirty_property where model = 'int_property__resolved'").fetchall())


def loaded(conn, tenant_id, records, day=DAY, spec=COUNTY):
    with tenant_transaction(conn, tenant_id):
        return land(conn, tenant_id, spec, records, day)


def test_a_batch_lands_with_all_its_columns(conn, two_tenants, properties):
    records = [parcel(property_id, number=number) for number, property_id in enumerate(properties)]
    assert loaded(conn, two_tenants[0], records) == 3
    first = rows(conn)[0]
    assert first["body"] == records[0].body
    assert bytes(first["body_sha256"]) == records[0].body_sha256
    assert (first["county_fips"], first["licence"], first["logical_date"]) == ("53033", "public", DAY)
    assert (first["fetched_at"], first["http_status"], bytes(first["request_hash"])) == (AT, 200, b"\x01" * 32)


def test_landing_the_same_again_writes_and_queues_nothing(conn, two_tenants, properties):
    records = [parcel(property_id) for property_id in properties]
    loaded(conn, two_tenants[0], records)
    before, dirty = rows(conn), queued(conn)
    later = [replace(record, fetched_at=AT.replace(hour=20)) for record in records]
    assert loaded(conn, two_tenants[0], later) == 0
    assert (rows(conn), queued(conn)) == (before, dirty)


def test_a_changed_answer_replaces_the_row_of_its_date(conn, two_tenants, properties):
    loaded(conn, two_tenants[0], [parcel(properties[0]), parcel(properties[1])])
    dirty = queued(conn)
    assert loaded(conn, two_tenants[0], [parcel(properties[0], beds=4), parcel(properties[1])]) == 1
    found = {row["property_id"]: row["body"].get("beds") for row in rows(conn)}
    assert found == {properties[0]: 4, properties[1]: None}
    assert queued(conn) == dirty + 1


def test_another_date_is_another_row(conn, two_tenants, properties):
    loaded(conn, two_tenants[0], [parcel(properties[0])])
    assert loaded(conn, two_tenants[0], [parcel(properties[0])], date(2026, 12, 24)) == 1
    assert [row["logical_date"].month for row in rows(conn)] == [11, 12]


def test_nothing_is_landed_for_a_property_of_another_tenant(conn, two_tenants, properties):
    with pytest.raises(errors.ForeignKeyViolation):
        loaded(conn, two_tenants[1], [parcel(properties[0])])
    assert rows(conn) == []


def test_two_sources_land_in_one_transaction(conn, two_tenants, properties):
    tenant_id = two_tenants[0]
    with tenant_transaction(conn, tenant_id):
        land(conn, tenant_id, COUNTY, [parcel(properties[0])], DAY)
        bought = replace(parcel(properties[0]), cost=MicroUsd(80_000), extra={})
        land(conn, tenant_id, ATTOM, [bought], DAY)
        assert land(conn, tenant_id, ATTOM, [], DAY) == 0
    (row,) = rows(conn, "raw.attom_expanded_profile")
    assert (row["cost_microusd"], row["licence"]) == (80_000, "licensed")


@pytest.mark.parametrize("source", SPECS)
def test_every_source_has_its_landing_table(conn, two_tenants, properties, source):
    spec = SPECS[source]
    extra = {"county_fips": "53033"} if spec.extra_columns else {}
    record = replace(parcel(properties[0]), extra=extra)
    assert loaded(conn, two_tenants[0], [record], spec=spec) == 1
    (row,) = rows(conn, f"raw.{spec.raw_table}")
    assert (row["property_id"], row["licence"], row["body"]) == (properties[0], spec.licence, record.body)


def test_calls_are_kept_with_outcome_and_cost(conn, two_tenants):
    call = ProviderCall("attom", "expanded_profile", uuid4(), b"h", 400, "not_found", 0, MicroUsd(0), 12, AT, "unknown")
    batch = replace(call, property_id=None, http_status=None, outcome="unavailable", cost=MicroUsd(5), error=None)
    with tenant_transaction(conn, two_tenants[0]):
        record_calls(conn, two_tenants[0], [call, batch])
        record_calls(conn, two_tenants[0], [])
    with transaction(conn):
        kept = conn.execute("select * from app.provider_call order by cost_microusd").fetchall()
    assert [(row["outcome"], row["http_status"], row["cost_microusd"], row["error"]) for row in kept] == [
        ("not_found", 400, 0, "unknown"),
        ("unavailable", None, 5, None),
    ]
    assert (kept[0]["latency_ms"], kept[0]["called_at"], kept[0]["property_id"]) == (12, AT, call.property_id)
