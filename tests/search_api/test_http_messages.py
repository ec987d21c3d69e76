"""Tests of the routes for a project's messages: kept in order, one a number, and the project's owner's to save."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from sql.database import Database
from tests.search_api.api import Api, make_api, token_of
from tests.search_api.people import EVERYBODY, people_of


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database, max_body_bytes=64 * 1024)


@pytest.fixture(scope="module")
def client(api: Api) -> Iterator[TestClient]:
    with api.client(token_of(api.sign_up())) as opened:
        yield opened


@pytest.fixture
def messages(client: TestClient) -> str:
    """The path of a new project's messages."""
    project = client.post("/v1/projects", json={"title": "shop"}).json()["id"]
    return f"/v1/projects/{project}/messages"


def message(number: int, content: Any = "Hello", **fields: Any) -> dict[str, Any]:
    return {"sequence_number": number, "role": "user", "content": content, **fields}


@pytest.mark.parametrize(
    "content", ["", "Grüße 🦘", 0, 1.5, True, None, [], {}, [{"type": "text", "text": "\\u0000"}], {"a": {"b": [[]]}}]
)
def test_any_json_comes_back_as_it_was_saved(client: TestClient, messages: str, content: Any) -> None:
    new = message(0, content, role="assistant", object_data=content, result_data=content)

    saved = client.put(messages, json=new).json()
    (read,) = client.get(messages).json()["messages"]

    assert {name: saved[name] for name in new} == new
    assert read == saved


def test_a_number_that_is_taken_is_replaced_and_stays_the_same_message(client: TestClient, messages: str) -> None:
    first = client.put(messages, json=message(3, "draft", object_data={"a": 1})).json()

    second = client.put(messages, json=message(3, "final")).json()

    assert second == {**first, "content": "final", "object_data": None}
    assert len(client.get(messages).json()["messages"]) == 1


def test_the_pages_together_are_all_messages_in_order(client: TestClient, messages: str) -> None:
    for number in (4, 0, 2, 9, 7):
        client.put(messages, json=message(number)).raise_for_status()
    read: list[int] = []
    after: int | None = None
    for _ in range(3):
        page = client.get(messages, params={"limit": 2} | ({} if after is None else {"after": after})).json()
        read += [each["sequence_number"] for each in page["messages"]]
        after = page["next"]

    assert (read, after) == ([0, 2, 4, 7, 9], None)


def test_saving_counts_as_a_change_of_the_project(api: Api, client: TestClient, messages: str) -> None:
    project = messages.split("/")[3]
    api.execute("alter table projects disable trigger user")
    api.execute("update projects set updated_at = '2020-01-01' where id = %s", project)
    api.execute("alter table projects enable trigger user")

    client.put(messages, json=message(0)).raise_for_status()

    assert api.execute("select updated_at > '2020-01-02' from projects where id = %s", project) == [(True,)]


def test_messages_of_a_stranger_look_as_if_they_did_not_exist(api: Api, client: TestClient, messages: str) -> None:
    client.put(messages, json=message(0, "mine")).raise_for_status()
    nowhere = f"/v1/projects/{uuid4()}/messages"

    with api.client(token_of(api.sign_up())) as stranger:
        answers = [
            (reply.status_code, reply.json()["code"], reply.json()["detail"])
            for path in (messages, nowhere)
            for reply in (stranger.get(path), stranger.put(path, json=message(0, "theirs")))
        ]

    assert set(answers) == {(404, "not_found", "There is no such project.")}
    assert client.get(messages).json()["messages"][0]["content"] == "mine"


def test_a_public_project_shows_its_messages_to_no_stranger(api: Api, client: TestClient, messages: str) -> None:
    client.put(messages, json=message(0, "mine")).raise_for_status()
    api.execute("update projects set is_public = true where id = %s", messages.split("/")[3])

    with api.client(token_of(api.sign_up())) as stranger:
        read, saved = stranger.get(messages), stranger.put(messages, json=message(0, "theirs"))

    assert (read.status_code, read.json()["messages"]) == (200, [])
    assert (saved.status_code, saved.json()["code"]) == (403, "forbidden")
    assert client.get(messages).json()["messages"][0]["content"] == "mine"


