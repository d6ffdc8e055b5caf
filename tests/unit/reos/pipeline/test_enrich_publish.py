from datetime import UTC, datetime
from uuid import UUID

from reos.connectors.contract import LookupRequest, PropertyFacts
from reos.connectors.errors import ProviderUnavailableError, SchemaDriftError
from reos.core.money import MicroUsd
from reos.events import EventType
from reos.pipeline.enrich_publish import event_for
from reos.pipeline.enrich_state import Landed, PropertyState, Told

TENANT, PROPERTY, JOURNEY, CAUSE, FRESH = (UUID(int=number) for number in range(1, 6))
AT = datetime(2026, 11, 24, tzinfo=UTC)
DOWN = ProviderUnavailableError("It is down.", provider="county_assessor")


def landed(sha="aa", cost=0, **facts):
    return Landed(sha, AT, MicroUsd(cost), PropertyFacts(**facts))


def state(**more):
    return PropertyState(LookupRequest(PROPERTY), "discovered", **more)


def told(seq=1, **payload):
    return Told(seq, CAUSE, JOURNEY, payload)


def event(one):
    return event_for(TENANT, one, lambda: FRESH)


def test_new_facts_are_told_with_what_they_cost():
    one = state(landed={"county_assessor": landed(beds=3, baths=2.0), "attom": landed("bb", 80_000, beds=4)})
    new = event(one)
    assert new.event_type is EventType.PROPERTY_ENRICHED
    assert new.payload == {
        "sources": ["attom", "county_assessor"],
        "fields_changed": 3,
        "cost_microusd": 80_000,
        "body_sha256": {"attom": "bb", "county_assessor": "aa"},
        "missing": ["owner_name", "living_sqft", "year_built", "zoning"],
    }


def test_the_event_continues_the_newest_journey():
    intake = {EventType.PROPERTY_DISCOVERED: told(1), EventType.PROPERTY_UPDATED: Told(5, FRESH, PROPERTY, {})}
    new = event(state(told=intake))
    assert (new.correlation_id, new.causation_id, new.source) == (PROPERTY, FRESH, "enrichment")


def test_a_property_without_an_intake_event_starts_a_journey():
    new = event(state())
    assert (new.correlation_id, new.causation_id) == (FRESH, None)


def test_the_same_facts_are_not_told_twice():
    known = {EventType.PROPERTY_ENRICHED: told(body_sha256={"county_assessor": "aa"})}
    assert event(state(landed={"county_assessor": landed()}, told=known)) is None


def test_only_what_differs_from_what_was_told_counts_as_changed():
    before = landed("aa", beds=3, baths=2.0, floors=1.0)
    one = state(
        landed={"county_assessor": landed("bb", beds=4, baths=2.0)},
        before={"county_assessor": before},
        told={EventType.PROPERTY_ENRICHED: told(body_sha256={"county_assessor": "aa"})},
    )
    assert event(one).payload["fields_changed"] == 2


def test_facts_that_were_landed_but_never_told_all_count():
    kept = landed("bb", beds=4, baths=2.0)
    one = state(landed={"attom": kept}, before={"attom": kept})
    assert event(one).payload["fields_changed"] == 2


def test_reasons_for_not_asking_are_told():
    one = state(skipped={"attom": "day_cap"})
    assert event(one).payload["skipped"] == [{"source": "attom", "reason": "day_cap"}]


def test_a_failure_is_told_when_there_is_nothing_else_to_tell():
    new = event(state(failed={"county_assessor": DOWN}))
    assert new.event_type is EventType.PROPERTY_ENRICHMENT_FAILED
    assert new.payload == {
        "reason": "county_assessor: unavailable",
        "failed": [{"source": "county_assessor", "reason": "unavailable", "detail": "It is down."}],
    }


def test_a_failure_is_told_once_and_again_when_its_reason_changes():
    failure = dict(event(state(failed={"county_assessor": DOWN})).payload)
    known = {EventType.PROPERTY_ENRICHMENT_FAILED: told(**failure)}
    assert event(state(failed={"county_assessor": DOWN}, told=known)) is None
    drift = SchemaDriftError("gone", provider="county_assessor")
    assert event(state(failed={"county_assessor": drift}, told=known)).payload["reason"].endswith("schema_drift")


def test_new_facts_beside_a_failure_are_told_with_it_and_the_failure_not_again():
    one = state(landed={"attom": landed()}, failed={"county_assessor": DOWN})
    new = event(one)
    assert new.event_type is EventType.PROPERTY_ENRICHED
    assert new.payload["failed"][0]["source"] == "county_assessor"
    again = state(landed=one.landed, failed=one.failed, told={EventType.PROPERTY_ENRICHED: told(**new.payload)})
    assert event(again) is None


def test_a_recovery_is_told_even_if_no_fact_changed():
    known = {
        EventType.PROPERTY_ENRICHED: told(1, body_sha256={"county_assessor": "aa"}),
        EventType.PROPERTY_ENRICHMENT_FAILED: told(2, failed=[{"source": "county_assessor", "reason": "unavailable"}]),
    }
    new = event(state(landed={"county_assessor": landed()}, told=known))
    assert (new.event_type, new.payload["fields_changed"]) == (EventType.PROPERTY_ENRICHED, 0)


def test_an_answer_that_cannot_be_read_is_no_source():
    drift = SchemaDriftError.of_record("odd", provider="attom")
    one = state(landed={"attom": Landed("aa", AT, MicroUsd(80_000), None, drift)}, failed={"attom": drift})
    assert event(one).event_type is EventType.PROPERTY_ENRICHMENT_FAILED
