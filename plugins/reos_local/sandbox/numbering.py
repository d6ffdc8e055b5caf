"""Parcel numbers as a keyed permutation of address positions: any ten digits are one parcel, and the way back is exact.

A balanced Feistel network over two halves of five digits (Luby and Rackoff, 1988), with addition modulo 100,000
instead of XOR.
"""

from reos_local.sandbox.draws import number

DIGITS = 10
SPACE = 10_000_000_000

_HALF = 100_000
_ROUNDS = 4


def _round(seed: int, step: int, half: int) -> int:
    return number("apn", seed, step, half) % _HALF


def position_of(seed: int, apn: str) -> int:
    """Return the position in 0 … 10^10 - 1 that the ten-digit `apn` stands for."""
    left, right = divmod(int(apn), _HALF)
    for step in reversed(range(_ROUNDS)):
        left, right = (right - _round(seed, step, left)) % _HALF, left
    return left * _HALF + right


def apn_at(seed: int, position: int) -> str:
    """Return the ten-digit parcel number of `position`; the inverse of `position_of`."""
    left, right = divmod(position, _HALF)
    for step in range(_ROUNDS):
        left, right = right, (left + _round(seed, step, right)) % _HALF
    return f"{left * _HALF + right:0{DIGITS}d}"
