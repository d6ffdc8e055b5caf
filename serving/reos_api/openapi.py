"""The OpenAPI document: written to `serving/openapi.json`, from which clients are generated; a test finds any drift.

`python -m reos_api.openapi` writes the file.
"""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from reos_api.problems import MEDIA_TYPE

FILE = Path(__file__).resolve().parents[1] / "openapi.json"
_PROBLEM = "#/components/schemas/Problem"


def document_of(app: FastAPI) -> dict[str, Any]:
    """Return the application's document (OpenAPI 3.1), built once, with the media type of problems."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            separate_input_output_schemas=app.separate_input_output_schemas,
        )
        for operation in (operation for path in document["paths"].values() for operation in path.values()):
            _name_problem_media_type(operation["responses"])
            _describe_streams(operation["responses"])
        app.openapi_schema = document
    return app.openapi_schema


def rendered(app: FastAPI) -> str:
    """Return the text of the committed file."""
    return json.dumps(document_of(app), indent=2, ensure_ascii=False) + "\n"


def _name_problem_media_type(responses: dict[str, Any]) -> None:
    for response in responses.values():
        for media_type, content in list(response.get("content", {}).items()):
            if content.get("schema", {}).get("$ref") == _PROBLEM:
                response["content"] = {MEDIA_TYPE: response["content"].pop(media_type)}


def _describe_streams(responses: dict[str, Any]) -> None:
    stream = responses.get("200", {}).get("content", {}).get("text/event-stream")
    if stream:  # as OpenAPI 3.2 describes server-sent events
        envelope = {"$ref": stream["schema"]["$ref"]}
        data = {"type": "string", "contentMediaType": "application/json", "contentSchema": envelope}
        members = {"id": {"type": "string"}, "data": data}
        stream["schema"] = {"type": "object", "properties": members, "required": ["id", "data"]}


def describe() -> FastAPI:
    """Build an application that is good only for its document: keys and database are made up."""
    from reos.core.settings import Settings  # noqa: PLC0415 - app imports this module
    from reos_api.app import create_app  # noqa: PLC0415

    return create_app(Settings.model_validate({"jwt_keys": '{"doc": "%s"}' % ("-" * 32), "db_app_url": "postgresql:"}))


if __name__ == "__main__":
    FILE.write_text(rendered(describe()))
