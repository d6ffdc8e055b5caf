import pytest

from reos.core.errors import ConfigurationError
from reos.identity.keyring import KeyRing

OLD, NEW = "o" * 32, "n" * 40


def test_the_first_key_signs_and_all_are_known() -> None:
    ring = KeyRing.parse(f'{{"new": "{NEW}", "old": "{OLD}"}}')
    assert ring.signing == ("new", NEW.encode())
    assert set(ring.secrets) == {"new", "old"}


@pytest.mark.parametrize("text", ["", "[]", "{}", "secret", '{"k": 1}', "null"])
def test_anything_but_an_object_of_secrets_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="REOS_JWT_KEYS") as refused:
        KeyRing.parse(text)
    assert refused.value.remedy


def test_a_secret_under_32_bytes_is_refused_by_name_and_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="weak") as refused:
        KeyRing.parse(f'{{"good": "{OLD}", "weak": "hunter2"}}')
    assert "hunter2" not in str(refused.value)


def test_derived_values_differ_by_key_purpose_and_message() -> None:
    ring = KeyRing.parse(f'{{"new": "{NEW}", "old": "{OLD}"}}')
    values = [
        value for purpose, message in (("a", b"1"), ("a", b"2"), ("b", b"1")) for value in ring.derive(purpose, message)
    ]
    assert len(set(values)) == 6
    assert list(ring.derive("a", b"1")) == values[:2]


def test_secrets_stay_out_of_the_representation() -> None:
    assert OLD not in repr(KeyRing.parse(f'{{"k": "{OLD}"}}'))
