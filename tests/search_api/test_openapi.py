"""Tests of the API's description: it is complete, and whatever it allows is answered as it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from search_api.http.app import PUBLIC_PATHS
from search_api.problems import MEDIA_TYPE
from sql.database import Database
from tests.search_api.api import Api, make_api, token_of

EXAMPLES = 20
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database)


@pytest.fixture(scope="module")
def token(api: Api) -> str:
    return token_of(api.sign_up())


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_sent_is_answered_as_described(
    api: Api, token: str, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", api.app)
    tried = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        with subtests.test(operation.label):
            try_operation(operation, mode, token)
        tried += 1

    assert tried == len(operations(api))


def try_operation(operation: Any, mode: GenerationMode, token: str) -> None:  # schemathesis' types are its own
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    try:
        send()
    except Unsatisfiable:
        # A route without parameters has nothing that could be wrong.
        assert mode is GenerationMode.NEGATIVE


def operations(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    document = api.app.openapi()
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def test_every_route_behind_the_door_says_how_it_fails(api: Api) -> None:
    closed = [each for path, _, each in operations(api) if path not in PUBLIC_PATHS]
    promised = [
        set(response.get("content", {}))
        for each in closed
        for status, response in each["responses"].items()
        if status >= "400"
    ]

    assert all({"401", "403", "422", "503", "504"} <= set(each["responses"]) for each in closed)
    assert all(each["security"] == [{"HTTPBearer": []}] for each in closed)
    assert promised == [{MEDIA_TYPE}] * len(promised)


def test_every_route_and_schema_is_explained(api: Api) -> None:
    unexplained = [f"{method} {path}" for path, method, each in operations(api) if not each.get("description")]

    assert unexplained == []
    assert "HTTPValidationError" not in api.app.openapi()["components"]["schemas"]
