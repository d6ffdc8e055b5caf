import json
from pathlib import Path

import asyncpg
import psycopg
import psycopg_pool
import pytest

from reos.core.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ReosError,
    UnavailableError,
)
from reos_api.problems import Problem, problems, render

SCOPE = {"type": "http", "path": "/x", "state": {"request_id": "r1"}}


@pytest.mark.parametrize(
    "error",
    [
        *(kind("what happened", remedy="what to do") for kind in (InvalidInputError, NotFoundError, ConflictError)),
        *(kind("what happened", remedy="what to do") for kind in (ForbiddenError, AuthenticationError)),
        UnavailableError("what happened", remedy="what to do"),
    ],
    ids=lambda error: error.code,
)
def test_our_errors_say_what_happened_and_what_to_do(error: ReosError) -> None:
    response = render(SCOPE, error)
    problem = Problem.model_validate_json(response.body)
    assert (response.status_code, response.media_type) == (error.status, "application/problem+json")
    assert (problem.status, problem.code, problem.request_id) == (error.status, error.code, "r1")
    assert (problem.detail, problem.remedy) == ("what happened", "what to do")
    assert problem.type == f"urn:reos:problem:{error.code}"


@pytest.mark.parametrize(
    "error", [RuntimeError("inside"), ConfigurationError("inside"), ReosError("inside"), FileNotFoundError("inside")]
)
def test_what_is_our_fault_is_a_500_that_says_nothing_of_our_inside(error: Exception) -> None:
    response = render(SCOPE, error)
    assert response.status_code == 500
    assert b"inside" not in response.body


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (asyncpg.UndefinedTableError("x"), "The warehouse has not been built yet."),
        (psycopg.OperationalError("x"), "The database does not answer."),
        (psycopg_pool.PoolTimeout("x"), "The database does not answer."),
        (ConnectionRefusedError("x"), "The database does not answer."),
        (asyncpg.QueryCanceledError("x"), "The database does not answer."),
    ],
)
def test_a_missing_database_is_a_503(error: Exception, detail: str) -> None:
    response = render(SCOPE, error)
    assert (response.status_code, json.loads(response.body)["detail"]) == (503, detail)


def test_a_401_says_how_to_authenticate_and_no_other_status_does() -> None:
    assert render(SCOPE, AuthenticationError("x")).headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert "www-authenticate" not in render(SCOPE, NotFoundError("x")).headers


def test_documented_statuses_carry_the_model() -> None:
    assert {status: entry["model"] for status, entry in problems(401, 404).items()} == {401: Problem, 404: Problem}


def test_the_package_has_no_http_exception_of_its_own() -> None:
    sources = Path(problems.__code__.co_filename).parent.rglob("*.py")
    raising = {path.name for path in sources if "raise HTTPException" in path.read_text()}
    assert raising == {"body_limit.py"}
