"""What can happen, listed once: subjects, their single producer, and the event types told under each.

The database holds the same list and refuses anything else by foreign key; a test compares the two.
"""

from collections.abc import Mapping
from enum import StrEnum


class Subject(StrEnum):
    """A stream of the log that consumers read."""

    DISCOVERY_INTAKE = "event.discovery.intake"
    ENRICHMENT_FEATURES = "event.enrichment.features"
    SCORING_CALCULATED = "event.scoring.calculated"
    DOCGEN_GENERATED = "event.docgen.generated"
    OUTREACH_SENT = "event.outreach.sent"
    TIMELINE_UPDATED = "event.timeline.updated"


class EventType(StrEnum):
    """What happened."""

    PROPERTY_DISCOVERED = "property.discovered"
    PROPERTY_UPDATED = "property.updated"
    PROPERTY_MERGED = "property.merged"
    PROPERTY_UNMERGED = "property.unmerged"
    PROPERTY_ENRICHED = "property.enriched"
    PROPERTY_ENRICHMENT_FAILED = "property.enrichment_failed"
    PROPERTY_SCORED = "property.scored"
    MEMO_GENERATED = "memo.generated"
    OUTREACH_QUEUED = "outreach.queued"
    OUTREACH_SENT = "outreach.sent"
    OUTREACH_DELIVERED = "outreach.delivered"
    OUTREACH_BOUNCED = "outreach.bounced"
    OUTREACH_FAILED = "outreach.failed"
    OUTREACH_REFUSED = "outreach.refused"
    OUTREACH_OPTED_OUT = "outreach.opted_out"
    OUTREACH_REPLIED = "outreach.replied"
    TIMELINE_UPDATED = "timeline.updated"


PRODUCER_OF: Mapping[Subject, str] = {
    Subject.DISCOVERY_INTAKE: "discovery",
    Subject.ENRICHMENT_FEATURES: "enrichment",
    Subject.SCORING_CALCULATED: "scoring",
    Subject.DOCGEN_GENERATED: "docgen",
    Subject.OUTREACH_SENT: "outreach",
    Subject.TIMELINE_UPDATED: "timeline",
}

_TYPES: Mapping[Subject, tuple[EventType, ...]] = {
    Subject.DISCOVERY_INTAKE: (
        EventType.PROPERTY_DISCOVERED,
        EventType.PROPERTY_UPDATED,
        EventType.PROPERTY_MERGED,
        EventType.PROPERTY_UNMERGED,
    ),
    Subject.ENRICHMENT_FEATURES: (EventType.PROPERTY_ENRICHED, EventType.PROPERTY_ENRICHMENT_FAILED),
    Subject.SCORING_CALCULATED: (EventType.PROPERTY_SCORED,),
    Subject.DOCGEN_GENERATED: (EventType.MEMO_GENERATED,),
    Subject.OUTREACH_SENT: tuple(kind for kind in EventType if kind.startswith("outreach.")),
    Subject.TIMELINE_UPDATED: (EventType.TIMELINE_UPDATED,),
}

SUBJECT_OF: Mapping[EventType, Subject] = {kind: subject for subject, kinds in _TYPES.items() for kind in kinds}
