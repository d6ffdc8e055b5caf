"""A small map whose entries expire: verified tokens, live sessions, decisions already recorded."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ExpiringMap(Generic[K, V]):
    """Holds at most `capacity` entries, each for its own number of seconds; the oldest make room for new ones."""

    def __init__(self, capacity: int = 10_000, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._capacity = capacity
        self._monotonic = monotonic

    def get(self, key: K) -> V | None:
        """Return the value unless it is absent or expired."""
        entry = self._entries.get(key)
        if entry is None or entry[0] <= self._monotonic():
            self._entries.pop(key, None)
            return None
        return entry[1]

    def put(self, key: K, value: V, seconds: float) -> None:
        """Keep `value` for `seconds`."""
        self._entries[key] = (self._monotonic() + seconds, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def discard(self, key: K) -> None:
        """Forget the entry, if there is one."""
        self._entries.pop(key, None)
