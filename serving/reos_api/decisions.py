"""Asks the policy kernel and keeps every answer.

Refusals and permits to change are stored before anything happens; permits to read in the background, each distinct one
once in ten minutes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from uuid import UUID

from reos.core import metrics
from reos.core.clock import Clock
from reos.core.errors import ForbiddenError
from reos.core.logging import get_logger
from reos.db.connection import Connection
from reos.policy import audit
from reos.policy.kernel import Action, Decision, Principal, Resource, decide
from reos_api.expiring import ExpiringMap
from reos_api.pools import Pools

_log = get_logger(__name__)
_REMEMBER_SECONDS = 600.0
_MAX_WAITING = 10_000


class DecisionLog:
    """The API's way to the kernel and to `app.policy_decision`."""

    def __init__(self, pools: Pools, clock: Clock) -> None:
        self._pools = pools
        self._clock = clock
        self._known: ExpiringMap[bytes, bool] = ExpiringMap()
        self._waiting: list[Decision] = []

    async def require(self, principal: Principal, action: Action, resource: Resource) -> Decision:
        """Return the permit, or raise `ForbiddenError` with the rule that refused and what would be allowed."""
        decision = decide(principal, action, resource, {})
        metrics.increment("reos_policy_decisions_total", action=action.value, allow=str(decision.allow).lower())
        if decision.allow and action.reads_only:
            await self._keep_for_later(decision)
        else:
            await self._store(principal.tenant_id, [decision])
        if not decision.allow:
            raise ForbiddenError(" ".join(decision.reasons), remedy=decision.remedy, policy_ids=decision.policy_ids)
        return decision

    async def run(self, every_seconds: float = 1.0) -> None:
        """Store what waits, again and again, until cancelled."""
        while True:
            await asyncio.sleep(every_seconds)
            await self.flush()

    async def flush(self) -> None:
        """Store what waits now; what cannot be stored waits on."""
        waiting, self._waiting = self._waiting, []
        by_tenant: dict[UUID, list[Decision]] = defaultdict(list)
        for decision in waiting:
            by_tenant[decision.principal.tenant_id].append(decision)
        for tenant_id, decisions in by_tenant.items():
            try:
                await self._store(tenant_id, decisions)
            except Exception as error:  # noqa: BLE001 - kept and tried again
                self._waiting.extend(decisions)
                _log.warning("decisions.store_failed", error=str(error), waiting=len(self._waiting))

    async def _keep_for_later(self, decision: Decision) -> None:
        if self._known.get(decision.inputs_hash):
            return
        if len(self._waiting) >= _MAX_WAITING:  # no record, no permit
            await self._store(decision.principal.tenant_id, [decision])
        else:
            self._waiting.append(decision)
        self._known.put(decision.inputs_hash, True, _REMEMBER_SECONDS)

    async def _store(self, tenant_id: UUID, decisions: list[Decision]) -> None:
        await self._pools.write(tenant_id, _recording(decisions, self._clock))


def _recording(decisions: list[Decision], clock: Clock) -> Callable[[Connection], list[UUID]]:
    return lambda conn: audit.record_all(conn, decisions, clock=clock)
