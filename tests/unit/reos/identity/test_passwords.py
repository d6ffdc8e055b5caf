import bcrypt
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


def test_an_unknown_account_costs_the_same_bcrypt_work_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[bytes] = []
    monkeypatch.setattr(bcrypt, "checkpw", lambda _, hashed: checked.append(hashed) or False)
    passwords.matches("wrong", passwords.hash_password("right", rounds=5))
    passwords.waste_time("wrong", rounds=5)
    known, unknown = checked
    assert known[:7] == unknown[:7] == b"$2b$05$"


def test_once_prepared_the_first_unknown_account_costs_one_check_and_no_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords.prepare(6)
    hashed: list[bytes] = []
    monkeypatch.setattr(bcrypt, "hashpw", lambda password, _: hashed.append(password))
    passwords.waste_time("wrong", rounds=6)
    assert hashed == []
