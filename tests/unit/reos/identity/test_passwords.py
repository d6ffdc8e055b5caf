import time

import pytest

from reos.core.errors import InvalidInputError
from reos.identity import passwords


def test_a_password_matches_its_own_hash_only() -> None:
    hashed = passwords.hash_password("pässword", rounds=4)
    assert passwords.matches("pässword", hashed)
    assert not passwords.matches("password", hashed)


def test_hashing_is_salted_and_as_costly_as_asked() -> None:
    first, second = (passwords.hash_password("same", rounds=5) for _ in range(2))
    assert first != second
    assert first.startswith("$2b$05$")


@pytest.mark.parametrize("password", ["a" * 73, "ä" * 37, "😀" * 19])
def test_over_72_bytes_is_refused_instead_of_cut(password: str) -> None:
    with pytest.raises(InvalidInputError, match="bytes"):
        passwords.hash_password(password, rounds=4)
    with pytest.raises(InvalidInputError, match="bytes"):
        passwords.matches(password, "$2b$04$" + "a" * 53)


def test_an_unknown_account_costs_about_as_much_as_a_known_one() -> None:
    hashed = passwords.hash_password("right", rounds=10)
    passwords.waste_time("warm", rounds=10)
    known = min(_seconds(lambda: passwords.matches("wrong", hashed)) for _ in range(3))
    unknown = min(_seconds(lambda: passwords.waste_time("wrong", rounds=10)) for _ in range(3))
    assert 0.5 < unknown / known < 2


def _seconds(work: object) -> float:
    began = time.perf_counter()
    assert callable(work)
    work()
    return time.perf_counter() - began
