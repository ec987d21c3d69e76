"""POST /v1/search/code and /v1/search/chat over the app: replies, bad input, and never another user's rows."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from search_api.active_encoder import ActiveEncoder
from search_api.auth import make_authenticator, make_token
from search_api.http.app import create_app
from search_api.settings import read_settings
from sql.accounts import DatabaseAccounts
from sql.database import Database
from tests.chatting import new_session, say
from tests.indexing import index_now, new_project, new_user, put_file
from tests.stubs import StubEncoder

SECRET = SecretStr("a secret of the tests, long enough")
CODE, CHAT = "/v1/search/code", "/v1/search/chat"
SOURCE = 'def parse_quokka(text):\n    """Read a quokka."""\n    return text.split("quokka")\n'
MESSAGE = "the quokka was refused by parse_quokka()"


@dataclass(frozen=True)
class Account:
    """A user with one file in a project, and one message."""

    user_id: UUID
    project_id: UUID
    session_id: UUID
    message_id: UUID
    file_id: UUID


@dataclass(frozen=True)
class Api:
    """The app over a filled database, asked as one of two users who wrote the same."""

    client: TestClient
    alice: Account
    bob: Account

    def ask(self, route: str, body: Any, account: Account | None = None) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        token = make_token(SECRET, (account or self.alice).user_id, audience="authenticated")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self.client.post(route, content=content, headers=headers)


@pytest.fixture(scope="module")
def searched_url(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """A database of these tests' own: an index that is active here would be in the way of other modules."""
    with clone() as address:
        yield address


@pytest.fixture(scope="module")
def api(searched_url: str) -> Iterator[Api]:
    encoder = StubEncoder()
    accounts = [_fill(searched_url) for _ in range(2)]
    index_now(searched_url, encoder)
    settings = read_settings(jwt_secret=SECRET, max_query_chars=2000)
    with Database(searched_url, max_size=4) as database:
        app = create_app(
            database,
            ActiveEncoder(database, lambda _: encoder),
            make_authenticator(settings, DatabaseAccounts(database)),
            settings,
        )
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Api(client, *accounts)


def _fill(url: str) -> Account:
    user_id = new_user(url)
    project_id = new_project(url, user_id)
    file_id = put_file(url, user_id, "/project/src/quokka.py", SOURCE, project_id)
    with psycopg.connect(url) as connection:
        session_id = new_session(connection, user_id, "Animals", tags=("zoo",))
        say(connection, session_id, "before", minute=0)
        message_id = say(connection, session_id, MESSAGE, minute=1, role="assistant", model="gpt")
    return Account(user_id, project_id, session_id, message_id, file_id)


@pytest.mark.parametrize("mode", ["hybrid", "vector", "fulltext", "fuzzy"])
def test_code_is_found_in_every_mode_and_only_the_callers(api: Api, mode: str) -> None:
    for account in (api.alice, api.bob):
        reply = api.ask(CODE, {"query": "parse_quokka", "mode": mode}, account).json()
        assert {result["file_id"] for result in reply["results"]} == {str(account.file_id)}


@pytest.mark.parametrize("mode", ["hybrid", "fulltext", "fuzzy", "substring"])
def test_messages_are_found_in_every_mode_and_only_the_callers(api: Api, mode: str) -> None:
    for account in (api.alice, api.bob):
        reply = api.ask(CHAT, {"query": "quokka", "mode": mode}, account).json()
        assert [result["id"] for result in reply["results"]] == [str(account.message_id)]


