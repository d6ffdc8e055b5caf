"""Announcing scores: once, for what is new, as part of the property's journey, and only moving forward."""

from typing import Any
from uuid import UUID, uuid4

from reos.db import transaction
from reos.events import EventType, NewEvent, append
from reos.pipeline.publish_scores import publish_scores

SCORED = "select * from app.event_log where event_type = 'property.scored' order by seq"


def tell(world: Any, kind: EventType, property_id: UUID, correlation_id: UUID) -> UUID:
    event = NewEvent(kind, world.north.tenant_id, property_id, {}, correlation_id)
    with transaction(world.north.conn):
        (stored,) = append(world.north.conn, [event])
    return stored.event_id


def test_an_event_carries_the_reasons_and_continues_the_journey(world: Any) -> None:
    (house,) = world.north.neighbourhood(1)
    journey = uuid4()
    tell(world, EventType.PROPERTY_DISCOVERED, house, journey)
    cause = tell(world, EventType.PROPERTY_ENRICHED, house, journey)
    assert world.scorer.run().published == 1

    (event,) = world.scorer.rows(SCORED)
    assert (event["correlation_id"], event["causation_id"], event["property_id"]) == (journey, cause, house)
    payload = event["payload"]
    assert sum(reason["points"] for reason in payload["reasons"]) == payload["score"]
    assert [reason["component"] for reason in payload["reasons"]][:2] == ["discount", "equity"]
    assert set(payload["reasons"][0]) == {"code", "component", "points", "max_points", "input_value", "missing"}
    assert (payload["score_version"], payload["previous_score"]) == (1, None)
    (known,) = world.scorer.rows("select * from app.published_score")
    assert (known["event_id"], known["inputs_hash"].hex()) == (event["event_id"], payload["inputs_hash"])
    assert world.scorer.value("select stage from app.property") == "scored"


def test_a_discovered_property_waits_for_enrichment_but_its_score_is_readable(world: Any) -> None:
    (house,) = world.north.neighbourhood(1)
    tell(world, EventType.PROPERTY_DISCOVERED, house, uuid4())
    assert world.scorer.run().published == 0
    assert world.scorer.value("select count(*) from marts.fct_property_score") == 1
    assert world.scorer.value("select stage from app.property") == "discovered"

    tell(world, EventType.PROPERTY_ENRICHMENT_FAILED, house, uuid4())
    report = world.scorer.run()
    assert (report.computed, report.published) == (0, 1)
    assert world.scorer.value("select count(*) from app.dirty_property") == 0


def test_a_changed_score_tells_the_one_before(world: Any) -> None:
    (house,) = world.north.neighbourhood(1)
    world.scorer.run()
    world.north.county(house, "0000000001")
    world.scorer.run()
    first, second = (row["payload"] for row in world.scorer.rows(SCORED))
    assert (second["score_version"], second["previous_score"]) == (2, first["score"])


def test_a_later_stage_is_not_taken_back(world: Any) -> None:
    (house,) = world.north.neighbourhood(1)
    world.north.conn.execute("update app.property set stage = 'documented' where property_id = %s", (house,))
    assert world.scorer.run().published == 1
    assert world.scorer.value("select stage from app.property") == "documented"


def test_batches_announce_everything_once(world: Any) -> None:
    world.north.neighbourhood(7)
    world.scorer.run()
    with world.database.connect("superuser", autocommit=True) as conn:
        conn.execute("delete from app.published_score")
        conn.execute(
            "insert into app.dirty_property (model, tenant_id, property_id) "
            "select 'property.scored', tenant_id, property_id from app.property cross join generate_series(1, 2)"
        )
    assert publish_scores(world.north.conn, clock=world.scorer.clock, batch=3) == 7
    assert publish_scores(world.north.conn, clock=world.scorer.clock, batch=3) == 0
    assert world.scorer.value("select count(*) from app.event_log") == 14
    assert world.scorer.value("select count(*) from app.dirty_property") == 0


def test_a_deleted_property_is_not_announced(world: Any) -> None:
    (house,) = world.north.neighbourhood(1)
    world.scorer.run()
    world.north.conn.execute("update app.property set deleted_at = now() where property_id = %s", (house,))
    report = world.scorer.run()
    assert (report.computed, report.published) == (1, 0)
    assert world.scorer.value("select count(*) from app.dirty_property") == 0
