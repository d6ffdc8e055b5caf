"""The sandbox as one ASGI application: the providers' routes, and its own under `/_…`."""

from typing import Annotated

from fastapi import FastAPI, Query, Response

from reos_local.sandbox import (
    acs,
    arcgis,
    attom,
    bridge,
    census,
    county_layers,
    fema,
    openaddresses,
    regrid,
    socrata,
    zillow,
)
from reos_local.sandbox.export import export_text
from reos_local.sandbox.faults import PROVIDERS, Fault, FaultMiddleware, FaultSwitch
from reos_local.sandbox.mailing import mailing_list_text
from reos_local.sandbox.sold import Sold
from reos_local.sandbox.wire import json_response

DEFAULT_ATTOM_KEY = "sandbox-attom-key"  # opens nothing but this sandbox
_MAX_EXPORT_ROWS = 50_000


def create_app(seed: int = 1, attom_key: str = DEFAULT_ATTOM_KEY) -> FastAPI:
    """Return the application for the world of `seed`."""
    switch, sold = FaultSwitch(seed), Sold()
    app = FastAPI(title="Real Estate OS provider sandbox", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(arcgis.router(seed))
    app.include_router(county_layers.router(seed))
    app.include_router(attom.router(seed, attom_key, sold))
    app.include_router(regrid.router(seed, sold))
    app.include_router(census.router(seed))
    app.include_router(socrata.router(seed))
    app.include_router(openaddresses.router(seed))
    app.include_router(fema.router(seed))
    app.include_router(zillow.router(seed))
    app.include_router(acs.router(seed))
    app.include_router(bridge.router(seed))

    @app.get("/_health")
    async def health() -> Response:
        faults = {name: fault.model_dump() for name, fault in switch.active.items()}
        return json_response({"status": "ok", "seed": seed, "requests": switch.requests, "faults": faults})

    @app.get("/_sold")
    async def sold_records() -> Response:
        return json_response(sold.totals())

    @app.put("/_faults/{provider}")
    async def switch_on(provider: str, fault: Fault) -> Response:
        if provider not in PROVIDERS:
            return json_response({"detail": f"No provider {provider}; there are {', '.join(PROVIDERS)}."}, 404)
        switch.active[provider] = fault
        return json_response(fault.model_dump())

    @app.delete("/_faults")
    async def switch_off() -> Response:
        switch.active.clear()
        return Response(status_code=204)

    @app.get("/_export/king-county.csv")
    def export(rows: Annotated[int, Query(ge=1, le=_MAX_EXPORT_ROWS)] = 600) -> Response:
        return Response(export_text(rows, seed), media_type="text/csv; charset=utf-8")

    @app.get("/_export/mailing-list.csv")
    def mailing_list(homes: Annotated[int, Query(ge=0, le=_MAX_EXPORT_ROWS)] = 24) -> Response:
        return Response(mailing_list_text(seed, homes), media_type="text/csv; charset=utf-8")

    app.add_middleware(FaultMiddleware, switch=switch)
    return app
