"""Airflow knows our connection types with their forms, hides what is secret, and tasks take what a form gives."""

import json
from collections.abc import Iterator

import pytest
from airflow.exceptions import AirflowNotFoundException
from airflow.providers_manager import ProvidersManager
from airflow.sdk import BaseHook, Connection
from airflow.sdk.log import redact
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from reos.core.settings import Settings, get_settings
from reos_airflow import get_provider_info, hooks
from reos_airflow.provider_forms import BY_PROVIDER, FORMS
from reos_airflow.provider_settings import task_settings, values_of

TYPES = [form.conn_type for form in FORMS]
KEY = "attom-key-0123456789"


@pytest.fixture(autouse=True)
def _fresh_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"REOS_{name.upper()}", raising=False)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def manager() -> ProvidersManager:
    return ProvidersManager()


def connect(monkeypatch: pytest.MonkeyPatch, provider: str, **fields: object) -> None:
    document = {"conn_type": f"reos_{provider}", **fields}
    monkeypatch.setenv(f"AIRFLOW_CONN_REOS_{provider.upper()}", json.dumps(document))


def test_there_is_a_form_for_each_of_the_seven_providers() -> None:
    names = ["attom", "regrid", "openaddresses", "county", "zillow", "census", "fema"]
    assert [f"reos_{name}" for name in names] == TYPES
    assert [each["connection-type"] for each in get_provider_info()["connection-types"]] == TYPES


@pytest.mark.parametrize("conn_type", TYPES)
def test_airflow_lists_the_type_with_its_hook(conn_type: str) -> None:
    info = ProvidersManagerTaskRuntime().hooks[conn_type]
    assert info is not None
    assert (info.package_name, info.connection_type) == ("real-estate-os", conn_type)
    assert info.hook_name == BY_PROVIDER[conn_type.removeprefix("reos_")].label


def test_the_forms_show_only_what_they_use(manager: ProvidersManager) -> None:
    attom, fema = manager.field_behaviours["reos_attom"], manager.field_behaviours["reos_fema"]
    assert attom["relabeling"] == {"host": "Base URL", "password": "API key"}
    assert attom["placeholders"]["host"] == "https://api.gateway.attomdata.com"
    assert ("password" in attom["hidden_fields"], "password" in fema["hidden_fields"]) == (False, True)
    widgets = {name for name in manager.connection_form_widgets if name.startswith("extra__reos_")}
    assert widgets == {
        "extra__reos_openaddresses__places",
        "extra__reos_zillow__bridge_base_url",
        "extra__reos_census__acs_base_url",
    }


def test_every_field_of_a_form_is_a_setting() -> None:
    for form in FORMS:
        names = {form.address, form.key or form.address, *(each.setting for each in form.extras.values())}
        assert names <= set(Settings.model_fields), form


def test_every_key_is_in_the_field_that_airflow_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, "attom", host="https://attom.test", password=KEY)
    given = hooks.AttomHook().get_conn()
    assert KEY not in repr(given)
    assert given["attom_api_key"].get_secret_value() == KEY
    assert KEY not in str(redact(f"GET /property?apikey={KEY}"))


def test_what_the_environment_leaves_open_comes_from_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, "attom", host="attom.test/api/", password=KEY)
    connect(monkeypatch, "openaddresses", password="oa.token", extra={"places": "us/wa/king, us/il/cook"})
    connect(monkeypatch, "census", extra={"acs_base_url": "https://acs.test/data"})
    settings = task_settings()
    assert settings.attom_base_url == "https://attom.test/api"
    assert settings.required("attom_api_key") == KEY
    assert settings.openaddresses_places == ["us/wa/king", "us/il/cook"]
    assert settings.openaddresses_base_url == "https://batch.openaddresses.io"
    assert (settings.census_acs_base_url, settings.census_api_key) == ("https://acs.test/data", None)
    assert settings.regrid_token is None


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_ATTOM_BASE_URL", "https://from.environment")
    connect(monkeypatch, "attom", host="https://from.connection", password=KEY)
    settings = task_settings()
    assert settings.attom_base_url == "https://from.environment"
    assert settings.required("attom_api_key") == KEY


def test_a_form_cannot_open_the_private_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect(
        monkeypatch, "fema", host="http://127.0.0.1:8097/fema", extra={"egress_private_hosts": '["127.0.0.1:8097"]'}
    )
    assert task_settings().egress_private_hosts == []
    assert task_settings().fema_base_url == "http://127.0.0.1:8097/fema"
    ready, why = hooks.FemaHook().test_connection()
    assert not ready
    assert "not encrypted" in why


@pytest.mark.parametrize(
    ("provider", "fields", "ready"),
    [
        ("attom", {"host": "https://attom.test"}, False),
        ("attom", {"host": "https://attom.test", "password": KEY}, True),
        ("county", {}, True),
        ("census", {"extra": {"acs_base_url": "file:///etc/passwd"}}, False),
        ("zillow", {"host": "https://user:pw@zillow.test"}, False),
    ],
)
def test_a_connection_can_be_tried_without_asking_anybody(
    monkeypatch: pytest.MonkeyPatch, provider: str, fields: dict[str, object], *, ready: bool
) -> None:
    connect(monkeypatch, provider, **fields)
    hook = {form.provider: getattr(hooks, form.hook) for form in FORMS}[provider]()
    assert hook.test_connection()[0] is ready


def test_without_variable_and_connection_the_defaults_stand() -> None:
    with pytest.raises(AirflowNotFoundException):
        BaseHook.get_connection("reos_attom")
    assert task_settings() is get_settings()


def test_an_empty_form_gives_nothing() -> None:
    empty = Connection(conn_id="reos_zillow", conn_type="reos_zillow", host=" ", password="")
    assert values_of(BY_PROVIDER["zillow"], empty) == {}
