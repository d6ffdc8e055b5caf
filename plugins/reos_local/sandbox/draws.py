"""Named pseudo-random draws: pure functions of (seed, subject, name), so that a new fact never changes an old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

_TWO_53 = 1 << 53
_NORMAL = NormalDist()


def number(*parts: object) -> int:
    """Return 64 stable bits for `parts`, independent of process, platform and Python's hash seed."""
    return int.from_bytes(blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws of one subject (a parcel number, say) in the world of one seed."""

    seed: int
    subject: str

    def unit(self, name: str) -> float:
        """Return a uniform number in the open interval (0, 1)."""
        return ((number(self.seed, self.subject, name) >> 11) + 0.5) / _TWO_53

    def normal(self, name: str, spread: float = 1.0, limit: float = 3.0) -> float:
        """Return a normal number with mean 0 and deviation `spread`, cut off at `limit` deviations."""
        return spread * max(-limit, min(limit, _NORMAL.inv_cdf(self.unit(name))))

    def chance(self, name: str, probability: float) -> bool:
        """Return true with `probability`."""
        return self.unit(name) < probability

    def whole(self, name: str, low: int, high: int) -> int:
        """Return a whole number between `low` and `high`, both included."""
        return low + int(self.unit(name) * (high - low + 1))

    def pick(self, name: str, options: Sequence[T]) -> T:
        """Return one of `options`, each equally likely."""
        return options[int(self.unit(name) * len(options))]

    def weighted(self, name: str, options: Sequence[tuple[T, float]]) -> T:
        """Return one of `options`, given as (value, weight)."""
        left = self.unit(name) * sum(weight for _, weight in options)
        for value, weight in options:
            left -= weight
            if left < 0:
                return value
        return options[-1][0]
