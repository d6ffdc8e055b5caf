import asyncio
from collections.abc import Iterator

import pytest

from reos.core.errors import ConfigurationError
from reos.core.settings import get_settings
from reos_airflow.connection import pipeline_url, pipeline_url_in_trigger

URL = "postgresql://reos_pipeline:pw@db:5432/reos"


@pytest.fixture(autouse=True)
def _fresh_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("REOS_DB_PIPELINE_URL", raising=False)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def test_the_variable_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_DB_PIPELINE_URL", URL)
    monkeypatch.setenv("AIRFLOW_CONN_REOS", "postgresql://other@elsewhere/db")
    assert pipeline_url() == URL
    assert asyncio.run(pipeline_url_in_trigger()) == URL


def test_an_airflow_connection_serves_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_REOS", URL)
    expected = "postgres://reos_pipeline:pw@db:5432/reos"
    assert pipeline_url() == expected
    assert asyncio.run(pipeline_url_in_trigger()) == expected


def test_neither_is_a_clear_error() -> None:
    with pytest.raises(ConfigurationError, match="Neither REOS_DB_PIPELINE_URL nor the Airflow connection `reos`"):
        pipeline_url()
