import pytest
from pydantic import ValidationError

from reos.core.errors import ConfigurationError
from reos.core.settings import Settings, get_settings


def test_environment_variables_carry_the_prefix(monkeypatch):
    monkeypatch.setenv("REOS_DB_APP_URL", "postgresql://x")
    assert Settings().required("db_app_url") == "postgresql://x"


def test_absent_setting_is_named_by_its_variable(monkeypatch):
    monkeypatch.delenv("REOS_DB_APP_URL", raising=False)
    with pytest.raises(ConfigurationError, match="REOS_DB_APP_URL is not set"):
        Settings().required("db_app_url")


def test_required_reads_settings_that_are_no_secrets_too():
    assert Settings(jwt_issuer="here").required("jwt_issuer") == "here"


def test_an_optional_secret_is_none_where_it_is_not_set(monkeypatch):
    monkeypatch.delenv("REOS_REDIS_URL", raising=False)
    assert Settings().optional("redis_url") is None
    assert Settings(redis_url="redis://h:1/0").optional("redis_url") == "redis://h:1/0"


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch):
    monkeypatch.setenv("REOS_ATTOM_API_KEY", "")
    assert Settings().optional("attom_api_key") is None


def test_secrets_are_not_shown():
    settings = Settings(db_app_url="postgresql://reos_app:hunter2@h/d")
    assert "hunter2" not in f"{settings!r} {settings}"


def test_settings_do_not_change_and_refuse_nonsense():
    with pytest.raises(ValidationError):
        Settings(log_format="xml")
    with pytest.raises(ValidationError):
        Settings().environment = "other"


def test_folders_follow_the_home_and_state_folders(tmp_path):
    settings = Settings(home=tmp_path / "code", state_dir=tmp_path / "state")
    assert settings.dbt_dir == tmp_path / "code/dbt"
    assert settings.expectations_dir == tmp_path / "code/expectations"
    assert settings.memo_dir == tmp_path / "state/memos"
    assert settings.inbox_dir == tmp_path / "state/inbox"


def test_process_reads_its_settings_once():
    assert get_settings() is get_settings()
