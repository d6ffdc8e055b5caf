"""What one API process is made of, built once and found by every dependency at `app.state.services`."""

from dataclasses import dataclass, field

from reos.core.clock import Clock
from reos.core.settings import Settings
from reos.identity.access_tokens import AccessTokens
from reos.identity.keyring import KeyRing
from reos.timeline.relay import Relay
from reos_api.decisions import DecisionLog
from reos_api.metrics import ApiMetrics
from reos_api.pools import Pools
from reos_api.sessions import SessionGate
from reos_api.settings import ApiSettings


@dataclass(frozen=True)
class Services:
    """Settings, keys and connections of a running process."""

    settings: Settings
    api: ApiSettings
    clock: Clock
    keys: KeyRing
    tokens: AccessTokens
    metrics: ApiMetrics
    pools: Pools
    relay: Relay
    decisions: DecisionLog
    sessions: SessionGate = field(repr=False)

    @property
    def redis_url(self) -> str | None:
        """Where wake-ups are published, if anywhere."""
        return self.settings.optional("redis_url")
