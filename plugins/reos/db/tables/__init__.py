"""Table metadata of the schemas `app` and `raw`, one module a family. Alembic and a test compare it with the database.

Queries are written in SQL; this is the description that keeps the migrations honest.
"""

from reos.db.tables import (
    connector,
    enrichment,
    event,
    identity,
    intake,
    market,
    policy,
    quality,
    raw,
    reference,
    scoring,
)
from reos.db.tables import property as property_
from reos.db.tables.columns import METADATA

__all__ = [
    "METADATA",
    "connector",
    "enrichment",
    "event",
    "identity",
    "intake",
    "market",
    "policy",
    "property_",
    "quality",
    "raw",
    "reference",
    "scoring",
]
