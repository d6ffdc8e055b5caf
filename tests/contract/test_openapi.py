"""The committed OpenAPI document is the application's, valid, and fit to generate clients from."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis

from reos_api.openapi import FILE, describe, rendered

DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_document_is_what_the_application_says() -> None:
    message = "serving/openapi.json is out of date: run `python -m reos_api.openapi` and commit it"
    assert FILE.read_text() == rendered(describe()), message


def test_it_is_openapi_3_1_and_valid() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    with pytest.raises(Exception, match="title"):
        schemathesis.openapi.from_dict({**DOCUMENT, "info": {}}).validate()


def test_operation_ids_are_the_names_of_the_functions_and_unique() -> None:
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(set(ids)) == len(ids)
    assert {"list_properties", "get_property", "create_property", "stream_events", "login"} <= set(ids)


@pytest.mark.parametrize(("name", "operation"), list(operations()), ids=[name for name, _ in operations()])
def test_every_operation_is_described_tagged_and_says_how_it_fails(name: str, operation: dict[str, Any]) -> None:
    assert operation["description"].strip()
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    public = "/health/" in name or name.endswith(("/login", "/refresh"))
    assert ("security" in operation) is not public
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"]
    if "security" in operation:
        assert "401" in operation["responses"]


def test_every_parameter_is_described() -> None:
    for name, operation in operations():
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "path":
                assert parameter.get("description"), (name, parameter["name"])


def test_streams_are_documented_with_the_envelope() -> None:
    for name in ("/v1/events/stream", "/v1/properties/{property_id}/stream"):
        content = DOCUMENT["paths"][name]["get"]["responses"]["200"]["content"]
        data = content["text/event-stream"]["schema"]["properties"]["data"]
        assert data["contentSchema"]["$ref"] == "#/components/schemas/EventEnvelope"
    assert "EventEnvelope" in DOCUMENT["components"]["schemas"]


def test_path_parameters_are_named_after_their_resource() -> None:
    assert all("{id}" not in path for path in DOCUMENT["paths"])
