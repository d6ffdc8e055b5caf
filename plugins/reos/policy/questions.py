"""What the kernel is asked: who (`Principal`) wants to do what (`Action`) with what (`Resource`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from reos.core.errors import ConfigurationError


class Role(StrEnum):
    """What a person is in their tenant."""

    ADMIN = "Admin"
    ANALYST = "Analyst"
    UNDERWRITER = "Underwriter"
    OPS = "Ops"
    VIEWER = "Viewer"


class Action(StrEnum):
    """Everything that is decided; the part before the colon names the kind of resource."""

    PROPERTIES_READ = "properties:read"
    PROPERTIES_CREATE = "properties:create"
    PROPERTIES_UPDATE = "properties:update"
    PROPERTIES_DELETE = "properties:delete"
    TIMELINE_READ = "timeline:read"
    TIMELINE_COMMENT = "timeline:comment"
    MEMOS_READ = "memos:read"
    MEMOS_REQUEST = "memos:request"
    OUTREACH_READ = "outreach:read"
    OUTREACH_MANAGE = "outreach:manage"
    OUTREACH_APPROVE = "outreach:approve"
    USERS_MANAGE = "users:manage"
    SETTINGS_MANAGE = "settings:manage"
    POLICY_READ = "policy:read"
    SOURCES_FETCH = "sources:fetch"
    SOURCES_USE = "sources:use"
    BUDGET_SPEND = "budget:spend"
    DATA_REFERENCE = "data:reference"
    PEOPLE_USE = "people:use"
    MESSAGES_SEND = "messages:send"

    @property
    def kind(self) -> str:
        """The Cedar entity type of the resource that this action is about."""
        return _KIND_OF[self.partition(":")[0]]

    @property
    def by_role(self) -> bool:
        """True when a person's role decides; the others are decided by facts in the context."""
        return self.kind not in _BY_FACTS

    @property
    def reads_only(self) -> bool:
        """True when the action changes nothing."""
        return self.endswith(":read")


_KIND_OF: Mapping[str, str] = {
    "properties": "Property",
    "timeline": "Timeline",
    "memos": "Memo",
    "outreach": "Campaign",
    "users": "Tenant",
    "settings": "Tenant",
    "policy": "Tenant",
    "sources": "Source",
    "budget": "Budget",
    "data": "DataField",
    "people": "Person",
    "messages": "Message",
}
_TAKEN = frozenset({"kind", "id", "tenant", "tenant_id"})
_BY_FACTS = frozenset({"Source", "Budget", "DataField", "Person", "Message"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a user with a role (`user_id` is their UUID as text) or a service of the pipeline (`role` is None)."""

    id: str
    tenant_id: UUID
    role: Role | None = None

    @property
    def kind(self) -> str:
        """The Cedar entity type."""
        return "Service" if self.role is None else "User"


@dataclass(frozen=True, slots=True)
class Resource:
    """What it is about: `kind` is a Cedar entity type, `id` None means any of its kind (a list, a new one).

    Stored, `attributes` stand beside the other fields, so none may be named like them (`ConfigurationError`).
    """

    kind: str
    tenant_id: UUID
    id: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = _TAKEN & self.attributes.keys()
        if taken:
            raise ConfigurationError(f"A resource's attribute may not be named {', '.join(sorted(taken))}.")
