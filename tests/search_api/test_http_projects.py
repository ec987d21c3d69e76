"""Tests of the routes for projects: who may do what to one, versions, sharing, archiving, deleting and restoring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from sql.database import Database
from tests.indexing import index_now, put_file
from tests.search_api.api import Api, make_api, token_of
from tests.search_api.people import EVERYBODY, People, people_of
from tests.stubs import StubEncoder

PROJECTS = "/v1/projects"


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    encoder = StubEncoder()
    with clone() as url, Database(url) as database:
        yield make_api(url, database, lambda _: encoder)


@pytest.fixture
def people(api: Api) -> Iterator[People]:
    with people_of(api) as everybody:
        yield everybody


@pytest.fixture
def user(api: Api) -> UUID:
    return api.sign_up()


@pytest.fixture
def client(api: Api, user: UUID) -> Iterator[TestClient]:
    with api.client(token_of(user)) as opened:
        yield opened


def make(client: TestClient, title: str = "shop", **fields: Any) -> dict[str, Any]:
    reply = client.post(PROJECTS, json={"title": title, **fields})
    assert reply.status_code == 201
    project: dict[str, Any] = reply.json()
    return project


def path_of(project: dict[str, Any]) -> str:
    return f"{PROJECTS}/{project['id']}"


def titles(client: TestClient, **query: Any) -> list[str]:
    return [each["title"] for each in client.get(PROJECTS, params=query).json()["projects"]]


def test_a_project_is_made_as_it_was_asked_for(client: TestClient, user: UUID) -> None:
    bare = make(client)
    full = make(client, description="d", template_id="web", is_public=True, metadata={"a": [1, {"b": None}]})

    assert (bare["description"], bare["team_id"], bare["status"], bare["is_public"]) == (None, None, "active", False)
    assert (bare["metadata"], bare["user_id"]) == ({}, str(user))
    assert (full["description"], full["template_id"], full["is_public"]) == ("d", "web", True)
    assert full["metadata"] == {"a": [1, {"b": None}]}
    assert client.get(path_of(full)).json() == full


def test_the_reply_to_a_new_project_says_where_it_is_and_which_version(client: TestClient) -> None:
    made = client.post(PROJECTS, json={"title": "shop"})

    read = client.get(made.headers["Location"])

    assert read.json() == made.json()
    assert read.headers["ETag"] == made.headers["ETag"]


# What each one gets: 200 or 204 where it is done, 403 where the project can be read only, 404 where it cannot.
ASKED: dict[str, Callable[[TestClient, str], int]] = {
    "read": lambda client, path: client.get(path).status_code,
    "rename": lambda client, path: client.patch(path, json={"title": "renamed"}).status_code,
    "share": lambda client, path: client.patch(path, json={"is_public": True}).status_code,
    "archive": lambda client, path: client.patch(path, json={"status": "archived"}).status_code,
    "leave the team": lambda client, path: client.patch(path, json={"team_id": None}).status_code,
    "delete": lambda client, path: client.delete(path).status_code,
}
STORIES = {
    ("private", "read"): "200 404 404 404 404",
    ("private", "rename"): "200 404 404 404 404",
    ("private", "share"): "200 404 404 404 404",
    ("private", "archive"): "200 404 404 404 404",
    ("private", "delete"): "204 404 404 404 404",
    ("public", "read"): "200 200 200 200 200",
    ("public", "rename"): "200 403 403 403 403",
    ("public", "archive"): "200 403 403 403 403",
    ("public", "delete"): "204 403 403 403 403",
    ("in the team", "read"): "200 200 200 200 404",
    ("in the team", "rename"): "200 403 200 200 404",
    ("in the team", "share"): "200 403 200 200 404",
    ("in the team", "archive"): "200 403 200 200 404",
    # Only its owner moves a project.
    ("in the team", "leave the team"): "200 403 403 403 404",
    ("in the team", "delete"): "204 403 204 204 404",
}


@pytest.mark.parametrize(("kind", "what"), STORIES)
def test_each_may_do_what_is_told(people: People, kind: str, what: str) -> None:
    team = str(people.team) if kind == "in the team" else None

    answers = [
        ASKED[what](people[name], path_of(make(people["owner"], is_public=kind == "public", team_id=team)))
        for name in EVERYBODY
    ]

    assert " ".join(map(str, answers)) == STORIES[kind, what]


def test_what_is_refused_changes_nothing(people: People) -> None:
    project = make(people["owner"], team_id=str(people.team))
    for name in ("member", "stranger"):
        for ask in ASKED.values():
            ask(people[name], path_of(project))

    assert people["owner"].get(path_of(project)).json() == project


def test_a_project_goes_into_a_team_of_the_callers_only(people: People) -> None:
    fields = {"title": "shop", "team_id": str(people.team)}
    project = make(people["stranger"])

    made = people["stranger"].post(PROJECTS, json=fields)
    moved = people["stranger"].patch(path_of(project), json={"team_id": str(people.team)})
    nowhere = people["stranger"].post(PROJECTS, json={**fields, "team_id": str(uuid4())})

    assert (made.status_code, moved.status_code, nowhere.status_code) == (403, 403, 403)
    assert made.json()["detail"] == nowhere.json()["detail"]
    assert titles(people["chief"], team_id=str(people.team)) == []


def test_only_what_was_sent_is_changed_and_null_takes_away(client: TestClient) -> None:
    project = make(client, description="d", template_id="web", metadata={"a": 1})

    changed = client.patch(path_of(project), json={"description": None, "metadata": {}}).json()
    same = client.patch(path_of(project), json={}).json()

    expected = {**project, "description": None, "metadata": {}, "updated_at": changed["updated_at"]}
    assert changed == same == expected
    assert changed["updated_at"] > project["updated_at"]


@pytest.mark.parametrize(
    "body",
    [
        {"title": None},
        {"title": ""},
        {"status": None},
        {"status": "deleted"},
        {"is_public": None},
        {"is_public": "true"},
        {"metadata": None},
        {"metadata": []},
        {"metadata": {"a\0": 1}},
        {"user_id": str(uuid4())},
        {"deleted_at": None},
    ],
)
def test_what_is_no_change_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    project = make(client)

    reply = client.patch(path_of(project), json=body)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert client.get(path_of(project)).json() == project


def test_of_two_who_change_what_they_read_one_is_told(client: TestClient) -> None:
    path = path_of(make(client, description="0"))
    tag = client.get(path).headers["ETag"]

    first = client.patch(path, json={"description": "first"}, headers={"If-Match": tag})
    second = client.patch(path, json={"description": "second"}, headers={"If-Match": tag})
    again = client.patch(path, json={"description": "second"}, headers={"If-Match": first.headers["ETag"]})

    assert (first.status_code, second.status_code, again.status_code) == (200, 412, 200)
    assert second.json()["code"] == "changed"
    assert client.get(path).headers["ETag"] == again.headers["ETag"] != tag


def test_no_update_is_lost_among_clients_who_send_what_they_read(api: Api, client: TestClient, user: UUID) -> None:
    path = path_of(make(client, metadata={"count": 0}))

    def count_up(_: int) -> None:
        with api.client(token_of(user)) as mine:
            while True:
                read = mine.get(path)
                counted = {"count": read.json()["metadata"]["count"] + 1}
                reply = mine.patch(path, json={"metadata": counted}, headers={"If-Match": read.headers["ETag"]})
                if reply.status_code == 200:
                    return
                assert reply.status_code == 412

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_up, range(12)))

    assert client.get(path).json()["metadata"] == {"count": 12}


def test_a_deletion_may_ask_for_the_version_too(client: TestClient) -> None:
    project = make(client)
    tag = client.get(path_of(project)).headers["ETag"]
    client.patch(path_of(project), json={"title": "b"}).raise_for_status()

    late = client.delete(path_of(project), headers={"If-Match": tag})

    assert late.status_code == 412
    assert titles(client) == ["b"]


def test_a_client_that_knows_the_version_is_not_sent_it_again(client: TestClient) -> None:
    path = path_of(make(client))
    tag = client.get(path).headers["ETag"]

    known = client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    changed = client.patch(path, json={"title": "b"})
    unknown = client.get(path, headers={"If-None-Match": tag})

    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", tag)
    assert (unknown.status_code, unknown.headers["ETag"]) == (200, changed.headers["ETag"])


def test_a_deleted_project_is_gone_until_it_is_restored(client: TestClient) -> None:
    project = make(client)

    deleted = client.delete(path_of(project))
    gone = [
        client.get(path_of(project)).status_code,
        client.patch(path_of(project), json={"title": "b"}).status_code,
        client.delete(path_of(project)).status_code,
    ]
    listed = titles(client), titles(client, status="deleted"), titles(client, status="active")
    restored = client.post(f"{path_of(project)}/restore")

    assert (deleted.status_code, gone) == (204, [404, 404, 404])
    assert listed == ([], ["shop"], [])
    assert restored.json() == {**project, "updated_at": restored.json()["updated_at"]}
    assert titles(client) == ["shop"]
    assert client.post(f"{path_of(project)}/restore").status_code == 404


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_may_delete_a_project_may_restore_it(people: People, name: str) -> None:
    project = make(people["owner"], team_id=str(people.team), is_public=True)
    people["owner"].delete(path_of(project)).raise_for_status()

    status = people[name].post(f"{path_of(project)}/restore").status_code

    assert status == (200 if name in ("owner", "admin", "chief") else 404)


def test_a_public_project_that_is_deleted_is_nobodys_to_read(people: People) -> None:
    project = make(people["owner"], is_public=True)
    people["owner"].delete(path_of(project)).raise_for_status()

    assert people["stranger"].get(path_of(project)).status_code == 404


def test_what_is_in_a_deleted_project_is_found_again_once_it_is_restored(
    api: Api, client: TestClient, user: UUID
) -> None:
    project = make(client)
    put_file(api.url, user, "/shop/wombat.py", "def wombat():\n    return 1\n", project["id"])
    index_now(api.url, StubEncoder())

    def found() -> int:
        return len(client.post("/v1/search/code", json={"query": "wombat"}).json()["results"])

    before = found()
    client.patch(path_of(project), json={"status": "archived"}).raise_for_status()
    archived = found()
    client.delete(path_of(project)).raise_for_status()
    deleted = found()
    client.post(f"{path_of(project)}/restore").raise_for_status()

    assert (before, archived, deleted, found()) == (1, 1, 0, 1)


def test_filters_choose_by_title_status_and_team(people: People) -> None:
    mine = people["owner"]
    make(mine, "alone")
    make(mine, "shared", team_id=str(people.team))
    archived = make(mine, "old")
    mine.patch(path_of(archived), json={"status": "archived"}).raise_for_status()

    assert titles(mine) == ["alone", "old", "shared"]
    assert titles(mine, status="archived") == ["old"]
    assert titles(mine, status="active") == ["alone", "shared"]
    assert titles(mine, team_id=str(people.team)) == titles(people["member"]) == ["shared"]
    assert titles(mine, title="old") == ["old"]


def test_pages_go_on_when_rows_come_in_and_the_last_one_goes(client: TestClient) -> None:
    for title in "bdfhj":
        make(client, title)
    first = client.get(PROJECTS, params={"limit": 2}).json()
    last = first["projects"][-1]
    make(client, "a")
    make(client, "e")
    client.patch(path_of(last), json={"title": "z"}).raise_for_status()
    client.delete(path_of(last)).raise_for_status()

    seen = [each["title"] for each in first["projects"]]
    after = first["next"]
    while after is not None:
        page = client.get(PROJECTS, params={"limit": 2, "after": after}).json()
        seen += [each["title"] for each in page["projects"]]
        after = page["next"]

    assert seen == ["b", "d", "e", "f", "h", "j"]


def test_pages_while_others_write_have_each_project_once(api: Api, client: TestClient, user: UUID) -> None:
    there = [make(client, f"{number:03}")["id"] for number in range(0, 60, 2)]

    def write(number: int) -> None:
        with api.client(token_of(user)) as mine:
            make(mine, f"{number:03}")

    with ThreadPoolExecutor(3) as threads:
        writes = [threads.submit(write, number) for number in range(1, 60, 2)]
        seen: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = client.get(PROJECTS, params={"limit": 4, **after}).json()
            seen += [each["id"] for each in page["projects"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        for each in writes:
            each.result()

    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


@pytest.mark.parametrize("after", ["A", "bm90IGpzb24", "WyJhIl0", "WyJhIiwiYiJd", "a" * 5000, "+/=", ""])
def test_what_no_page_gave_is_no_cursor(client: TestClient, after: str) -> None:
    reply = client.get(PROJECTS, params={"after": after})

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("tag", ["abc", '"a', "W/", '"a" "b"', "*, *", '"a",', '"ä"', '"' + "a" * 2000 + '"'])
def test_what_is_no_tag_is_refused(client: TestClient, tag: str) -> None:
    project = make(client)

    reply = client.patch(path_of(project), json={"title": "b"}, headers={b"If-Match": tag.encode()})

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("scope", "statuses"),
    [
        ("projects:read", (200, 200, 403, 403, 403, 403)),
        ("files:read", (200, 200, 403, 403, 403, 403)),
        ("files:write", (403, 403, 201, 403, 403, 403)),
        ("projects:write", (403, 403, 201, 200, 204, 200)),
        ("search", (403, 403, 403, 403, 403, 403)),
    ],
)
def test_a_limited_key_does_what_its_scope_says(
    api: Api, client: TestClient, user: UUID, scope: str, statuses: tuple[int, ...]
) -> None:
    path = path_of(make(client))
    with api.client(api.make_key(user, [scope])) as limited:
        answers = (
            limited.get(PROJECTS).status_code,
            limited.get(path).status_code,
            limited.post(PROJECTS, json={"title": "b"}).status_code,
            limited.patch(path, json={"is_public": True}).status_code,
            limited.delete(path).status_code,
            limited.post(f"{path}/restore").status_code,
        )

    assert answers == statuses