def test_a_deleted_project_has_no_messages(api: Api, client: TestClient, messages: str) -> None:
    client.put(messages, json=message(0)).raise_for_status()
    api.execute("update projects set status = 'deleted', deleted_at = now() where id = %s", messages.split("/")[3])

    assert (client.get(messages).status_code, client.put(messages, json=message(1)).status_code) == (404, 404)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"sequence_number": -1, "role": "user", "content": 1}',
        b'{"sequence_number": 2147483648, "role": "user", "content": 1}',
        b'{"sequence_number": "0", "role": "user", "content": 1}',
        b'{"sequence_number": 0, "role": "system", "content": 1}',
        b'{"sequence_number": 0, "role": "user"}',
        b'{"sequence_number": 0, "role": "user", "content": 1, "id": 1}',
        b'{"sequence_number": 0, "role": "user", "content": [{"a": "\\u0000"}]}',
        b'{"sequence_number": 0, "role": "user", "content": {"\\u0000": 1}}',
        b'{"sequence_number": 0, "role": "user", "content": "\\ud800"}',
        b'{"sequence_number": 0, "role": "user", "content": 1, "object_data": ["\\u0000"]}',
        b'{"sequence_number": 0, "role": "user", "content": 1e999}',
        b'{"sequence_number": 0, "role": "user", "content": NaN}',
        b'{"sequence_number": 0, "role": "user", "content": ' + b"9" * 60_000 + b"}",
        b'{"sequence_number": 0, "role": "user", "content": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    ],
)
def test_what_cannot_be_stored_is_refused(client: TestClient, messages: str, body: bytes) -> None:
    reply = client.put(messages, content=body, headers={"Content-Type": "application/json"})

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert client.get(messages).json()["messages"] == []


@pytest.mark.parametrize("content", [b"9" * 4000, b"[" * 100 + b"]" * 100, b"1e308", b"-1e-300"])
def test_large_and_deep_json_is_stored(client: TestClient, messages: str, content: bytes) -> None:
    body = b'{"sequence_number": 0, "role": "user", "content": ' + content + b"}"
    reply = client.put(messages, content=body, headers={"Content-Type": "application/json"})

    assert reply.status_code == 200
    assert client.get(messages).json()["messages"] == [reply.json()]


def test_of_two_who_replace_the_message_they_read_one_is_told(client: TestClient, messages: str) -> None:
    client.put(messages, json=message(0, "draft")).raise_for_status()
    tag = client.get(f"{messages}/0").headers["ETag"]

    first = client.put(messages, json=message(0, "first"), headers={"If-Match": tag})
    second = client.put(messages, json=message(0, "second"), headers={"If-Match": tag})
    nothing = client.put(messages, json=message(1), headers={"If-Match": "*"})

    assert (first.status_code, second.status_code, nothing.status_code) == (200, 412, 412)
    assert client.get(f"{messages}/0", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert [each["content"] for each in client.get(messages).json()["messages"]] == ["first"]


def test_of_those_who_take_a_free_number_at_once_one_gets_it(api: Api) -> None:
    token = token_of(api.sign_up())
    with api.client(token) as client:
        path = f"/v1/projects/{client.post('/v1/projects', json={'title': 'a'}).json()['id']}/messages"

    def take(number: int) -> int:
        with api.client(token) as mine:
            reply = mine.put(path, json=message(0, number), headers={"If-None-Match": "*"})
            status: int = reply.status_code
            return status

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(take, range(6)))

    assert statuses == [200] + [412] * 5


def test_a_message_is_removed_by_those_who_write_the_project(api: Api) -> None:
    answers = []
    with people_of(api) as people:
        body = {"title": "shop", "team_id": str(people.team)}
        path = f"/v1/projects/{people['owner'].post('/v1/projects', json=body).json()['id']}/messages"
        for name in EVERYBODY:
            people["owner"].put(path, json=message(7)).raise_for_status()
            answers.append((people[name].get(f"{path}/7").status_code, people[name].delete(f"{path}/7").status_code))
        gone = people["owner"].get(f"{path}/6").status_code, people["owner"].delete(f"{path}/6").status_code

    assert answers == [(200, 204), (200, 403), (200, 204), (200, 204), (404, 404)]
    assert gone == (404, 404)
