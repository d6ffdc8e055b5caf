"""The OpenAddresses batch service with one place: its list of data, and the file, which lies behind a redirect.

The file has the county's own parcels as address points, in the form of the real files: gzip, a GeoJSON feature a line.
"""

import gzip
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reos_local.sandbox.draws import Draws
from reos_local.sandbox.wire import json_response
from reos_local.sandbox.world import county_apns, parcel

PLACE = "us/wa/king"
JOB = 700_001
UPDATED_MS = 1_784_000_000_000

_FILE = "source.geojson.gz"


def entry(seed: int) -> dict[str, Any]:
    """Return the place's entry in the list of data."""
    output = {"cache": True, "output": True, "preview": True, "validated": False}
    return {
        "id": 1,
        "job": JOB,
        "latest_job": JOB,
        "source": PLACE,
        "layer": "addresses",
        "name": "county",
        "size": len(file_of(seed)),
        "updated": UPDATED_MS,
        "fabric": False,
        "output": output,
    }


def job(seed: int) -> dict[str, Any]:
    """Return the place's job, with the licence that its source names."""
    return {
        "id": JOB,
        "s3": False,
        "license": {"text": "CC BY 4.0", "attribution": True, "attribution name": "King County", "share-alike": False},
        "run": 1,
        "map": None,
        "created": UPDATED_MS,
        "source": f"https://raw.githubusercontent.com/openaddresses/openaddresses/master/sources/{PLACE}.json",
        "source_name": PLACE,
        "layer": "addresses",
        "name": "county",
        "output": {"cache": True, "output": True, "preview": True},
        "loglink": "",
        "status": "Success",
        "stats": {},
        "count": None,
        "bounds": None,
        "version": "1.0.0",
        "size": len(file_of(seed)),
    }


def features(seed: int) -> Iterator[dict[str, Any]]:
    """Yield the address points; a few have no number, as in the real files, and most no region."""
    for apn in county_apns(seed):
        true, draws = parcel(seed, apn), Draws(seed, f"oa.{apn}")
        if true.address is None:
            continue
        number, _, street = true.address.partition(" ")
        properties = {
            "number": "" if draws.chance("no_number", 0.01) else number,
            "street": street,
            "unit": None if draws.chance("null_unit", 0.5) else "",
            "city": true.place.city.upper(),
            "district": "",
            "region": "",
            "postcode": true.place.zip5,
            "id": "",
        }
        place = [round(true.longitude + 0.0001, 7), round(true.latitude - 0.0001, 7)]
        sha1 = hashlib.sha1(orjson.dumps([JOB, properties, place]), usedforsecurity=False).hexdigest()
        geometry = {"type": "Point", "coordinates": place}
        yield {"type": "Feature", "properties": properties | {"hash": sha1[:16]}, "geometry": geometry}


@lru_cache(maxsize=2)
def file_of(seed: int) -> bytes:
    """Return the file as it lies in the store."""
    return gzip.compress(b"".join(orjson.dumps(each) + b"\n" for each in features(seed)), mtime=0)


def router(seed: int) -> APIRouter:
    """Return the routes of the service and of its file store."""
    routes = APIRouter(prefix="/openaddresses")
    stored = f"/batch-prod/job/{JOB}/{_FILE}"

    @routes.get("/api/data")
    def data(source: str = "", layer: str = "addresses") -> Response:
        found = PLACE.startswith(source) and layer == "addresses"
        return json_response([entry(seed)] if found else [])

    @routes.get("/api/job/{number}")
    def about(number: int) -> Response:
        missing = {"status": 404, "message": "job not found", "messages": []}
        return json_response(job(seed)) if number == JOB else json_response(missing, 404)

    @routes.get("/api/job/{job}/output/source.geojson.gz")
    async def output(job: int, request: Request) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer oa."):
            return json_response({"status": 403, "message": "Authentication Required", "messages": []}, 403)
        if job != JOB:
            return json_response({"status": 404, "message": "job not found", "messages": []}, 404)
        return RedirectResponse(f"{routes.prefix}{stored}", 302)

    @routes.get(stored)
    def download() -> Response:
        return Response(file_of(seed), media_type="application/gzip")

    return routes
