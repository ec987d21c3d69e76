"""Tests of reading a chat session from one message on: what is around it comes with it, and both directions go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from starlette.testclient import TestClient

from search_api.client import ApiClient
from sql.database import Database
from tests.chatting import new_session, say
from tests.search_api.api import Api, make_api, token_of


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


@pytest.fixture
def said(api: Api, user: UUID) -> list[str]:
    """The ids of ten messages of one session in order: two said at the same moment, the last two at none."""
    with psycopg.connect(api.url) as connection:
        session = new_session(connection, user)
        ids = [str(say(connection, session, str(number), minute=number)) for number in range(10)]
        connection.execute("update chat_message_cache set created_at = null where id = any (%s::uuid[])", (ids[8:],))
        connection.execute(
            "update chat_message_cache set created_at = (select created_at from chat_message_cache where id = %s)"
            " where id = %s",
            (ids[4], ids[5]),
        )
        connection.commit()
    return [*ids[:4], *sorted(ids[4:6]), *ids[6:8], *sorted(ids[8:])]


@pytest.fixture
def path(api: Api, said: list[str]) -> str:
    ((session,),) = api.execute("select session_id from chat_message_cache where id = %s", said[0])
    return f"/v1/chat/sessions/{session}/messages"


def read(client: TestClient, path: str, **asked: Any) -> tuple[list[str], str | None, str | None]:
    reply = client.get(path, params=asked)
    assert reply.status_code == 200, reply.text
    page = reply.json()
    return [each["id"] for each in page["messages"]], page["previous"], page["next"]


@pytest.mark.parametrize(
    ("place", "limit", "first", "last"),
    [
        (5, 4, 3, 6),
        (5, 5, 3, 7),
        (5, 1, 5, 5),
        (0, 4, 0, 3),
        (1, 4, 0, 3),
        (9, 4, 7, 9),
        (8, 4, 6, 9),
        (4, 100, 0, 9),
    ],
)
def test_a_message_comes_with_what_was_said_around_it(
    client: TestClient, path: str, said: list[str], place: int, limit: int, first: int, last: int
) -> None:
    ids, previous, following = read(client, path, around=said[place], limit=limit)

    assert ids == said[first : last + 1]
    assert (previous is None, following is None) == (first == 0, last == 9)


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("place", range(10))
def test_from_a_message_both_directions_reach_the_ends(
    client: TestClient, path: str, said: list[str], place: int, limit: int
) -> None:
    ids, previous, following = read(client, path, around=said[place], limit=limit)
    for _ in range(10):
        if previous is not None:
            earlier, previous, _ = read(client, path, before=previous, limit=limit)
            ids = earlier + ids
        if following is not None:
            later, _, following = read(client, path, after=following, limit=limit)
            ids += later

    assert (ids, previous, following) == (said, None, None)


def test_pages_turn_back_from_where_they_have_come(client: TestClient, path: str, said: list[str]) -> None:
    first, nothing, following = read(client, path, limit=3)
    second, back, _ = read(client, path, after=following, limit=3)
    again, before_it, onwards = read(client, path, before=back, limit=3)

    assert nothing is before_it is None
    assert (first, second, again) == (said[:3], said[3:6], said[:3])
    assert read(client, path, after=onwards, limit=3)[0] == second


def test_a_page_goes_back_also_from_a_message_that_was_removed(client: TestClient, path: str, said: list[str]) -> None:
    _, previous, _ = read(client, path, around=said[5], limit=1)
    client.delete(f"{path}/{said[5]}").raise_for_status()

    assert read(client, path, before=previous, limit=2)[0] == said[3:5]


def test_only_a_message_of_the_session_has_surroundings(api: Api, client: TestClient, path: str, user: UUID) -> None:
    with psycopg.connect(api.url) as connection:
        elsewhere = say(connection, new_session(connection, user), "elsewhere")

    for row_id in (elsewhere, uuid4()):
        reply = client.get(path, params={"around": str(row_id)})
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


def test_a_stranger_reads_nothing_around_a_message(api: Api, path: str, said: list[str]) -> None:
    with api.client(token_of(api.sign_up())) as stranger:
        reply = stranger.get(path, params={"around": said[5]})

    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"before": "no"}, "before: is no `previous` of this list"),
        ({"after": "no"}, "after: is no `next` of this list"),
        ({"before": ""}, "before"),
        ({"around": "1"}, "around"),
        ({"around": str(uuid4()), "after": "no"}, "only one of after, before and around"),
    ],
)
def test_what_is_no_place_is_refused(client: TestClient, path: str, asked: dict[str, str], told: str) -> None:
    reply = client.get(path, params=asked)

    assert reply.status_code == 422
    assert told in reply.json()["detail"]


def test_the_client_reads_around_a_message_and_back(client: TestClient, path: str, said: list[str]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        reply = client.get(str(request.url))
        return httpx.Response(reply.status_code, content=reply.content)

    session = path.split("/")[4]
    with ApiClient("http://testserver", "unused", transport=httpx.MockTransport(answer)) as caller:
        page = caller.list_session_messages(session, around=said[5], limit=2)
        earlier = caller.list_session_messages(session, before=page.previous, limit=2)
        onwards = [message.id for message in caller.iterate_session_messages(session, around=said[5], limit=2)]

    assert [message.id for message in page] == said[4:6]
    assert [message.id for message in earlier] == said[2:4]
    assert onwards == said[4:]
