from reos.events import PRODUCER_OF, SUBJECT_OF, EventType, Subject


def test_every_subject_has_one_producer_of_its_own():
    assert set(PRODUCER_OF) == set(Subject)
    assert len(set(PRODUCER_OF.values())) == len(Subject)


def test_every_type_belongs_to_a_subject_and_every_subject_has_a_type():
    assert set(SUBJECT_OF) == set(EventType)
    assert set(SUBJECT_OF.values()) == set(Subject)


def test_names_are_those_of_the_specification():
    assert {subject.value: PRODUCER_OF[subject] for subject in Subject} == {
        "event.discovery.intake": "discovery",
        "event.enrichment.features": "enrichment",
        "event.scoring.calculated": "scoring",
        "event.docgen.generated": "docgen",
        "event.outreach.sent": "outreach",
        "event.timeline.updated": "timeline",
    }
    assert SUBJECT_OF[EventType.PROPERTY_MERGED] is Subject.DISCOVERY_INTAKE
    assert SUBJECT_OF[EventType.OUTREACH_OPTED_OUT] is Subject.OUTREACH_SENT
