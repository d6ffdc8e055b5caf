"""Whatever goes wrong at a paid provider: the ledger's cost is what the provider sold, and the property is not lost."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from reos.connectors.attom.client import Attom
from reos.connectors.attom.settings import ASSESSMENT, DETAIL_OWNER, EXPANDED_PROFILE, SALES_HISTORY
from reos.connectors.contract import Connector, LookupRequest
from reos.connectors.regrid.client import Regrid
from reos_local.sandbox.app import DEFAULT_ATTOM_KEY
from reos_local.sandbox.attom_view import is_known
from reos_local.sandbox.regrid_view import is_covered
from reos_local.sandbox.world import county_apns, parcel
from reos_local.stack.environment import SANDBOX_KEY

APN = next(apn for apn in county_apns(1, 99) if is_known(1, apn) and is_covered(1, apn) and not parcel(1, apn).vacant)
REQUEST = LookupRequest(UUID(int=1), county_fips="53033", apn=APN)
ATTOM = (EXPANDED_PROFILE, DETAIL_OWNER, ASSESSMENT, SALES_HISTORY)
OUTCOMES = {
    "429": "rate_limited",
    "500": "unavailable",
    "malformed": "unavailable",
    "schema_drift": "schema_drift",
    "error_in_200": {"attom": "not_found", "regrid": "unavailable"},
}


def connector(sandbox: Any, source: str) -> Connector:
    if source == "regrid":
        return Regrid(sandbox.egress(), f"http://{sandbox.host}/regrid/api/v2", SANDBOX_KEY, sandbox.clock)
    dataset = next(each for each in ATTOM if each.spec.source == source)
    return Attom(sandbox.egress(), f"http://{sandbox.host}/attom", DEFAULT_ATTOM_KEY, sandbox.clock, dataset)


@pytest.mark.parametrize("source", ["regrid", *(each.spec.source for each in ATTOM)])
@pytest.mark.parametrize("kind", OUTCOMES)
def test_the_ledger_agrees_with_what_was_sold(sandbox: Any, source: str, kind: str) -> None:
    client = connector(sandbox, source)
    provider = client.spec.provider
    sandbox.break_down(provider, kind)
    result = asyncio.run(client.lookup([REQUEST]))
    expected = OUTCOMES[kind]
    (call,) = result.calls
    assert call.outcome == (expected if isinstance(expected, str) else expected[provider])
    assert call.cost == sandbox.sold(provider) * client.spec.price(sandbox.clock.now().date())
    assert sandbox.sold(provider) <= 1
    assert len(result.records) + len(result.not_found) + len(result.failed) == 1
