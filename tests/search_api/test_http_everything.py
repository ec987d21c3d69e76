"""POST /v1/search: the right answer first whichever kind it is, nothing of others, and what was left out is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import psycopg
import pytest

from search_api.auth import Scope
from sql.database import Database
from tests.chatting import new_session, say
from tests.indexing import index_now, new_project, put_file
from tests.search_api.api import Api, make_api, token_of
from tests.stubs import StubEncoder

CODE = "def round_price(amount):\n    '''Round a price half up to cents.'''\n    return amount.quantize(CENT)\n"
ENCODER = StubEncoder(dimensions=256)


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database, lambda _: ENCODER)


@pytest.fixture(scope="module")
def owner(api: Api) -> UUID:
    """A user with something to be found in every kind, and things beside it."""
    user_id = api.sign_up()
    project = new_project(api.url, user_id, "shop")
    put_file(api.url, user_id, "/shop/prices.py", CODE, project)
    put_file(api.url, user_id, "/shop/mail.py", "def send_mail(to, text):\n    connect().send(to, text)\n", project)
    with psycopg.connect(api.url) as connection:
        session = new_session(connection, user_id, "Proxies")
        say(connection, session, "Why is the connection refused by the proxy?", minute=0)
        say(connection, session, "The proxy wants TLS 1.3, so the handshake is refused.", minute=1, role="assistant")
        for prompt in ("Migrate the billing tables to the new cluster", "Write a changelog"):
            connection.execute("insert into tasks (user_id, prompt) values (%s, %s)", (user_id, prompt))
        connection.execute("update tasks set logs = '[{\"text\": \"vacuum finished\"}]' where prompt like 'Migrate%'")
    index_now(api.url, ENCODER)
    return user_id


def search(api: Api, token: str, **body: Any) -> dict[str, Any]:
    with api.client(token) as client:
        reply = client.post("/v1/search", json=body)
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


@pytest.mark.parametrize(
    ("query", "kind", "told"),
    [
        ("round_price", "code", "/shop/prices.py"),
        ("where is a price rounded half up", "code", "/shop/prices.py"),
        ("send_mail", "code", "/shop/mail.py"),
        ("why was the connection refused by the proxy", "chat", "Proxies"),
        ("TLS handshake", "chat", "Proxies"),
        ("migrate the billing tables", "task", "Migrate the billing tables to the new cluster"),
        ("vacuum finished", "task", "Migrate the billing tables to the new cluster"),
        ("biling tabels cluster", "task", "Migrate the billing tables to the new cluster"),
    ],
)
def test_the_right_answer_is_first_whichever_kind_it_is(
    api: Api, owner: UUID, query: str, kind: str, told: str
) -> None:
    first = search(api, token_of(owner), query=query)["results"][0]

    assert first["type"] == kind
    assert {name for name in ("code", "chat", "task") if first[name] is not None} == {kind}
    field = {"code": "path", "chat": "session_title", "task": "prompt"}[kind]
    assert first[kind][field] == told


@pytest.fixture(scope="module")
def talker(api: Api) -> UUID:
    """A user whose chat and tasks are nothing but names, which the code defines, uses, or has as a heading."""
    user_id = api.sign_up()
    put_file(api.url, user_id, "/shop/prices.py", CODE + "\n\nclass Basket:\n    total = round_price(read_price())\n")
    put_file(api.url, user_id, "/shop/README.md", "# Price_list\n\nWhat it costs.\n")
    with psycopg.connect(api.url) as connection:
        session = new_session(connection, user_id, "Names")
        for minute, name in enumerate(("round_price", "Basket", "read_price", "Price_list")):
            say(connection, session, name, minute=minute)
            connection.execute("insert into tasks (user_id, prompt) values (%s, %s)", (user_id, name))
    index_now(api.url, ENCODER)
    return user_id


@pytest.mark.parametrize(
    ("query", "is_code"),
    [
        ("round_price", True),
        ("def round_price", True),
        ("Basket", True),
        ("basket", False),
        ("read_price", False),
        ("Price_list", False),
    ],
)
def test_who_types_a_name_gets_its_definition_before_what_names_it(
    api: Api, talker: UUID, query: str, is_code: bool
) -> None:
    results = search(api, token_of(talker), query=query)["results"]

    assert (results[0]["type"] == "code") is is_code
    assert {each["type"] for each in results} == {"code", "chat", "task"}
    scores = [each["score"] for each in results]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("query", "kind"),
    [("the task about round_price", "task"), ("who said round_price", "chat"), ("the code for round_price", "code")],
)
def test_who_names_a_kind_gets_it_first(api: Api, talker: UUID, query: str, kind: str) -> None:
    results = search(api, token_of(talker), query=query)["results"]

    assert results[0]["type"] == kind
    assert {each["type"] for each in results} == {"code", "chat", "task"}


def test_results_of_all_kinds_are_in_one_order(api: Api, owner: UUID) -> None:
    answer = search(api, token_of(owner), query="connection price billing")

    assert {each["type"] for each in answer["results"]} == {"code", "chat", "task"}
    scores = [each["score"] for each in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["index"] == {"code": {"files": 2, "pending": 0, "failed": 0}, "chat": {"pending": 0, "failed": 0}}
    assert answer["left_out"] == {}


def test_nobody_finds_what_is_not_theirs(api: Api, owner: UUID) -> None:
    answer = search(api, token_of(api.sign_up()), query="connection price billing")

    assert answer["results"] == []


def test_only_the_kinds_that_are_asked_for_are_searched(api: Api, owner: UUID) -> None:
    answer = search(api, token_of(owner), query="connection price billing", types=["task", "task"])

    assert {each["type"] for each in answer["results"]} == {"task"}
    assert answer["index"] == {"code": None, "chat": None}


def test_in_a_project_there_is_code_alone_and_the_reply_says_so(api: Api, owner: UUID) -> None:
    ((project,),) = api.execute("select id::text from projects where user_id = %s", owner)

    answer = search(api, token_of(owner), query="connection price billing", project_id=project)

    assert {each["type"] for each in answer["results"]} == {"code"}
    assert set(answer["left_out"]) == {"chat", "task"}


def test_a_budget_cuts_the_list_and_says_so(api: Api, owner: UUID) -> None:
    whole = search(api, token_of(owner), query="connection price billing")
    cut = search(api, token_of(owner), query="connection price billing", max_tokens=20)

    assert cut["truncated"]
    assert 1 <= len(cut["results"]) < len(whole["results"])
    assert not whole["truncated"]
    assert len(search(api, token_of(owner), query="connection price billing", limit=1)["results"]) == 1


def test_a_key_that_may_not_read_tasks_searches_the_rest_and_is_told(api: Api, owner: UUID) -> None:
    key = api.make_key(owner, [Scope.SEARCH.value])

    answer = search(api, key, query="connection price billing")

    assert {each["type"] for each in answer["results"]} == {"code", "chat"}
    assert answer["left_out"] == {"task": "The API key lacks the scope 'tasks:read'."}


@pytest.mark.parametrize(
    ("scopes", "types"), [([Scope.SEARCH], ["task"]), ([Scope.READ_TASKS], ["task"]), ([Scope.READ_TASKS], ["code"])]
)
def test_a_key_that_may_search_nothing_of_what_is_asked_is_refused(
    api: Api, owner: UUID, scopes: list[Scope], types: list[str]
) -> None:
    with api.client(api.make_key(owner, [scope.value for scope in scopes])) as client:
        assert client.post("/v1/search", json={"query": "billing", "types": types}).status_code == 403


@pytest.mark.parametrize("body", [{"query": " "}, {"query": "a", "types": []}, {"query": "a", "types": ["mail"]}])
def test_what_asks_nothing_is_refused(api: Api, owner: UUID, body: dict[str, Any]) -> None:
    with api.client(token_of(owner)) as client:
        assert client.post("/v1/search", json=body).status_code in (400, 422)
