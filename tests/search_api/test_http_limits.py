"""Tests of what the HTTP door refuses, bounds and survives, whatever the route."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from search_api.http.app import PUBLIC_PATHS
from search_api.http.service import Reader, TheDatabase
from sql.database import Database
from tests.search_api.api import SECRET, Api, make_api, token_of
from tests.search_api.test_auth import sign

MAX_BODY = 64 * 1024
DIFF = "/v1/files/diff"
# Longer than any test waits, so that its end is never the reason for an answer.
SLEEP_SECONDS = 600


def add_test_routes(app: FastAPI) -> None:
    """Routes that do what no route of ours should: take for ever, and fall over."""

    def sleep(caller: Reader, database: TheDatabase) -> None:
        with database.acting_as(caller) as connection:
            connection.execute(f"select pg_sleep({SLEEP_SECONDS})".encode()).fetchall()

    def fall(caller: Reader) -> None:
        raise KeyError("hunter2")

    app.get("/v1/test/sleep")(sleep)
    app.get("/v1/test/fall")(fall)


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        made = make_api(url, database, max_body_bytes=MAX_BODY, cors_origins="https://ide.example")
        add_test_routes(made.app)
        yield made


@pytest.fixture(scope="module")
def token(api: Api) -> str:
    return token_of(api.sign_up())


@pytest.fixture(scope="module")
def client(api: Api, token: str) -> Iterator[TestClient]:
    with api.client(token) as opened:
        yield opened


def code_of(reply: Any) -> str:
    """Of a problem, or of an error in the shape of OpenAI. Any: what the test client answers with."""
    document = reply.json()
    code: str = document.get("error", document)["code"]
    return code


def test_every_route_but_the_public_ones_refuses_a_stranger(api: Api) -> None:
    document = api.app.openapi()
    routes = [
        (method.upper(), re.sub(r"{\w+}", "00000000-0000-4000-8000-000000000000", path))
        for path, operations in document["paths"].items()
        for method in operations
    ]
    with api.client() as stranger:
        answers = {(method, path): stranger.request(method, path, json={}) for method, path in routes}
    closed = {route: answer for route, answer in answers.items() if route[1] not in PUBLIC_PATHS}

    assert {path for _, path in routes} - PUBLIC_PATHS >= {"/v1/files", "/v1/search/code", "/v1/search/chat"}
    assert {answer.status_code for answer in closed.values()} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in closed.values()} == {"Bearer"}
    assert {code_of(answer) for answer in closed.values()} == {"unauthenticated"}


def test_no_route_is_left_out_of_the_description_but_pages(api: Api) -> None:
    hidden = {route.path for route in api.app.routes if isinstance(route, APIRoute) and not route.include_in_schema}

    assert hidden <= PUBLIC_PATHS


def test_the_services_token_is_no_user_on_any_route(api: Api) -> None:
    token = sign(key=SECRET.get_secret_value(), role="service_role", sub=None)
    with api.client(token) as service:
        answers = [service.get(path).status_code for path in ("/v1/files", "/v1/projects", "/v1/index/status")]

    assert answers == [403] * 3


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/files/", "/nothing", "/v1//files"])
def test_a_route_that_is_not_there_is_told_to_callers_only(api: Api, client: TestClient, path: str) -> None:
    with api.client() as stranger:
        strange = stranger.get(path)
    known = client.get(path)

    assert (strange.status_code, known.status_code, known.json()["code"]) == (401, 404, "no_such_route")


def test_a_method_that_is_not_there_names_those_that_are(client: TestClient) -> None:
    reply = client.patch(DIFF)

    assert (reply.status_code, reply.json()["code"], reply.headers["Allow"]) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half"),
        pytest.param(b"[]", id="another type"),
        pytest.param(b'{"files": [{"path": "/a\xff", "content_hash": "' + b"0" * 64 + b'"}]}', id="no UTF-8"),
        pytest.param(b'{"files": [{"path": "/\\ud800", "content_hash": "' + b"0" * 64 + b'"}]}', id="half a pair"),
        pytest.param(b'{"files": [{"path": "/\\u0000", "content_hash": "' + b"0" * 64 + b'"}]}', id="NUL"),
        pytest.param(b'{"files": NaN}', id="NaN"),
        pytest.param(b'{"files": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", id="nested without end"),
        pytest.param(b'{"files": ' + b"9" * 50_000 + b"}", id="a number without end"),
        pytest.param(b'{"files": [], "file": []}', id="an unknown field"),
        pytest.param(b'{"files": [{"path": "/a", "content_hash": "' + b"G" * 64 + b'"}]}', id="no hash"),
        pytest.param(b'{"files": [], "project_id": "1"}', id="no uuid"),
        pytest.param(b'{"files": [], "project_id": 1}', id="a number for a uuid"),
    ],
)
def test_a_body_that_is_not_valid_is_refused_with_a_hint(client: TestClient, body: bytes) -> None:
    reply = client.post(DIFF, content=body, headers={"Content-Type": "application/json"})

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert reply.json()["hint"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_of_another_type_is_refused(client: TestClient, content_type: str) -> None:
    reply = client.post(DIFF, content=b'{"files": []}', headers={"Content-Type": content_type})

    assert reply.status_code == 422


@pytest.mark.parametrize("query", ["parent_path=%00", "limit=0", "limit=1e3", "limt=1", "parent_path=", "project_id=1"])
def test_a_query_that_is_not_valid_is_refused(client: TestClient, query: str) -> None:
    reply = client.get(f"/v1/files?{query}")

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


def chunks(size: int) -> Iterator[bytes]:
    """A body without a Content-Length."""
    for _ in range(size // 1024):
        yield b" " * 1024


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_refused(client: TestClient, announced: bool) -> None:
    size = MAX_BODY + 1024
    content: Any = b" " * size if announced else chunks(size)

    reply = client.post(DIFF, content=content, headers={"Content-Type": "application/json"})

    assert (reply.status_code, reply.json()["code"]) == (413, "too_large")


def test_a_body_at_the_limit_is_read(client: TestClient) -> None:
    body = b'{"files": []}'.ljust(MAX_BODY)

    assert client.post(DIFF, content=body, headers={"Content-Type": "application/json"}).status_code == 200


def test_a_strangers_body_is_not_even_read(api: Api) -> None:
    scope: MutableMapping[str, Any] = {"type": "http", "method": "POST", "path": DIFF, "headers": []}
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("the body was read")

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(api.app(scope, receive, send))

    assert sent[0]["status"] == 401


def test_a_defect_is_logged_under_the_requests_id_and_told_to_nobody(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "codingit.defects"):
        reply = client.get("/v1/test/fall", headers={"X-Request-Id": "mine-1"})

    assert (reply.status_code, reply.json()["code"], reply.json()["request_id"]) == (500, "internal", "mine-1")
    assert reply.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in reply.text
    assert "mine-1" in caplog.text
    assert "hunter2" in caplog.text


@pytest.mark.parametrize("path", ["/healthz", "/v1/projects", "/v1/nothing", "/openapi.json"])
def test_every_answer_names_its_request_and_is_safe_to_show(client: TestClient, path: str) -> None:
    reply = client.get(path, headers={"X-Request-Id": "line\tbreak"})

    assert len(reply.headers["X-Request-Id"]) == 32
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


def test_the_access_log_has_one_line_a_request_and_no_secret(
    client: TestClient, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "codingit.access"):
        client.get("/v1/projects?title=hunter2")
    lines = [json.loads(record.message) for record in caplog.records if record.name == "codingit.access"]

    assert [(line["method"], line["path"], line["status"]) for line in lines] == [("GET", "/v1/projects", 200)]
    assert UUID(lines[0]["user_id"])
    assert "hunter2" not in caplog.text
    assert token not in caplog.text


def test_a_page_of_an_allowed_origin_may_call_and_read_problems(api: Api) -> None:
    with api.client() as browser:
        preflight = browser.options(
            "/v1/files",
            headers={"Origin": "https://ide.example", "Access-Control-Request-Method": "PUT"},
        )
        refused = browser.get("/v1/files", headers={"Origin": "https://ide.example"})
        foreign = browser.get("/v1/files", headers={"Origin": "https://other.example"})

    assert preflight.status_code == 200
    assert refused.headers["Access-Control-Allow-Origin"] == "https://ide.example"
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_a_statement_over_the_timeout_is_answered_with_504(url: str) -> None:
    # The door's own statements have the same time, and must fit in it on a busy machine.
    with Database(url, statement_timeout_ms=1000) as database:
        api = make_api(url, database)
        add_test_routes(api.app)
        with api.client(token_of(api.sign_up())) as client:
            reply = client.get("/v1/test/sleep")

    assert (reply.status_code, reply.json()["code"]) == (504, "timed_out")


def test_an_empty_pool_is_answered_with_503(url: str) -> None:
    with Database(url, min_size=1, max_size=1, wait_seconds=0.05) as database:
        api = make_api(url, database)
        token = token_of(api.sign_up())
        with api.client(token) as client:
            client.get("/v1/projects").raise_for_status()
            with database._pool.connection():
                reply = client.get("/v1/projects")

    assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
    assert int(reply.headers["Retry-After"]) > 0


@contextmanager
def shut(url: str) -> Iterator[None]:
    """The database lets nobody in, and those inside are put out."""
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"alter database {name} with allow_connections false".encode())
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(f"alter database {name} with allow_connections true".encode())


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether the condition came true in time; the time only bounds a failing test."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_database_that_is_gone_is_503_until_it_is_back(url: str) -> None:
    with Database(url, wait_seconds=0.2) as database:
        api = make_api(url, database)
        with api.client(token_of(api.sign_up())) as client:
            client.get("/v1/projects").raise_for_status()
            with shut(url):
                replies = [client.get("/v1/projects") for _ in range(3)]
            recovered = wait_until(lambda: client.get("/v1/projects").status_code == 200)

    assert {reply.status_code for reply in replies} == {503}
    assert all("Retry-After" in reply.headers for reply in replies)
    assert recovered


NOBODY = "00000000-0000-4000-8000-000000000000"
IDS = {"{task_id}": "1", "{sequence_number}": "1"}
# What each route that reads a body is sent; one that is missing here is refused, and the test says so.
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/search/code"): {"query": "a"},
    ("POST", "/v1/search/chat"): {"query": "a"},
    ("POST", "/v1/search"): {"query": "a"},
    ("POST", "/v1/chat/imports"): {"key": "a", "messages": [{"message_id": "1", "role": "user", "content": "a"}]},
    ("POST", "/v1/embeddings"): {"input": "a", "model": "a"},
    ("PUT", "/v1/files"): {"files": [{"path": "/a", "content": "a"}]},
    ("POST", DIFF): {"files": []},
    ("POST", "/v1/projects"): {"title": "a"},
    ("PATCH", "/v1/projects/{project_id}"): {},
    ("PUT", "/v1/projects/{project_id}/messages"): {"sequence_number": 0, "role": "user", "content": "a"},
    ("POST", "/v1/teams"): {"name": "a"},
    ("PATCH", "/v1/teams/{team_id}"): {},
    ("POST", "/v1/teams/{team_id}/members"): {"user_id": NOBODY},
    ("PATCH", "/v1/teams/{team_id}/members/{user_id}"): {"role": "member"},
    ("POST", "/v1/api-keys"): {"name": "a", "scopes": None},
    ("POST", "/v1/tasks"): {"prompt": "a"},
    ("PATCH", "/v1/tasks/{task_id}"): {},
    ("POST", "/v1/chat/sessions"): {},
    ("PATCH", "/v1/chat/sessions/{session_id}"): {},
    ("POST", "/v1/chat/sessions/{session_id}/tags"): {},
    ("POST", "/v1/chat/sessions/{session_id}/messages/batch"): {"messages": [{"role": "user", "content": "a"}]},
    ("PATCH", "/v1/chat/sessions/{session_id}/messages/{row_id}"): {},
    ("POST", "/v1/chat/sessions/{session_id}/messages"): {"role": "user", "content": "a"},
}


def described_routes(api: Api) -> list[tuple[str, str]]:
    """Method and path of every route behind the door."""
    return [
        (method.upper(), path)
        for path, methods in api.app.openapi()["paths"].items()
        for method in methods
        if path not in PUBLIC_PATHS
    ]


def test_without_a_database_every_route_says_when_to_come_back(url: str) -> None:
    with Database(url, wait_seconds=0.2) as database:
        api = make_api(url, database)
        known, unseen = token_of(api.sign_up()), token_of(api.sign_up())
        requests = [
            (method, re.sub(r"{\w+}", lambda name: IDS.get(name.group(), NOBODY), path), BODIES.get((method, path)))
            for method, path in described_routes(api)
        ]
        with api.client(known) as client:
            client.get("/v1/projects").raise_for_status()
        with shut(url):
            replies = []
            # One is remembered from a moment ago; whether the other exists, nobody can say.
            for token in (known, unseen):
                with api.client(token) as client:
                    replies += [client.request(method, path, json=body) for method, path, body in requests]

    assert len(requests) > 20
    assert {(reply.status_code, code_of(reply)) for reply in replies} == {(503, "unavailable")}
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in replies)


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """The app behind a real server; the port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert wait_until(lambda: server.started)
        port: int = server.servers[0].sockets[0].getsockname()[1]
        yield port
    finally:
        server.should_exit = True
        thread.join(30)


