"""`/docs`: the API reference as one plain page, rendered from the OpenAPI document without any script.

The usual pages (Swagger UI, Redoc) load scripts from other hosts, which our own headers forbid.
"""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def read_reference(request: Request) -> Response:
    """Return the page."""
    document = request.app.openapi()
    page = _template().render(document=document, sections=sections(document))
    return Response(page, media_type="text/html; charset=utf-8")


@router.get("/docs/style.css")
async def read_style() -> Response:
    """Return its style sheet."""
    return Response(_asset("style.css"), media_type="text/css; charset=utf-8")


def sections(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Group the operations by their first tag, in the order of the document's tags."""
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return [
        {**tag, "operations": [each for each in operations if tag["name"] == each["tags"][-1]]}
        for tag in document["tags"]
    ]


def prose(text: str) -> Markup:
    """Render paragraphs, `code` and **emphasis** of a description, everything else escaped."""
    safe = str(escape(text.strip()))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe)
    return Markup("".join(f"<p>{part}</p>" for part in safe.split("\n\n")))  # noqa: S704 (escaped above)


def shape(schema: dict[str, Any]) -> str:
    """Name the type of a parameter or body in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(shape(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {shape(schema['items'])}"
    return str(schema.get("format") or schema.get("type") or "value")


@lru_cache(maxsize=1)
def _template() -> Any:  # noqa: ANN401 (jinja2's own type says no more)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(prose=prose, shape=shape)
    return environment.from_string(_asset("reference.html"))


def _asset(name: str) -> str:
    return files("reos_api").joinpath("assets", name).read_text(encoding="utf-8")