def test_a_code_reply_is_complete(api: Api) -> None:
    body = {
        "query": "parse_quokka",
        "project_id": str(api.alice.project_id),
        "path_glob": "**/*.py",
        "languages": ["python"],
        "kinds": ["function"],
        "limit": 1,
        "max_tokens": 1,
        "explain": True,
    }
    reply = api.ask(CODE, body).json()
    (result,) = reply["results"]
    assert set(result) == {
        *("path", "project_id", "file_id", "language", "kind", "symbol", "start_line", "end_line"),
        *("score", "scores", "content", "stale", "matched_lines", "matches", "asked_name"),
    }
    assert (result["symbol"], result["start_line"], result["stale"]) == ("parse_quokka", 1, False)
    assert result["scores"]
    assert reply["index"] == {"files": 1, "pending": 0, "failed": 0}


def test_a_chat_reply_is_complete(api: Api) -> None:
    body = {
        "query": "QUOKKA was",
        "mode": "substring",
        "session_id": str(api.alice.session_id),
        "role": "assistant",
        "model": "gpt",
        "tags": ["zoo", "garden"],
        "after": "2025-12-31T23:00:00-01:00",
        "before": "2026-02-01T00:00:00Z",
        "sort": "newest",
        "limit": 1,
        "neighbours": 1,
    }
    (result,) = api.ask(CHAT, body).json()["results"]
    assert result["snippet"] == MESSAGE
    assert result["matches"] == [{"start": 4, "end": 14, "message_start": 4, "message_end": 14}]
    assert (result["session_title"], result["session_id"]) == ("Animals", str(api.alice.session_id))
    assert (result["role"], result["model"], result["evidence"]) == ("assistant", "gpt", ["literal"])
    assert [(near["distance"], near["content"]) for near in result["neighbours"]] == [(-1, "before")]


# What nobody should be able to break a search with: each is looked for, and finds nothing of anybody else's.
STRANGE_QUERIES = [
    "a" * 2000,
    "word " * 400,
    "or " * 600,
    " or ".join(["a.b"] * 16),
    '"' * 999,
    "'; drop table chat_message_cache; --",
    "' or 1=1 --",
    "$1 %s %(x)s {} \\",
    "%",
    "_",
    "%%%___",
    "\\",
    "a\\'b",
    "& | ! <-> :* ( )",
    "quokka:* & !x",
    "(((((",
    "--",
    "-",
    "- - or or",
    "\x01\x02\x1f\x7f",
    "\u202e\u200b\ufeff",
    "\U0001f998",
    "\ud83e\udd98".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\uffff",
    "*?[a]{1,}+",
    "</b><script>",
    "e\u0301\u0302" * 100,
]


@pytest.mark.parametrize("query", STRANGE_QUERIES, ids=range(len(STRANGE_QUERIES)))
@pytest.mark.parametrize(
    ("route", "mode"),
    [
        *((CODE, mode) for mode in ("hybrid", "vector", "fulltext", "fuzzy")),
        *((CHAT, mode) for mode in ("hybrid", "fulltext", "fuzzy", "substring")),
    ],
)
def test_strange_queries_find_at_most_what_is_the_callers(api: Api, route: str, mode: str, query: str) -> None:
    reply = api.ask(route, {"query": query, "mode": mode})
    assert reply.status_code == 200 or (route == CHAT and mode == "fulltext" and reply.status_code == 422)
    for result in reply.json().get("results", []):
        assert result.get("file_id", str(api.alice.file_id)) == str(api.alice.file_id)
        assert result.get("session_id", str(api.alice.session_id)) == str(api.alice.session_id)


