from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reos.db import tenant_transaction
from reos.memos.record import FieldRow, Record
from reos.memos.source import read
from reos.pipeline.memo_sources import admitted

Desk = Any
FETCHED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _said(source: str, value: str, at: datetime | None = FETCHED) -> dict[str, Any]:
    return {"source": source, "value": value, "fetched_at": at.isoformat() if at else None, "rejected": None}


def _record(desk: Desk, *fields: FieldRow) -> Record:
    tenant = desk.tenants[0]
    wanted = desk.scored(tenant, 80, announced=False)
    with tenant_transaction(desk.conn, tenant):
        return replace(read(desk.conn, tenant, wanted), fields=fields)


def _admitted(desk: Desk, record: Record) -> Record:
    with tenant_transaction(desk.conn, desk.tenants[0]):
        return admitted(desk.conn, desk.tenants[0], record, desk.clock)


def _decisions(desk: Desk) -> dict[str, bool]:
    rows = desk.rows("select resource ->> 'id' as source, allow from app.policy_decision where action = 'sources:use'")
    return {row["source"]: row["allow"] for row in rows}


def test_a_source_that_may_not_be_shown_in_memos_is_left_out_of_them(desk: Desk) -> None:
    bridge = FieldRow("living_sqft", "1800", "zillow_bridge", "Zillow", FETCHED, None, (_said("attom", "1790"),))
    county = FieldRow("city", "KENT", "county_assessor", "County", FETCHED, None, (_said("zillow_bridge", "AUBURN"),))
    found = _admitted(desk, _record(desk, bridge, county))
    assert [row.field for row in found.fields] == ["city"]
    assert (found.property.living_sqft, found.property.city) == (None, "KENT")
    assert found.fields[0].candidates == ()
    assert _decisions(desk) == {"attom": True, "county_assessor": True, "zillow_bridge": False}


def test_what_is_admitted_stays_as_it_is(desk: Desk) -> None:
    county = FieldRow("city", "KENT", "county_assessor", "County", FETCHED, None, (_said("import", "KENT", None),))
    record = _record(desk, county)
    assert _admitted(desk, record) is record


def test_a_source_is_asked_once_with_the_age_of_its_oldest_value(desk: Desk) -> None:
    old = FETCHED - timedelta(days=10)
    fields = [FieldRow(name, "1", "attom", "ATTOM", at, None) for name, at in (("beds", FETCHED), ("baths", old))]
    _admitted(desk, _record(desk, *fields))
    asked = desk.rows("select context from app.policy_decision where action = 'sources:use'")
    assert [row["context"] for row in asked] == [{"purpose": "memo", "age_days": 14}]


def test_every_memo_asks_for_its_sources(desk: Desk) -> None:
    wanted = desk.scored(desk.tenants[0], 12)
    desk.request(desk.tenants[0], wanted)
    first = _decisions(desk)
    assert first
    assert all(first.values())
