"""How fast the kernel decides, beside a dictionary that knows the answer: the price of rules that can be explained."""

import time
from collections.abc import Callable, Iterator
from uuid import UUID

from measures import Measure
from policy_rules import TABLES

from reos.policy.decision_table import read_tables
from reos.policy.kernel import Action, Principal, Resource, Role, decide, permissions_of

HERE = UUID(int=1)
TIMES = 5000


def rate(work: Callable[[], object], times: int = TIMES) -> float:
    """Return how often `work` is done a second: the best of three rounds, since others share the machine."""
    best = 0.0
    work()
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(times):
            work()
        best = max(best, times / (time.perf_counter() - began))
    return best


def measures() -> Iterator[Measure]:
    """Yield decisions a second on one core: by role, about a source, about money, and about a message (the longest)."""
    person, house = Principal("u", HERE, Role.ANALYST), Resource("Property", HERE, "p")
    by_role = rate(lambda: decide(person, Action.PROPERTIES_READ, house, {}))
    table = {(role, action): action in permissions_of(role) for role in Role for action in Action}
    lookup = rate(lambda: table[person.role, Action.PROPERTIES_READ], TIMES * 100)  # type: ignore[index]
    yield Measure("policy: decisions/s, by role", by_role)
    yield Measure("policy: lookups/s in a plain dictionary", lookup)
    yield Measure("policy: times as long as a plain dictionary", lookup / by_role)
    permits = [case for case in read_tables(TABLES) if case.allow]
    for name, action in (("source", "sources:fetch"), ("money", "budget:spend"), ("message", "messages:send")):
        case = next(case for case in permits if case.action == action)
        asked = (case.principal, case.action, case.resource, case.context)
        yield Measure(f"policy: decisions/s, about a {name}", rate(lambda asked=asked: decide(*asked)))  # type: ignore[misc]
