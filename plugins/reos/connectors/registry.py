"""The sources by name: what exists, and which of them this installation has configured."""

from collections.abc import Mapping

from reos.connectors.attom import settings as attom
from reos.connectors.attom.client import Attom
from reos.connectors.bulk import BulkSpec
from reos.connectors.census_acs.settings import SPEC as CENSUS_ACS
from reos.connectors.census_geocoder.client import CensusGeocoder
from reos.connectors.contract import Connector, ConnectorSpec
from reos.connectors.county_assessor import settings as county_assessor
from reos.connectors.county_assessor.client import CountyAssessor
from reos.connectors.egress import Egress
from reos.connectors.fema_nfhl import settings as fema_nfhl
from reos.connectors.fema_nfhl.client import FemaNfhl
from reos.connectors.regrid import settings as regrid
from reos.connectors.regrid.client import Regrid
from reos.connectors.zillow_bridge import settings as zillow_bridge
from reos.connectors.zillow_bridge.client import ZillowBridge
from reos.connectors.zillow_research.settings import SPEC as ZILLOW_RESEARCH
from reos.core.clock import Clock
from reos.core.errors import NotFoundError
from reos.core.settings import Settings

_ALL = (
    county_assessor.SPEC,
    fema_nfhl.SPEC,
    regrid.SPEC,
    *(dataset.spec for dataset in attom.DATASETS.values()),
    zillow_bridge.SPEC,
)
SPECS: Mapping[str, ConnectorSpec] = {spec.source: spec for spec in _ALL}
# Data sets that are loaded whole and that all tenants share.
BULK_SPECS: Mapping[str, BulkSpec] = {spec.source: spec for spec in (ZILLOW_RESEARCH, CENSUS_ACS)}


def spec_of(source: str) -> ConnectorSpec:
    """Return the specification of `source`; `NotFoundError` lists those that exist."""
    if source not in SPECS:
        raise NotFoundError(f"There is no source {source}.", remedy=f"Known are {', '.join(sorted(SPECS))}.")
    return SPECS[source]


def new_egress(settings: Settings, clock: Clock) -> Egress:
    """Return the client that all connectors share."""
    return Egress(clock=clock, private_hosts=settings.egress_private_hosts)


def connectors(settings: Settings, egress: Egress, clock: Clock) -> dict[str, Connector]:
    """Return the configured connectors by source, free ones first; one without a key is left out."""
    counties = county_assessor.known_counties()
    found: dict[str, Connector] = {
        county_assessor.SPEC.source: CountyAssessor(
            egress, counties, settings.county_base_url, clock, settings.optional("socrata_app_token")
        ),
        fema_nfhl.SPEC.source: FemaNfhl(egress, settings.fema_base_url, clock),
    }
    if settings.regrid_token is not None:
        token = settings.regrid_token.get_secret_value()
        found[regrid.SPEC.source] = Regrid(egress, settings.regrid_base_url, token, clock)
    if settings.attom_api_key is not None:
        key = settings.attom_api_key.get_secret_value()
        for source, dataset in attom.DATASETS.items():
            found[source] = Attom(egress, settings.attom_base_url, key, clock, dataset)
    if settings.zillow_bridge_token is not None:
        token = settings.zillow_bridge_token.get_secret_value()
        found[zillow_bridge.SPEC.source] = ZillowBridge(egress, settings.zillow_bridge_base_url, token, clock)
    return found


def geocoders(settings: Settings, egress: Egress, clock: Clock) -> dict[str, Connector]:
    """Return what is asked where an address is: apart from `connectors`, since it knows nothing else of a property."""
    census = CensusGeocoder(egress, settings.census_base_url, clock)
    return {census.spec.source: census}
