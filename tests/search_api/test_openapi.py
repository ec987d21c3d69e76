"""Tests of the API's description: it is complete, and whatever it allows is answered as it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from search_api.http.app import PUBLIC_PATHS
from search_api.http.openai_errors import ROUTES as SHAPED_AS_OPENAI
from search_api.problems import MEDIA_TYPE
from sql.database import Database
from tests.chatting import new_session, say
from tests.indexing import index_now, put_file
from tests.search_api.api import Api, make_api, token_of
from tests.stubs import StubEncoder

EXAMPLES = 20
SEARCHES = ("/v1/search/code", "/v1/search/chat")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    ignored_auth,
]
# What no schema can say: refusals of fields that are each as they should be.
BETWEEN_FIELDS = (
    "comes up twice",
    "both written and deleted",
    "moved onto itself",
    "The query names no word to look for.",
    # What the vocabulary of the model does not have.
    "Token ids are those of this model's own tokeniser",
    # Anywhere in a field that takes any JSON.
    "somewhere in this JSON",
    # Only a list knows what it gave.
    "is no `next` of this list",
    "is no `previous` of this list",
    "only one of after, before and around",
    # A moment at the edges of what can be written.
    "lies outside of the years",
    # Only the clock knows.
    "a key expires in the future",
    # A key that comes up with two bodies.
    "The Idempotency-Key has been used",
)
# Strings of one character are what is tried most, so some of these have such words.
FILES = {
    "/shop/src/a.py": "def a(b):\n    return b + 0\n",
    "/shop/src/cart.py": "class Cart:\n    def total(self, prices):\n        return sum(prices)\n",
    "/shop/README.md": "# Shop\n\nA cart, and what is in it.\n",
}
MESSAGES = ["a 0", "why does the cart not add up?", "because prices are rounded: 0.1 + 0.2"]


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    encoder = StubEncoder()
    with clone() as url, Database(url) as database:
        yield make_api(url, database, lambda _: encoder)


@pytest.fixture(scope="module")
def token(api: Api) -> str:
    """Of a user with an index and chats, so that searches ask what they ask of real ones."""
    owner = api.sign_up()
    for path, content in FILES.items():
        put_file(api.url, owner, path, content)
    with psycopg.connect(api.url) as connection:
        session = new_session(connection, owner, "Prices")
        for minute, message in enumerate(MESSAGES):
            say(connection, session, message, minute=minute)
    assert index_now(api.url, StubEncoder()).files == len(FILES)
    return token_of(owner)


def test_the_searches_that_are_tried_have_something_to_find(api: Api, token: str) -> None:
    with api.client(token) as client:
        found = {route: client.post(route, json={"query": "cart"}).json()["results"] for route in SEARCHES}

    assert all(found.values())


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_sent_is_answered_as_described(
    api: Api, token: str, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", api.app)
    # Each request has a token; what comes of others is what `ignored_auth` asks.
    schema.config.generation.update(with_security_parameters=False)
    tried = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        with subtests.test(operation.label):
            try_operation(operation, mode, token)
        tried += 1

    assert tried == len(operations(api))


def try_operation(operation: Any, mode: GenerationMode, token: str) -> None:  # schemathesis' types are its own
    headers = {"Authorization": f"Bearer {token}"}

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
        response = case.call(headers=headers)
        # 412: an ETag that is made up names no version.
        refused = response.status_code == 412 or (
            response.status_code in (400, 422) and any(each in response.text for each in BETWEEN_FIELDS)
        )
        checks = CHECKS if refused else [*CHECKS, positive_data_acceptance]
        case.validate_response(response, headers=headers, checks=checks)

    try:
        send()
    except Unsatisfiable:
        # A route without parameters has nothing that could be wrong.
        assert mode is GenerationMode.NEGATIVE


METHODS = {"get", "head", "post", "put", "patch", "delete", "trace"}


def test_a_method_that_is_not_described_is_refused(api: Api, token: str) -> None:
    document = api.app.openapi()["paths"]
    with api.client(token) as client:
        replies = {
            (method, path): client.request(method, re.sub(r"{\w+}", str(UUID(int=1)), path))
            for path, described in document.items()
            for method in METHODS - set(described)
        }

    assert len(replies) > 5 * len(document)
    assert {reply.status_code for reply in replies.values()} == {405}
    for (_, path), reply in replies.items():
        assert set(reply.headers["Allow"].lower().split(", ")) <= set(document[path])


def operations(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    document = api.app.openapi()
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def test_every_route_behind_the_door_says_how_it_fails(api: Api) -> None:
    closed = [
        each for path, _, each in operations(api) if path not in PUBLIC_PATHS and not path.startswith(SHAPED_AS_OPENAI)
    ]
    promised = [
        set(response.get("content", {}))
        for each in closed
        for status, response in each["responses"].items()
        if status >= "400"
    ]

    assert all({"401", "403", "422", "503", "504"} <= set(each["responses"]) for each in closed)
    assert all(each["security"] == [{"HTTPBearer": []}] for each in closed)
    assert promised == [{MEDIA_TYPE}] * len(promised)


def test_every_route_for_openais_clients_says_how_it_fails(api: Api) -> None:
    document = api.app.openapi()
    shaped = [each for path, _, each in operations(api) if path.startswith(SHAPED_AS_OPENAI)]

    assert len(shaped) == 3
    assert all(each["security"] == [{"HTTPBearer": []}] for each in shaped)
    for each in shaped:
        failures = {status: response for status, response in each["responses"].items() if status >= "400"}
        assert {"400", "401", "403", "503", "504"} <= set(failures)
        for response in failures.values():
            schema = response["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
            error = document["components"]["schemas"][schema]["properties"]["error"]["$ref"].rsplit("/", 1)[1]
            fields = document["components"]["schemas"][error]["properties"]
            assert set(fields) == {"message", "type", "param", "code"}


def test_every_route_and_schema_is_explained(api: Api) -> None:
    unexplained = [f"{method} {path}" for path, method, each in operations(api) if not each.get("description")]

    assert unexplained == []
    assert "HTTPValidationError" not in api.app.openapi()["components"]["schemas"]