BAD_FIELDS: list[tuple[str, dict[str, Any]]] = [
    (CODE, {}),
    (CHAT, {}),
    *(
        (route, {"query": query})
        for route in (CODE, CHAT)
        for query in ("", " \t\n", "a" * 2001, "a" * 100_000, "a\0b")
    ),
    *((route, {"query": query}) for route in (CODE, CHAT) for query in (None, 7, ["a"], {"a": 1}, True)),
    *(
        (route, {"query": "a", **field})
        for route in (CODE, CHAT)
        for field in (
            {"mode": "regex"},
            {"mode": None},
            {"limit": 0},
            {"limit": 101},
            {"limit": -1},
            {"limit": 1.5},
            {"limit": "many"},
            {"limit": 10**30},
            {"user_id": str(uuid.uuid4())},
            {"unknown": 1},
        )
    ),
    (CODE, {"query": "a", "project_id": "nonsense"}),
    (CODE, {"query": "a", "max_tokens": 0}),
    (CODE, {"query": "a", "path_glob": ""}),
    (CODE, {"query": "a", "path_glob": "\0"}),
    (CODE, {"query": "a", "languages": ["\0"]}),
    (CODE, {"query": "a", "languages": "python"}),
    (CODE, {"query": "a", "kinds": ["nonsense"]}),
    (CODE, {"query": "a", "mode": "substring"}),
    (CHAT, {"query": "a", "mode": "exact"}),
    (CHAT, {"query": "a", "session_id": 5}),
    (CHAT, {"query": "a", "role": "root"}),
    (CHAT, {"query": "a", "model": "\0"}),
    (CHAT, {"query": "a", "tags": ["\0"]}),
    (CHAT, {"query": "a", "tags": [""]}),
    (CHAT, {"query": "a", "tags": ["t"] * 51}),
    (CHAT, {"query": "a", "after": "yesterday"}),
    (CHAT, {"query": "a", "after": "2026-01-01T00:00:00"}),
    (CHAT, {"query": "a", "sort": "oldest"}),
    (CHAT, {"query": "a", "neighbours": 4}),
    (CHAT, {"query": "-a", "mode": "fulltext"}),
]


@pytest.mark.parametrize(("route", "body"), BAD_FIELDS, ids=range(len(BAD_FIELDS)))
def test_what_is_not_valid_is_refused_with_a_problem(api: Api, route: str, body: dict[str, Any]) -> None:
    reply = api.ask(route, body)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("route", [CODE, CHAT])
@pytest.mark.parametrize(
    ("query", "detail"),
    [("", "query: String should have at least 1 character"), (" \n", "The query is empty.")],
)
def test_an_empty_query_is_refused_as_a_text(api: Api, route: str, query: str, detail: str) -> None:
    assert api.ask(route, {"query": query}).json()["detail"] == detail


@pytest.mark.parametrize("route", [CODE, CHAT])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"query": "\xff"}',
        b'{"query": "\\ud83e"}',
        b'{"query": "a\\u0000b"}',
        b'{"query": "a", "limit": NaN}',
        b'{"query": ' + b"[" * 100_000,
    ],
    ids=range(9),
)
def test_bodies_that_are_no_request_are_refused(api: Api, route: str, body: bytes) -> None:
    reply = api.ask(route, body)
    assert reply.status_code in (400, 422)
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("whose", ["nobody", "bob"])
@pytest.mark.parametrize(("route", "field"), [(CODE, "project_id"), (CHAT, "session_id")])
def test_a_scope_that_is_not_the_callers_does_not_exist(api: Api, route: str, field: str, whose: str) -> None:
    theirs = {"project_id": api.bob.project_id, "session_id": api.bob.session_id}[field]
    reply = api.ask(route, {"query": "quokka", field: str(theirs if whose == "bob" else uuid.uuid4())})
    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("route", [CODE, CHAT])
def test_nobody_is_answered_without_a_token(api: Api, route: str) -> None:
    assert api.client.post(route, json={"query": "quokka"}).status_code == 401


def test_a_users_very_long_message_and_dates_at_the_ends_of_time_are_no_trouble(api: Api, searched_url: str) -> None:
    with psycopg.connect(searched_url) as connection:
        say(connection, api.alice.session_id, "needlehay " + "\u00e9 x" * 400_000, minute=5)
    body = {"query": "needlehay", "after": "0001-01-01T00:00:00Z", "before": "9999-12-31T23:59:59Z"}
    (result,) = api.ask(CHAT, body).json()["results"]
    assert result["snippet"].startswith("needlehay")
