"""What people hear when a breaker opens or closes: a line in the log, and one event on every tenant's timeline.

A probe that fails again is no news. The event says which provider and which kind of failure, nothing of anybody's data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reos.connectors.health import Health, State
from reos.core.ids import NewId, new_id
from reos.core.logging import get_logger
from reos.db.connection import Connection
from reos.events import EventType, NewEvent, append

log = get_logger(__name__)

DOWN, UP = "provider_down", "provider_up"
_TENANTS = "select tenant_id from app.tenant order by tenant_id"


@dataclass(frozen=True)
class Change:
    """A breaker before and after what was stored."""

    before: Health
    after: Health

    @property
    def is_news(self) -> bool:
        """Whether the provider went down or came back; the state between the two is neither."""
        return State.CLOSED in {self.before.state, self.after.state}

    @property
    def kind(self) -> str:
        """The word of the timeline."""
        return UP if self.after.state is State.CLOSED else DOWN

    def payload(self) -> dict[str, object]:
        """Return what the timeline tells."""
        endpoint, failure = self.after.endpoint, self.after.failure
        told: dict[str, object] = {"kind": self.kind, "provider": endpoint.provider}
        if endpoint.scope:
            told["scope"] = endpoint.scope
        if self.kind == DOWN and failure:
            retry_at = self.after.retry_at.isoformat() if self.after.retry_at else None
            told |= {"error": failure.kind, "detail": failure.detail, "retry_at": retry_at}
        return told

    def log(self) -> None:
        """Write the change to the log."""
        told = {name: value for name, value in self.payload().items() if name != "kind"}
        write = log.warning if self.after.state is State.OPEN else log.info
        write("provider_breaker", state=str(self.after.state), before=str(self.before.state), **told)


def tell(conn: Connection, changes: Sequence[Change], *, new_id: NewId = new_id) -> int:
    """Append `timeline.updated` for every tenant and change as the open transaction's last statement; return how many.

    `conn` is a connection of `reos_pipeline` without a tenant.
    """
    if not changes:
        return 0
    tenants = [row["tenant_id"] for row in conn.execute(_TENANTS)]
    correlation_id = new_id()
    events = [
        NewEvent(EventType.TIMELINE_UPDATED, tenant_id, None, change.payload(), correlation_id, source="connectors")
        for change in changes
        for tenant_id in tenants
    ]
    append(conn, events, new_id=new_id)
    return len(events)
