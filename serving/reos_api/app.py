"""The application factory: routes, middleware, errors, and the OpenAPI document."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from reos.core.clock import Clock, SystemClock
from reos.core.settings import Settings
from reos_api import problems
from reos_api.auth.endpoints import router as auth
from reos_api.connectors.endpoints import router as connectors
from reos_api.description import DESCRIPTION, TAGS, VERSION
from reos_api.events.endpoints import router as events
from reos_api.exports.endpoints import router as exports
from reos_api.health.endpoints import router as health
from reos_api.imports.endpoints import router as imports
from reos_api.imports.upload import PATH as IMPORT_PATH
from reos_api.lifespan import lifespan_of
from reos_api.matches.endpoints import router as matches
from reos_api.memos.endpoints import router as memos
from reos_api.metrics import ApiMetrics
from reos_api.middleware.body_limit import BodyLimit
from reos_api.middleware.errors import UnforeseenErrors
from reos_api.middleware.observe import Observe
from reos_api.middleware.request_id import RequestId
from reos_api.middleware.security_headers import SecurityHeaders
from reos_api.openapi import document_of
from reos_api.policy.endpoints import router as policy
from reos_api.properties.endpoints import router as properties
from reos_api.reference import router as reference
from reos_api.settings import ApiSettings


def create_app(settings: Settings, api: ApiSettings | None = None, *, clock: Clock | None = None) -> FastAPI:
    """Build the application; `ConfigurationError` when keys or the database URL are missing or weak."""
    limits = api or ApiSettings()
    metrics = ApiMetrics()
    app = FastAPI(
        title="Real Estate OS",
        version=VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan_of(settings, limits, clock or SystemClock(), metrics),
        middleware=_middleware(settings, limits, metrics),
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,  # see reference.py
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in (auth, imports, exports, properties, matches, memos, connectors, policy, events, health, reference):
        app.include_router(router)
    problems.install(app)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]
    return app


def _middleware(settings: Settings, limits: ApiSettings, metrics: ApiMetrics) -> list[Middleware]:
    """Outermost first: every answer, whoever gives it, is measured and carries the id and the security headers."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["authorization", "content-type", "idempotency-key", "if-none-match", "last-event-id"],
        expose_headers=["etag", "x-request-id", "idempotent-replayed", "location"],
    )
    return [
        Middleware(RequestId),
        Middleware(SecurityHeaders),
        Middleware(Observe, metrics=metrics),
        *([cors] if settings.cors_origins else []),
        Middleware(UnforeseenErrors),
        Middleware(BodyLimit, limit=limits.body_limit_bytes, uploads={IMPORT_PATH: settings.import_upload_max_bytes}),
    ]
