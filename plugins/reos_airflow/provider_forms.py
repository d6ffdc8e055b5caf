"""The providers as Airflow connection types: which form each has, and which of our settings a field stands for.

Read by every Airflow command through the provider metadata, so it imports nothing. A connection is called like its type
(`reos_attom`); an environment variable, where set, wins over it (`reos_airflow.provider_settings`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_HIDDEN = ("schema", "port", "login", "extra")


@dataclass(frozen=True)
class ExtraField:
    """A field of the form beyond address and key, kept in the connection's extra."""

    setting: str
    label: str
    description: str
    default: str | None = None


@dataclass(frozen=True)
class Form:
    """One connection type. `address` and `key` name our settings; a type without a key hides the password.

    `needs_key` says that the provider answers nobody without one.
    """

    provider: str
    label: str
    hook: str
    address: str
    placeholder: str
    key: str | None = None
    key_label: str = "API key"
    needs_key: bool = False
    extras: Mapping[str, ExtraField] = field(default_factory=dict)

    @property
    def conn_type(self) -> str:
        """The connection type, and the id under which tasks look for a connection of it."""
        return f"reos_{self.provider}"

    def metadata(self) -> dict[str, Any]:
        """Return the type as provider metadata has it (keys in kebab-case)."""
        hidden = _HIDDEN if self.key else (*_HIDDEN, "password")
        labels = {"host": "Base URL"} | ({"password": self.key_label} if self.key else {})
        return {
            "connection-type": self.conn_type,
            "hook-class-name": f"reos_airflow.hooks.{self.hook}",
            "hook-name": self.label,
            "ui-field-behaviour": {
                "hidden-fields": list(hidden),
                "relabeling": labels,
                "placeholders": {"host": self.placeholder},
            },
            "conn-fields": {
                name: {
                    "label": each.label,
                    "description": each.description,
                    "schema": {"type": ["string", "null"], "default": each.default},
                }
                for name, each in self.extras.items()
            },
        }


FORMS = (
    Form(
        *("attom", "ATTOM", "AttomHook", "attom_base_url", "https://api.gateway.attomdata.com", "attom_api_key"),
        needs_key=True,
    ),
    Form(
        *("regrid", "Regrid", "RegridHook", "regrid_base_url", "https://app.regrid.com/api/v2", "regrid_token"),
        key_label="Token",
        needs_key=True,
    ),
    Form(
        *("openaddresses", "OpenAddresses", "OpenAddressesHook", "openaddresses_base_url"),
        *("https://batch.openaddresses.io", "openaddresses_token"),
        key_label="Login token (free)",
        extras={
            "places": ExtraField(
                *("openaddresses_places", "Places"),
                "Whose address points are loaded each week, separated by commas, as in us/wa/king.",
            )
        },
    ),
    Form(
        *("county", "County assessor / Socrata", "CountyHook", "county_base_url"),
        *("Leave empty: each county's own address is used.", "socrata_app_token"),
        key_label="Socrata app token",
    ),
    Form(
        *("zillow", "Zillow (research files, Bridge)", "ZillowHook", "zillow_research_base_url"),
        *("https://files.zillowstatic.com/research/public_csvs", "zillow_bridge_token"),
        key_label="Bridge access token",
        extras={
            "bridge_base_url": ExtraField(
                *("zillow_bridge_base_url", "Bridge base URL"),
                "Only with Zillow's written approval; nothing is asked there without a token.",
                "https://api.bridgedataoutput.com/api/v2",
            )
        },
    ),
    Form(
        *("census", "U.S. Census Bureau", "CensusHook", "census_base_url"),
        *("https://geocoding.geo.census.gov/geocoder", "census_api_key"),
        key_label="Data API key (the geocoder needs none)",
        extras={
            "acs_base_url": ExtraField(
                *("census_acs_base_url", "Data API base URL", "Where the American Community Survey is read."),
                "https://api.census.gov/data",
            )
        },
    ),
    Form(
        *("fema", "FEMA National Flood Hazard Layer", "FemaHook", "fema_base_url"),
        "https://hazards.fema.gov/arcgis/rest/services/public/NFHL/MapServer",
    ),
)
BY_PROVIDER: Mapping[str, Form] = {form.provider: form for form in FORMS}
