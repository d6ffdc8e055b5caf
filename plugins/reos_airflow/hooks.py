"""One hook a connection type, as Airflow wants it. Tasks do not use them: they read `provider_settings`."""

from typing import Any

import httpx
from airflow.sdk import BaseHook

from reos.connectors.errors import ConnectorError
from reos.connectors.guard import Destination, Guard
from reos.core.settings import get_settings
from reos_airflow.provider_forms import BY_PROVIDER
from reos_airflow.provider_settings import values_of


class ProviderHook(BaseHook):
    """A provider's connection: its settings, and whether the form is filled in well."""

    conn_name_attr = "conn_id"
    provider = ""
    conn_type = ""
    hook_name = ""
    default_conn_name = ""

    def __init_subclass__(cls) -> None:
        """Take type, name and id from the form of the subclass's `provider`."""
        super().__init_subclass__()
        form = BY_PROVIDER[cls.provider]
        cls.conn_type = cls.default_conn_name = form.conn_type
        cls.hook_name = form.label

    def __init__(self, conn_id: str | None = None) -> None:
        super().__init__()
        self.conn_id = conn_id or self.default_conn_name

    def get_conn(self) -> dict[str, Any]:
        """Return the settings that the connection gives, by name; secrets are wrapped."""
        return values_of(BY_PROVIDER[self.provider], self.get_connection(self.conn_id))

    def test_connection(self) -> tuple[bool, str]:
        """Tell whether the form is complete and its addresses may be called. Nobody is called: answers cost money."""
        form, given = BY_PROVIDER[self.provider], self.get_conn()
        if form.needs_key and form.key not in given:
            return False, f"{form.key_label} is missing: {form.label} answers nobody without one."
        guard = Guard(get_settings().egress_private_hosts)
        try:
            for address in (value for value in given.values() if isinstance(value, str)):
                guard.admit(self.provider, httpx.URL(address), [Destination.below(address)])
        except (ConnectorError, httpx.InvalidURL) as refused:
            return False, str(refused)
        return True, "The form is complete and its addresses may be called; nothing was asked."


class AttomHook(ProviderHook):
    """ATTOM."""

    provider = "attom"


class RegridHook(ProviderHook):
    """Regrid."""

    provider = "regrid"


class OpenAddressesHook(ProviderHook):
    """OpenAddresses."""

    provider = "openaddresses"


class CountyHook(ProviderHook):
    """County assessors, and the app token of Socrata portals."""

    provider = "county"


class ZillowHook(ProviderHook):
    """Zillow's research files and the Bridge interface."""

    provider = "zillow"


class CensusHook(ProviderHook):
    """The Census Bureau's geocoder and data service."""

    provider = "census"


class FemaHook(ProviderHook):
    """FEMA's flood hazard layer."""

    provider = "fema"
