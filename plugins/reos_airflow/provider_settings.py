"""The settings of a task: `REOS_*` variables first, and for what they leave open the provider's Airflow connection.

So an installation may keep providers' keys in Airflow's secrets backend and enter them in a form. Where egress may go
on private networks is set by the environment alone: a form must not open that door.
"""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from reos.core.logging import get_logger
from reos.core.settings import Settings, get_settings
from reos_airflow.provider_forms import FORMS, Form

if TYPE_CHECKING:
    from airflow.sdk import Connection

log = get_logger(__name__)

_LISTS = frozenset({"openaddresses_places"})


def task_settings() -> Settings:
    """Return this process's settings, completed from the connections `reos_attom`, `reos_regrid` … that exist."""
    settings = get_settings()
    found: dict[str, Any] = {}
    for form in FORMS:
        left_open = _settings_of(form) - settings.model_fields_set
        connection = _connection(form) if left_open else None
        if connection is not None:
            given = values_of(form, connection)
            taken = {name: value for name, value in given.items() if name in left_open}
            found |= taken
            log.debug("provider_connection", conn_id=form.conn_type, settings=sorted(taken))
    return settings.model_copy(update=found) if found else settings


def values_of(form: Form, connection: "Connection") -> dict[str, Any]:
    """Return the settings that a connection of this type gives, secrets wrapped; fields left empty give none."""
    extra = connection.extra_dejson
    given: dict[str, Any] = {form.address: _url(connection.host)}
    if form.key and connection.password:
        given[form.key] = SecretStr(connection.password)
    for name, each in form.extras.items():
        text = str(extra.get(name) or "").strip()
        given[each.setting] = (
            [part.strip() for part in text.split(",") if part.strip()] if each.setting in _LISTS else text
        )
    return {name: value for name, value in given.items() if value}


def _settings_of(form: Form) -> set[str]:
    return {form.address, *((form.key,) if form.key else ()), *(each.setting for each in form.extras.values())}


def _connection(form: Form) -> "Connection | None":
    try:
        return BaseHook.get_connection(form.conn_type)
    except AirflowNotFoundException:
        return None


def _url(host: str | None) -> str:
    """Return the base URL; what is entered without a scheme is https."""
    text = (host or "").strip().rstrip("/")
    return text if not text or "://" in text else f"https://{text}"
