"""Identifiers: UUIDv7, so that keys sort by creation time and say nothing of another tenant's volume."""

from collections.abc import Callable
from uuid import UUID

import uuid_utils.compat

NewId = Callable[[], UUID]


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562 §5.7)."""
    return uuid_utils.compat.uuid7()
