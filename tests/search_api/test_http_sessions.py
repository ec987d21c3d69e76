"""Tests of the routes for chat sessions: what is said is kept in order, counted, found, and its owner's alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from sql.database import Database
from tests.search_api.api import Api, make_api, token_of

SESSIONS = "/v1/chat/sessions"


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database)


@pytest.fixture
def user(api: Api) -> UUID:
    return api.sign_up()


@pytest.fixture
def client(api: Api, user: UUID) -> Iterator[TestClient]:
    with api.client(token_of(user)) as opened:
        yield opened


def begin(client: TestClient, **fields: Any) -> dict[str, Any]:
    reply = client.post(SESSIONS, json=fields)
    assert reply.status_code == 201
    session: dict[str, Any] = reply.json()
    return session


def messages_of(session: dict[str, Any]) -> str:
    return f"{SESSIONS}/{session['id']}/messages"


def say(client: TestClient, session: dict[str, Any], content: str, **fields: Any) -> dict[str, Any]:
    reply = client.post(messages_of(session), json={"role": "user", "content": content, **fields})
    assert reply.status_code == 201
    message: dict[str, Any] = reply.json()
    return message


def test_a_session_begins_as_it_was_asked_for(client: TestClient) -> None:
    full = begin(client, title="Prices", model="large-1", template="web", tags=["b", "a", "b"])
    bare = begin(client)

    assert (full["title"], full["model"], full["template"], full["tags"]) == ("Prices", "large-1", "web", ["a", "b"])
    assert (bare["title"], bare["model"], bare["template"], bare["tags"]) == ("Untitled Session", None, None, [])
    assert {each["status"] for each in (full, bare)} == {"active"}


def test_what_was_said_is_counted_and_found_by_a_search(api: Api, client: TestClient) -> None:
    session = begin(client, title="Animals")
    message = say(client, session, "a quokka", message_id="m1", token_count=3, execution_time_ms=4, model="large-1")
    say(client, session, "a wombat", role="assistant", token_count=2**31 - 1)
    (listed,) = client.get(SESSIONS).json()["sessions"]
    (found,) = client.post("/v1/search/chat", json={"query": "quokka"}).json()["results"]

    assert client.get(messages_of(session)).json()["messages"][0] == message
    assert (listed["id"], listed["message_count"]) == (session["id"], 2)
    assert listed["last_activity"] > session["last_activity"]
    assert (found["id"], found["message_id"], found["session_id"]) == (message["id"], "m1", session["id"])
    assert api.execute("select total_tokens from chat_sessions where id = %s", session["id"]) == [(2**31 - 1,)]


def test_the_pages_of_a_session_are_its_messages_in_order(api: Api, client: TestClient) -> None:
    session = begin(client)
    said = [say(client, session, str(number))["id"] for number in range(5)]
    # As old clients left them.
    api.execute("update chat_message_cache set created_at = null where id = any (%s)", sorted(said[3:]))

    assert read_pages(client, messages_of(session), "messages") == [*said[:3], *sorted(said[3:])]


def test_the_pages_of_sessions_have_the_last_active_first(api: Api, client: TestClient) -> None:
    first, *others = [begin(client) for _ in range(5)]
    say(client, first, "still here")
    api.execute("update chat_sessions set last_activity = null where id = %s", others[3]["id"])
    api.execute("update chat_sessions set status = 'deleted' where id = %s", others[1]["id"])

    expected = [each["id"] for each in (first, others[2], others[0], others[3])]
    assert read_pages(client, SESSIONS, "sessions") == expected


def read_pages(client: TestClient, path: str, what: str) -> list[str]:
    ids: list[str] = []
    after: dict[str, str] = {}
    for _ in range(3):
        page = client.get(path, params={"limit": 2, **after}).json()
        ids += [each["id"] for each in page[what]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    return ids


@pytest.mark.parametrize("whose", ["nobody's", "another's", "deleted"])
def test_a_session_that_is_not_there_for_the_caller(api: Api, client: TestClient, whose: str) -> None:
    session = {"id": str(uuid4())}
    if whose == "deleted":
        session = begin(client)
        api.execute("update chat_sessions set status = 'deleted' where id = %s", session["id"])
    elif whose == "another's":
        with api.client(token_of(api.sign_up())) as other:
            session = begin(other)
            say(other, session, "mine")
    count = api.execute("select count(*) from chat_message_cache")

    replies = [
        client.get(messages_of(session)),
        client.post(messages_of(session), json={"role": "user", "content": "a"}),
    ]

    assert {(reply.status_code, reply.json()["detail"]) for reply in replies} == {(404, "There is no such session.")}
    assert session["id"] not in [each["id"] for each in client.get(SESSIONS).json()["sessions"]]
    assert api.execute("select count(*) from chat_message_cache") == count


def test_a_member_of_the_sessions_team_neither_reads_nor_says(api: Api, user: UUID, client: TestClient) -> None:
    team = api.execute("insert into teams (name) values ('t') returning id")[0][0]
    owner = api.sign_up()
    for member in (user, owner):
        api.execute("insert into team_members (team_id, user_id, role) values (%s, %s, 'member')", team, member)
    with api.client(token_of(owner)) as theirs:
        session = begin(theirs)
        say(theirs, session, "mine")
    api.execute("update chat_sessions set team_id = %s where id = %s", team, session["id"])

    read = client.get(messages_of(session))
    said = client.post(messages_of(session), json={"role": "user", "content": "a"})

    assert (read.status_code, read.json()["messages"]) == (200, [])
    assert (said.status_code, said.json()["code"]) == (403, "forbidden")
    assert client.get(SESSIONS).json()["sessions"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"role": "user"},
        {"role": "root", "content": "a"},
        {"role": "user", "content": ""},
        {"role": "user", "content": "a\0"},
        {"role": "user", "content": 1},
        {"role": "user", "content": "a", "token_count": -1},
        {"role": "user", "content": "a", "token_count": 2**31},
        {"role": "user", "content": "a", "message_id": "a" * 201},
        {"role": "user", "content": "a", "user_id": str(uuid4())},
    ],
)
def test_what_is_no_message_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    session = begin(client)
    reply = client.post(messages_of(session), json=body)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert client.get(messages_of(session)).json()["messages"] == []
