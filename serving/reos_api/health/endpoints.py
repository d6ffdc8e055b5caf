"""`/v1/health` and `/metrics`: open to whoever may reach the process; they tell nothing of any tenant."""

from fastapi import APIRouter, Response

from reos_api.connectors import gauges
from reos_api.dependencies import AppServices
from reos_api.health import checks
from reos_api.health.schemas import CacheHealth, DatabaseHealth, Health
from reos_api.problems import problems

router = APIRouter(tags=["health"])


@router.get("/v1/health/live")
async def check_live() -> Health:
    """Tell that the process runs; restart it when this fails."""
    return Health()


@router.get("/v1/health/ready", responses=problems(503))
async def check_ready(app: AppServices) -> Health:
    """Tell that the database answers; send no traffic while this fails."""
    await checks.database(app)
    return Health()


@router.get("/v1/health/db", responses=problems(503))
async def check_database(app: AppServices) -> DatabaseHealth:
    """Describe the database connection."""
    return await checks.database(app)


@router.get("/v1/health/cache")
async def check_cache(app: AppServices) -> CacheHealth:
    """Describe the connection to Redis."""
    return await checks.cache(app)


@router.get("/metrics", include_in_schema=False)
async def read_metrics(app: AppServices) -> Response:
    """Return Prometheus' text format."""
    await gauges.refresh(app)
    return Response(app.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")
