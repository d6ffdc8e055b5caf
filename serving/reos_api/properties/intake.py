"""A lead through the door: one transaction for the property, its event and the remembered answer; the wake-up after."""

import orjson
from starlette.responses import Response

from reos.core.errors import InvalidInputError
from reos.core.ids import new_id
from reos.db.connection import Connection
from reos.pipeline.discover import Discovered, Lead, record
from reos_api.dependencies import Caller
from reos_api.idempotency import Answer, request_hash
from reos_api.properties.schemas import IntakeResult, NewProperty
from reos_api.services import Services
from reos_api.writes import commit


async def take_in(app: Services, who: Caller, lead: NewProperty, key: str | None) -> Response:
    """Discover the lead's property as `reos_app`; `InvalidInputError` with the reason when it is refused."""
    digest = request_hash(lead, "create_property")
    answer = await commit(app, who, key, digest, lambda conn: _discover(app, who, lead, conn))
    location = f"/v1/properties/{orjson.loads(answer.body)['property_id']}"
    headers = {"location": location, "cache-control": "no-store", **answer.headers}
    return Response(answer.body, answer.status, headers, media_type="application/json")


def _discover(app: Services, who: Caller, body: NewProperty, conn: Connection) -> Answer:
    leads = [_lead(body)]
    found = record(conn, who.tenant_id, leads, clock=app.clock, correlation_id=new_id(), user_id=who.user_id)[0]
    return Answer(201 if found.created else 200, _result(found).model_dump_json().encode())


def _result(found: Discovered) -> IntakeResult:
    if found.property_id is None:
        raise InvalidInputError(found.reason)
    return IntakeResult(
        property_id=found.property_id,
        created=found.created,
        outcome=found.outcome,
        reason=found.reason,
        absorbed_id=found.absorbed_id,
        may_be=list(found.may_be),
    )


def _lead(body: NewProperty) -> Lead:
    position = {"latitude": body.latitude, "longitude": body.longitude}
    return Lead(
        apn=body.apn,
        county_fips=body.county_fips,
        address=body.address,
        unit=body.unit,
        city=body.city,
        state=body.state,
        zip_code=body.zip,
        attributes={name: value for name, value in position.items() if value is not None},
        source="api",
    )
