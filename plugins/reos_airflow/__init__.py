"""Airflow glue: assets, event trigger, callbacks and provider metadata. Domain work lives in `reos`."""

from typing import Any

from reos_airflow.provider_forms import FORMS


def get_provider_info() -> dict[str, Any]:
    """Return the provider metadata that Airflow reads from the `apache_airflow_provider` entry point."""
    return {
        "package-name": "real-estate-os",
        "name": "Real Estate OS",
        "description": "Assets, triggers and connection types of Real Estate OS.",
        "connection-types": [form.metadata() for form in FORMS],
    }