def sleepers(api: Api) -> int:
    (count,) = api.execute(
        "select count(*) from pg_stat_activity where state = 'active' and query like 'select pg_sleep%%'"
        " and datname = current_database() and pid <> %s",
        0,
    )[0]
    return int(count)


def test_a_request_that_is_given_up_is_cancelled_in_the_database(
    api: Api, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    request = f"GET /v1/test/sleep HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    with caplog.at_level(logging.INFO, "codingit.access"), served(api.app) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(request.encode())
            started = wait_until(lambda: sleepers(api) == 1)
        ended = wait_until(lambda: sleepers(api) == 0)
        logged = wait_until(lambda: '"status": 499' in caplog.text)

    assert (started, ended, logged) == (True, True, True)


@pytest.mark.parametrize(("kind", "table"), [("code", "workspace_files"), ("chat", "chat_message_cache")])
def test_a_search_that_is_given_up_is_cancelled_in_the_database(api: Api, token: str, kind: str, table: str) -> None:
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    body = json.dumps({"query": "quokka"})
    request = (
        f"POST /v1/search/{kind} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    with served(api.app) as port, psycopg.connect(api.url) as blocking:
        # A search that takes as long as anybody likes.
        blocking.execute(f"lock table {table} in access exclusive mode".encode())
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(request.encode())
            started = wait_until(lambda: api.execute(waiting) == [(1,)])
        ended = wait_until(lambda: api.execute(waiting) == [(0,)])

    assert (started, ended) == (True, True)


@pytest.mark.parametrize(
    ("body", "status"),
    [({"query": "0123456789"}, 200), ({"query": "0123456789a"}, 422), ({"query": "a", "limit": 6}, 422)],
)
def test_the_length_of_a_query_and_the_number_of_results_are_bounded_by_settings(
    url: str, database: Database, body: dict[str, Any], status: int
) -> None:
    api = make_api(url, database, max_query_chars=10, max_results=5)
    with api.client(token_of(api.sign_up())) as client:
        reply = client.post("/v1/search/code", json={"limit": 5, **body})

    assert reply.status_code == status
