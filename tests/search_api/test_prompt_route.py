"""Routes that are called by a plan answer as the framework's own way does, and only what fits a plan has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel

from search_api.http.prompt_route import Plan, PromptRoute
from search_api.http.routes import embeddings, search
from search_api.http.service import Searcher
from sql.database import Database
from tests.search_api.api import Api, make_api, token_of
from tests.stubs import StubEncoder

JSON = "application/json"
# What no plan is made for, so that the framework calls the endpoint.
FRAMEWORK = "application/json; charset=utf-8"


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    encoder = StubEncoder()
    with clone() as url, Database(url) as database:
        yield make_api(url, database, lambda _: encoder)


@pytest.mark.parametrize(
    ("router", "path"), [(search.router, "/v1/search/code"), (embeddings.router, "/v1/embeddings")]
)
def test_the_routes_that_are_asked_most_have_a_plan(router: APIRouter, path: str) -> None:
    (route,) = [each for each in router.routes if isinstance(each, PromptRoute) and each.path == path]

    assert Plan.of(route) is not None


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "cart"}',
        b'{"query": ""}',
        b'{"query": "cart", "limit": 0}',
        b'{"query": "cart", "limit": 100000}',
        b'{"query": "cart", "mode": "near"}',
        b'{"query": "cart", "asked": true}',
        b'{"query": "\\ud800"}',
        b'{"query": NaN}',
        b'{"query"',
        b"[]",
        b"",
        b"\xff",
    ],
)
@pytest.mark.parametrize("path", ["/v1/search/code", "/v1/embeddings"])
def test_a_body_is_read_as_the_framework_reads_it(api: Api, path: str, body: bytes) -> None:
    with api.client(token_of(api.sign_up())) as client:
        replies = [client.post(path, content=body, headers={"Content-Type": kind}) for kind in (JSON, FRAMEWORK)]

    assert replies[0].status_code == replies[1].status_code
    kept = [
        {name: value for name, value in reply.json().items() if name not in ("took_ms", "request_id")}
        for reply in replies
    ]
    assert kept[0] == kept[1]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_what_does_not_say_that_it_is_json_is_refused(api: Api, kind: str | None) -> None:
    with api.client(token_of(api.sign_up())) as client:
        headers = {} if kind is None else {"Content-Type": kind}
        reply = client.post("/v1/search/code", content=b'{"query": "cart"}', headers=headers)

    assert reply.status_code == 422


@pytest.mark.parametrize("path", ["/v1/search/code", "/v1/embeddings"])
def test_nobody_without_the_scope_comes_in(api: Api, path: str) -> None:
    key = api.make_key(api.sign_up(), ["tasks:read"])
    with api.client(key) as client:
        reply = client.post(path, json={"query": "cart"} if "search" in path else {"model": "stub", "input": "cart"})

    assert reply.status_code == 403


class Body(BaseModel):
    query: str


async def find_nothing(request: Request) -> None:
    """What any dependency may be."""


def find_in_a_thread(request: Request) -> None:
    """May wait for something."""


async def find_by_header(request: Request, name: Annotated[str, Header()]) -> str:
    return name


async def find_by_another(request: Request, _: Annotated[None, Depends(find_nothing)]) -> None:
    """Would be called without what the other one checks."""


def fits(body: Body, caller: Searcher, found: Annotated[None, Depends(find_nothing)]) -> Response:
    return Response()


async def fits_too(request: Request, body: Body) -> Response:
    return Response()


def answers_with_a_model(body: Body) -> Body:
    return body


def has_no_body(request: Request) -> Response:
    return Response()


def has_a_query(body: Body, limit: int) -> Response:
    return Response()


def waits(body: Body, found: Annotated[None, Depends(find_in_a_thread)]) -> Response:
    return Response()


def reads_a_header(body: Body, found: Annotated[str, Depends(find_by_header)]) -> Response:
    return Response()


def asks_two(body: Body, found: Annotated[None, Depends(find_by_another)]) -> Response:
    return Response()


@pytest.mark.parametrize("endpoint", [fits, fits_too])
def test_what_takes_a_body_and_the_request_has_a_plan(endpoint: Callable[..., object]) -> None:
    assert Plan.of(PromptRoute("/", endpoint, methods=["POST"])) is not None


@pytest.mark.parametrize("endpoint", [answers_with_a_model, has_no_body, has_a_query, waits, reads_a_header, asks_two])
def test_what_takes_more_is_left_to_the_framework(endpoint: Callable[..., object]) -> None:
    assert Plan.of(PromptRoute("/", endpoint, methods=["POST"])) is None
