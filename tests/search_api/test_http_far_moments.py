"""Rows with moments that Python lacks, as other clients of the database write them, are told, and pages go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import httpx
import pytest
from starlette.testclient import TestClient

from search_api.client import ApiClient
from sql.database import Database
from tests.search_api.api import Api, make_api, token_of
from tests.stubs import StubEncoder

FIRST = "0001-01-01T00:00:00Z"
LAST = "9999-12-31T23:59:59.999999Z"
STORED = {
    "infinity": LAST,
    "-infinity": FIRST,
    "12000-02-29 12:00:00+00": LAST,
    "0044-03-15 12:00:00+00 BC": FIRST,
    # These Python has, and callers may not write them.
    "9999-12-31 23:59:59.999999+00": LAST,
    "0001-01-01 00:00:00+00": FIRST,
}


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        # A search for tasks compares them by meaning.
        yield make_api(url, database, lambda _: StubEncoder())


@pytest.fixture
def user(api: Api) -> UUID:
    return api.sign_up()


@pytest.fixture
def client(api: Api, user: UUID) -> Iterator[TestClient]:
    with api.client(token_of(user)) as opened:
        yield opened


def write(api: Api, table: str, columns: tuple[str, ...], stored: str, condition: str) -> None:
    """Write a moment into columns, past the triggers that write them themselves."""
    told = ", ".join(f"{column} = '{stored}'" for column in columns)
    api.execute(f"set session_replication_role = replica; update {table} set {told} where {condition}")


@contextmanager
def calling(client: TestClient) -> Iterator[ApiClient]:
    """The typed client, which asks through the other."""

    def answer(request: httpx.Request) -> httpx.Response:
        body, kind = request.content, {"Content-Type": "application/json"}
        reply = client.request(request.method, str(request.url), content=body, headers=kind)
        return httpx.Response(reply.status_code, content=reply.content, headers={"ETag": reply.headers.get("ETag", "")})

    with ApiClient("http://testserver", "unused", transport=httpx.MockTransport(answer)) as caller:
        yield caller


def walk(client: TestClient, path: str, name: str) -> list[str]:
    """The ids on all pages of two; a list that does not end fails."""
    seen: list[str] = []
    asked = {"limit": "2"}
    for _ in range(10):
        reply = client.get(path, params=asked)
        assert reply.status_code == 200, reply.text
        seen += [each.get("id") or each["user_id"] for each in reply.json()[name]]
        if reply.json()["next"] is None:
            return seen
        asked["after"] = str(reply.json()["next"])
    raise AssertionError(seen)


@pytest.mark.parametrize("stored", STORED)
def test_a_project_and_its_messages_are_told(api: Api, client: TestClient, user: UUID, stored: str) -> None:
    made = [client.post("/v1/projects", json={"title": title}).json()["id"] for title in "abc"]
    path = f"/v1/projects/{made[0]}/messages"
    for number in range(3):
        client.put(path, json={"sequence_number": number, "role": "user", "content": []})
    write(api, "projects", ("created_at", "updated_at"), stored, f"id in ('{made[0]}', '{made[1]}')")
    write(api, "messages", ("created_at",), stored, f"project_id = '{made[0]}' and sequence_number < 2")

    read = client.get(f"/v1/projects/{made[1]}")
    (message, *_) = client.get(path).json()["messages"]

    assert walk(client, "/v1/projects", "projects") == made
    assert (read.json()["created_at"], read.json()["updated_at"]) == (STORED[stored],) * 2
    assert message["created_at"] == STORED[stored]
    assert len(walk(client, path, "messages")) == 3
    with calling(client) as caller:
        assert [each.id for each in caller.iterate_projects(limit=1)] == made
        assert len(list(caller.iterate_project_messages(made[0], limit=1))) == 3


@pytest.mark.parametrize("stored", STORED)
def test_tasks_are_told(api: Api, client: TestClient, user: UUID, stored: str) -> None:
    made = [client.post("/v1/tasks", json={"prompt": "mend it"}).json()["id"] for _ in range(3)]
    write(api, "tasks", ("created_at", "updated_at", "cancelled_at"), stored, f"user_id = '{user}'")

    read = client.get(f"/v1/tasks/{made[1]}").json()
    found = client.post("/v1/search", json={"query": "mend it"}).json()["results"]

    assert walk(client, "/v1/tasks", "tasks") == made[::-1]
    assert (read["created_at"], read["updated_at"], read["cancelled_at"]) == (STORED[stored],) * 3
    assert len(found) == 3
    with calling(client) as caller:
        assert [each.id for each in caller.iterate_tasks(limit=1)] == made[::-1]


@pytest.mark.parametrize("stored", STORED)
@pytest.mark.parametrize("changed", [0, 1, 2])
def test_pages_of_sessions_go_on(api: Api, client: TestClient, user: UUID, stored: str, changed: int) -> None:
    made = [client.post("/v1/chat/sessions", json={"title": title}).json()["id"] for title in "abcd"]
    gone = made.pop(changed)
    write(api, "chat_sessions", ("created_at", "last_activity"), stored, f"id = '{gone}'")
    told = client.get(f"/v1/chat/sessions/{gone}").json()
    others = made[::-1]
    expected = [gone, *others] if STORED[stored] == LAST else [*others, gone]

    assert (told["created_at"], told["last_activity"]) == (STORED[stored],) * 2
    for limit in (1, 2):
        with calling(client) as caller:
            assert [each.id for each in caller.iterate_sessions(limit=limit)] == expected
    assert walk(client, "/v1/chat/sessions", "sessions") == expected


@pytest.mark.parametrize("stored", STORED)
def test_what_was_said_then_is_read_both_ways_and_found(api: Api, client: TestClient, stored: str) -> None:
    session = client.post("/v1/chat/sessions", json={"title": "quokkas"}).json()["id"]
    path = f"/v1/chat/sessions/{session}/messages"
    said = [client.post(path, json={"role": "user", "content": f"a quokka {n}"}).json()["id"] for n in range(4)]
    far = sorted(said[1:3])
    write(api, "chat_message_cache", ("created_at",), stored, f"id in ('{far[0]}', '{far[1]}')")
    expected = [said[0], said[3], *far] if STORED[stored] == LAST else [*far, said[0], said[3]]
    asked = {"query": "quokka", "recency": 0.5, "neighbours": 1}

    found = client.post("/v1/search/chat", json=asked).json()["results"]
    newest = client.post("/v1/search/chat", json={"query": "quokka", "sort": "newest"}).json()["results"]
    around = [client.get(path, params={"around": each, "limit": 2}) for each in said]

    assert walk(client, path, "messages") == expected
    assert client.get(f"{path}/{far[0]}").json()["created_at"] == STORED[stored]
    assert [reply.status_code for reply in around] == [200] * 4
    assert {each["id"] for each in found} == {each["id"] for each in newest} == set(said)
    with calling(client) as caller:
        page = caller.list_session_messages(session, around=expected[-1], limit=1)
        back = [each.id for each in page]
        while page.previous is not None:
            page = caller.list_session_messages(session, before=page.previous, limit=1)
            back += [each.id for each in page]
        onwards = [each.id for each in caller.iterate_session_messages(session, around=expected[0], limit=1)]
    assert back == expected[::-1]
    assert onwards == expected


@pytest.mark.parametrize("stored", STORED)
def test_teams_and_their_members_are_told(api: Api, client: TestClient, stored: str) -> None:
    made = [client.post("/v1/teams", json={"name": name}).json()["id"] for name in "abc"]
    path = f"/v1/teams/{made[0]}/members"
    for _ in range(2):
        client.post(path, json={"user_id": str(api.sign_up())})
    write(api, "teams", ("created_at", "updated_at"), stored, f"id = '{made[1]}'")
    write(api, "team_members", ("created_at", "updated_at"), stored, f"team_id = '{made[0]}'")

    read = client.get(f"/v1/teams/{made[1]}").json()
    (member, *_) = client.get(path).json()["members"]

    assert walk(client, "/v1/teams", "teams") == made
    assert (read["created_at"], member["updated_at"]) == (STORED[stored],) * 2
    assert len(walk(client, path, "members")) == 3
    with calling(client) as caller:
        assert [each.id for each in caller.iterate_teams(limit=1)] == made
        assert len(list(caller.iterate_members(made[0], limit=1))) == 3


@pytest.mark.parametrize("stored", STORED)
def test_api_keys_and_files_are_told(api: Api, client: TestClient, user: UUID, stored: str) -> None:
    made = [client.post("/v1/api-keys", json={"name": "k", "scopes": None}).json()["id"] for _ in range(3)]
    client.put("/v1/files", json={"files": [{"path": "/a.py", "content": "a = 1\n"}]})
    write(api, "api_keys", ("created_at", "updated_at", "last_used_at", "expires_at"), stored, f"id = '{made[1]}'")
    write(api, "workspace_files", ("created_at", "updated_at"), stored, f"user_id = '{user}'")
    others = [made[2], made[0]]
    expected = [made[1], *others] if STORED[stored] == LAST else [*others, made[1]]

    read = client.get(f"/v1/api-keys/{made[1]}").json()
    (listed,) = client.get("/v1/files", params={"parent_path": "/"}).json()["files"]

    assert walk(client, "/v1/api-keys", "api_keys") == expected
    assert read["last_used_at"] == STORED[stored]
    # A key without an end.
    assert read["expires_at"] == (None if stored == "infinity" else STORED[stored])
    assert listed["updated_at"] == STORED[stored]
