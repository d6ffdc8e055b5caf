"""ATTOM's six datasets: where each is asked for, and the facts about it that policy and planning need.

`fills` is what an answer of the dataset holds by the provider's documentation; `fields.yml` says where.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from reos.connectors.contract import Capability, ConnectorSpec

PROVIDER = "attom"
_BASE = "/propertyapi/v1.0.0"

_PLACE = frozenset({"address_line", "city", "state", "zip5", "latitude", "longitude"})
_HOUSE = frozenset({"property_type", "living_sqft", "beds", "baths", "floors", "year_built"})
_LOT = frozenset({"lot_sqft"})
_OWNER = frozenset({"owner_name", "owner_occupied", "mailing_address"})
_ROLL = frozenset({"assessed_land", "assessed_improvements", "assessed_value", "roll_year"})
_SALE = frozenset({"last_sale_date", "last_sale_price", "last_sale_estimated"})
_VALUE = frozenset({"estimated_value", "estimated_value_low", "estimated_value_high"})


@dataclass(frozen=True)
class Dataset:
    """One of ATTOM's resources: its path below the base URL, and its specification."""

    path: str
    spec: ConnectorSpec


def _dataset(source: str, dataset: str, resource: str, label: str, fills: frozenset[str]) -> Dataset:
    spec = ConnectorSpec(
        source=source,
        provider=PROVIDER,
        dataset=dataset,
        label=label,
        raw_table=f"attom_{dataset}",
        capabilities=frozenset({Capability.APN, Capability.ADDRESS, Capability.BULK}),
        fills=fills,
        licence="licensed",
        max_age=timedelta(days=90),
        not_found_max_age=timedelta(days=30),
        unusable_max_age=timedelta(days=1),
        batch_size=1,
        concurrency=16,
    )
    return Dataset(_BASE + resource, spec)


_PROFILE = _PLACE | _HOUSE | _LOT | _OWNER | _ROLL | _SALE
EXPANDED_PROFILE = _dataset("attom", "expanded_profile", "/property/expandedprofile", "ATTOM", _PROFILE)
BASIC_PROFILE = _dataset(
    "attom_basic_profile", "basic_profile", "/property/basicprofile", "ATTOM basic profile", _PROFILE
)
DETAIL_OWNER = _dataset(
    "attom_detail_owner", "detail_owner", "/property/detailowner", "ATTOM owner", _PLACE | _HOUSE | _LOT | _OWNER
)
ASSESSMENT = _dataset(
    "attom_assessment", "assessment", "/assessment/detail", "ATTOM assessment", _PLACE | _HOUSE | _LOT | _ROLL
)
SALES_HISTORY = _dataset(
    "attom_sales_history", "sales_history", "/saleshistory/detail", "ATTOM sales history", _PLACE | _HOUSE | _SALE
)
AVM = _dataset("attom_avm", "avm", "/attomavm/detail", "ATTOM valuation", _PLACE | _VALUE)

DATASETS: Mapping[str, Dataset] = {
    each.spec.source: each for each in (EXPANDED_PROFILE, BASIC_PROFILE, DETAIL_OWNER, ASSESSMENT, SALES_HISTORY, AVM)
}
SPEC = EXPANDED_PROFILE.spec
