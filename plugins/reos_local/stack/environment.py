"""What each process gets to know: its own secrets, and of the caller's environment only what is harmless.

The API holds the application role's URL and the token keys; Airflow's tasks hold the pipeline, dbt and quality URLs
and the provider keys; the sandbox holds one provider key; Airflow's API server none of ours.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from reos.core.settings import PROJECT_ROOT
from reos_local.stack.layout import Layout
from reos_local.stack.ports import HOST, Ports
from reos_local.stack.secrets import Secrets

COUNTY_FIPS = "53033"
DATABASE = "reos"
AIRFLOW_DATABASE = "airflow"
SANDBOX_KEY = "sandbox-key"  # what the sandbox takes for a key of Regrid, Bridge and the Census; it opens nothing else
_PASSED_ON = ("LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REOS_LOG_LEVEL", "REOS_LOG_FORMAT")


def shared(layout: Layout) -> dict[str, str]:
    """Return what every process sees: no secret, and nothing of the caller's environment but locale and trust store."""
    folder = str(Path(sys.executable).parent)
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        **passed_on,
        "PATH": f"{folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONUNBUFFERED": "1",
        "REOS_HOME": str(PROJECT_ROOT),
        "REOS_STATE_DIR": str(layout.state),
    }


def database_url(role: str, password: str, port: int, database: str = DATABASE) -> str:
    """Return a libpq URL; generated passwords need no escaping."""
    return f"postgresql://{role}:{password}@{HOST}:{port}/{database}"


def redis_url(ports: Ports, secrets: Secrets) -> str:
    """Return Valkey's URL."""
    return f"redis://:{secrets.valkey_password}@{HOST}:{ports.valkey}/0"


def role_urls(ports: Ports, secrets: Secrets, *roles: str) -> dict[str, str]:
    """Return `REOS_DB_<ROLE>_URL` variables for `roles` (owner, app, pipeline, dbt, quality)."""
    passwords = secrets.role_passwords
    return {
        f"REOS_DB_{role.upper()}_URL": database_url(f"reos_{role}", passwords[f"reos_{role}"], ports.postgres)
        for role in roles
    }


def providers(ports: Ports, secrets: Secrets) -> dict[str, str]:
    """Return the provider settings, pointed at the sandbox; egress may reach this one private address."""
    sandbox = f"http://{HOST}:{ports.sandbox}"
    return {
        "REOS_ATTOM_BASE_URL": f"{sandbox}/attom",
        "REOS_ATTOM_API_KEY": secrets.attom_api_key,
        "REOS_COUNTY_BASE_URL": f"{sandbox}/county",
        "REOS_OPENADDRESSES_BASE_URL": f"{sandbox}/openaddresses",
        "REOS_OPENADDRESSES_TOKEN": "oa.sandbox",
        "REOS_OPENADDRESSES_PLACES": '["us/wa/king"]',
        "REOS_CENSUS_BASE_URL": f"{sandbox}/census/geocoder",
        "REOS_CENSUS_ACS_BASE_URL": f"{sandbox}/acs/data",
        "REOS_CENSUS_API_KEY": SANDBOX_KEY,
        "REOS_REGRID_BASE_URL": f"{sandbox}/regrid/api/v2",
        "REOS_REGRID_TOKEN": SANDBOX_KEY,
        "REOS_FEMA_BASE_URL": f"{sandbox}/fema/arcgis/rest/services/public/NFHL/MapServer",
        "REOS_ZILLOW_RESEARCH_BASE_URL": f"{sandbox}/zillow/research/public_csvs",
        "REOS_ZILLOW_BRIDGE_BASE_URL": f"{sandbox}/bridge/api/v2",
        "REOS_ZILLOW_BRIDGE_TOKEN": SANDBOX_KEY,
        "REOS_EGRESS_PRIVATE_HOSTS": f'["{HOST}:{ports.sandbox}"]',
    }


def api(ports: Ports, secrets: Secrets) -> dict[str, str]:
    """Return the API's variables. It serves as `reos_app`; `reos_pipeline` is only for files that are uploaded."""
    return {
        **role_urls(ports, secrets, "app", "pipeline"),
        "REOS_REDIS_URL": redis_url(ports, secrets),
        "REOS_JWT_KEYS": secrets.jwt_keys,
        "REOS_API_HOST": HOST,
        "REOS_PORT_API": str(ports.api),
        "REOS_PUBLIC_URL": f"http://{HOST}:{ports.api}",
        "REOS_CORS_ORIGINS": f'["http://{HOST}:{ports.web}","http://localhost:{ports.web}"]',
        "REOS_COUNTY_BASE_URL": f"http://{HOST}:{ports.sandbox}/county",  # never called: a plan tells who is covered
    }


def sandbox(secrets: Secrets) -> dict[str, str]:
    """Return the provider sandbox's variables."""
    return {"REOS_SANDBOX_ATTOM_KEY": secrets.attom_api_key}


def tasks(ports: Ports, secrets: Secrets) -> dict[str, str]:
    """Return what Airflow's tasks need: the roles that span tenants, the wake-up channel, the providers."""
    return {
        **role_urls(ports, secrets, "pipeline", "dbt", "quality"),
        "REOS_REDIS_URL": redis_url(ports, secrets),
        **providers(ports, secrets),
    }


def wake_ups(ports: Ports, secrets: Secrets) -> dict[str, str]:
    """Return what the triggerer needs to read the event log."""
    return {**role_urls(ports, secrets, "pipeline"), "REOS_REDIS_URL": redis_url(ports, secrets)}


def everything(layout: Layout, ports: Ports, secrets: Secrets) -> Mapping[str, str]:
    """Return every variable at once, for the operator's own commands (`reos import`, bootstrap)."""
    return {
        **shared(layout),
        **role_urls(ports, secrets, "owner"),
        **api(ports, secrets),
        **tasks(ports, secrets),
    }
