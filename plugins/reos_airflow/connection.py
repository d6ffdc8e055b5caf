"""Where the pipeline's database and Redis are.

The database is given by `REOS_DB_PIPELINE_URL`, or else by the Airflow connection `reos`: so an installation may
keep this secret in Airflow's own secrets backend.
"""

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from reos.core.errors import ConfigurationError
from reos.core.settings import get_settings

CONN_ID = "reos"


def pipeline_url(conn_id: str = CONN_ID) -> str:
    """Return the libpq URL of role reos_pipeline; `ConfigurationError` when neither place has one."""
    if (url := _from_settings()) is not None:
        return url
    try:
        return BaseHook.get_connection(conn_id).get_uri()
    except AirflowNotFoundException as error:
        raise _absent(conn_id) from error


async def pipeline_url_in_trigger(conn_id: str = CONN_ID) -> str:
    """Return the same as `pipeline_url`, for code on the triggerer's event loop, which must not be blocked."""
    if (url := _from_settings()) is not None:
        return url
    try:
        return (await BaseHook.aget_connection(conn_id)).get_uri()
    except AirflowNotFoundException as error:
        raise _absent(conn_id) from error


def redis_url() -> str | None:
    """Return where wake-ups are published, or None when there is no Redis."""
    return get_settings().optional("redis_url")


def _from_settings() -> str | None:
    secret = get_settings().db_pipeline_url
    return secret.get_secret_value() if secret else None


def _absent(conn_id: str) -> ConfigurationError:
    return ConfigurationError(
        f"Neither REOS_DB_PIPELINE_URL nor the Airflow connection `{conn_id}` is set.",
        remedy="Set the variable for every Airflow component, or add the connection (Postgres, login reos_pipeline).",
    )
