"""Tests of the one table from errors to problem documents."""

from __future__ import annotations

import json

import psycopg
import psycopg_pool
import pytest
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from starlette.exceptions import HTTPException

from models.errors import CodingitError, InvalidRequestError, SetupError, UnauthenticatedError, UnavailableError
from search_api.problems import INTERNAL, MEDIA_TYPE, MOST_COMPLAINTS, Problem, ProblemDocument, describe_problem


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        pytest.param(InvalidRequestError(), 422, "invalid_request", id="ours"),
        pytest.param(UnauthenticatedError(), 401, "unauthenticated", id="no caller"),
        pytest.param(SetupError("no such model"), 500, "setup", id="a wrong setting"),
        pytest.param(psycopg.errors.QueryCanceled(), 504, "timed_out", id="statement timeout"),
        pytest.param(psycopg.errors.InsufficientPrivilege(), 403, "forbidden", id="a policy"),
        pytest.param(psycopg.errors.UniqueViolation(), 409, "conflict", id="a unique key"),
        pytest.param(psycopg.errors.UntranslatableCharacter(), 422, "invalid_request", id="NUL"),
        pytest.param(psycopg.errors.AdminShutdown(), 503, "unavailable", id="the server stops"),
        pytest.param(psycopg.errors.TooManyConnections(), 503, "unavailable", id="the server is full"),
        pytest.param(psycopg.OperationalError("connection refused"), 503, "unavailable", id="no server"),
        pytest.param(psycopg_pool.PoolTimeout(), 503, "unavailable", id="the pool is empty"),
        pytest.param(HTTPException(404), 404, "no_such_route", id="no route"),
        pytest.param(HTTPException(405), 405, "method_not_allowed", id="no such method"),
        pytest.param(HTTPException(400), 400, "malformed", id="malformed"),
        pytest.param(HTTPException(418), 418, "refused", id="another refusal"),
    ],
)
def test_an_error_has_a_status_and_a_stable_code(error: Exception, status: int, code: str) -> None:
    problem = describe_problem(error)

    assert problem is not None
    assert (problem.status, problem.code) == (status, code)
    assert problem.detail
    assert problem.hint


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(KeyError("password"), id="a defect"),
        pytest.param(CodingitError("unnamed"), id="an error without a name"),
        pytest.param(psycopg.errors.UndefinedTable(), id="wrong SQL"),
        pytest.param(psycopg.errors.SyntaxError(), id="broken SQL"),
        pytest.param(ResponseValidationError([]), id="a reply that is not as promised"),
    ],
)
def test_a_defect_of_ours_is_no_problem_to_be_described(error: Exception) -> None:
    assert describe_problem(error) is None


@pytest.mark.parametrize(
    "error", [psycopg.errors.UniqueViolation("Key (email)=(a@b.c)"), psycopg.OperationalError("host db1")]
)
def test_what_the_driver_says_stays_inside(error: Exception) -> None:
    problem = describe_problem(error)

    assert problem is not None
    assert str(error) not in problem.detail


def test_a_caller_is_told_how_to_sign_in_and_when_to_come_back() -> None:
    unauthenticated, unavailable = describe_problem(UnauthenticatedError()), describe_problem(UnavailableError())

    assert unauthenticated is not None
    assert unavailable is not None
    assert dict(unauthenticated.headers) == {"WWW-Authenticate": "Bearer"}
    assert int(unavailable.headers["Retry-After"]) > 0


def test_wrong_fields_are_named_without_their_values() -> None:
    errors = [{"loc": ("body", "files", 0, "path"), "msg": "Value error, a path starts with '/'", "input": "hunter2"}]

    problem = describe_problem(RequestValidationError(errors))

    assert problem is not None
    assert problem.detail == "files.0.path: a path starts with '/'"


def test_the_complaints_are_bounded() -> None:
    errors = [{"loc": ("body", number), "msg": "wrong"} for number in range(1000)]

    problem = describe_problem(RequestValidationError(errors))

    assert problem is not None
    assert problem.detail.count("wrong") == MOST_COMPLAINTS
    assert problem.detail.endswith("and 990 more")


@pytest.mark.parametrize("problem", [INTERNAL, Problem(404, "not_found", "half a pair: \ud800", "hint")])
def test_the_response_is_a_problem_document(problem: Problem) -> None:
    response = problem.response("r1")
    document = json.loads(bytes(response.body))

    assert (response.status_code, response.media_type) == (problem.status, MEDIA_TYPE)
    assert set(document) == set(ProblemDocument.model_fields)
    assert (document["status"], document["code"], document["request_id"]) == (problem.status, problem.code, "r1")
