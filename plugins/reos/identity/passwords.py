"""Passwords with bcrypt. Unknown accounts cost the same time as known ones, so that timing tells nobody who exists."""

from functools import lru_cache

import bcrypt

from reos.core.errors import InvalidInputError

MAX_BYTES = 72
MIN_ROUNDS = 12


def hash_password(password: str, *, rounds: int = MIN_ROUNDS) -> str:
    """Return the bcrypt hash; `InvalidInputError` over 72 bytes, which bcrypt would cut off unseen."""
    return bcrypt.hashpw(_encoded(password), bcrypt.gensalt(rounds)).decode()


def matches(password: str, password_hash: str) -> bool:
    """Tell whether `password` is the one behind `password_hash`; `InvalidInputError` over 72 bytes."""
    return bcrypt.checkpw(_encoded(password), password_hash.encode())


def waste_time(password: str, *, rounds: int = MIN_ROUNDS) -> None:
    """Spend what checking a real hash of `rounds` would: for accounts that do not exist."""
    matches(password, _nobodys_hash(rounds))


def prepare(rounds: int = MIN_ROUNDS) -> None:
    """Make the hash that `waste_time` checks against, so that the first unknown account takes no longer than others."""
    _nobodys_hash(rounds)


def _encoded(password: str) -> bytes:
    encoded = password.encode()
    if len(encoded) > MAX_BYTES:
        raise InvalidInputError(
            f"The password has {len(encoded)} bytes; bcrypt reads only {MAX_BYTES}.",
            remedy=f"Use at most {MAX_BYTES} bytes (accented letters and emoji count two to four).",
        )
    return encoded


@lru_cache(maxsize=4)
def _nobodys_hash(rounds: int) -> str:
    return hash_password("", rounds=rounds)
