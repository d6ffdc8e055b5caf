import pytest
from pydantic import ValidationError

from reos_api.settings import ApiSettings


def test_passwords_cost_twelve_rounds_unless_a_test_says_otherwise() -> None:
    assert ApiSettings().bcrypt_rounds == 12
    assert ApiSettings(testing=True, bcrypt_rounds=4).bcrypt_rounds == 4
    with pytest.raises(ValidationError, match="12 or more"):
        ApiSettings(bcrypt_rounds=11)


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_API_BODY_LIMIT_BYTES", "10")
    assert ApiSettings().body_limit_bytes == 10
