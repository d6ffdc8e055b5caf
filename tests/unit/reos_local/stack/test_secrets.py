import base64
import json
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from reos.core.errors import ConfigurationError
from reos_local.stack.secrets import load, load_or_create


def test_the_file_is_closed_to_others_and_generated_once(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    first = load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create(path) == first == load(path)


def test_no_two_secrets_are_alike_and_none_needs_quoting(tmp_path: Path) -> None:
    values = list(asdict(load_or_create(tmp_path / "secrets.env")).values())
    assert len(set(values)) == len(values)
    assert not any(set(value) & set(" \t'\"%\\$") for value in values)


def test_a_file_that_others_can_read_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    load_or_create(path)
    path.chmod(0o644)
    load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_of_a_newer_version_is_added_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    first = load_or_create(path)
    kept = [line for line in path.read_text().splitlines() if not line.startswith("JWT_KEY")]
    path.write_text("\n".join(kept))
    with pytest.raises(ConfigurationError, match="No usable secrets"):
        load(path)
    second = load_or_create(path)
    assert second.jwt_key != first.jwt_key
    assert second.owner_password == first.owner_password


def test_keys_have_the_form_that_their_users_want(tmp_path: Path) -> None:
    secrets = load_or_create(tmp_path / "secrets.env")
    assert len(base64.urlsafe_b64decode(secrets.airflow_fernet_key)) == 32
    assert all(len(key) >= 32 for key in json.loads(secrets.jwt_keys).values())
    assert len(secrets.airflow_jwt_secret) >= 64


def test_everybody_has_a_password_of_their_own(tmp_path: Path) -> None:
    secrets = load_or_create(tmp_path / "secrets.env")
    other = load_or_create(tmp_path / "other.env")
    assert secrets.password_of("a@demo.example") == secrets.password_of("a@demo.example")
    assert secrets.password_of("a@demo.example") != secrets.password_of("b@demo.example")
    assert secrets.password_of("a@demo.example") != other.password_of("a@demo.example")
