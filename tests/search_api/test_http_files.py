"""Tests of the routes for files, projects and the state of the index, over a real database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from sql.database import Database
from tests.search_api.api import Api, make_api, token_of


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    """One for all tests here: each of them is a user of its own."""
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
def project(client: TestClient) -> str:
    return str(client.post("/v1/projects", json={"title": "shop"}).json()["id"])


def put(client: TestClient, project: str | None, files: list[dict[str, str]], deleted: tuple[str, ...] = ()) -> Any:
    body = {"project_id": project, "files": files, "deleted": list(deleted)}
    return client.put("/v1/files", json=body)


def text(path: str, content: str = "x = 1\n") -> dict[str, str]:
    return {"path": path, "content": content}


def stored(api: Api, user: UUID) -> dict[str, str | None]:
    """All rows of a user: the content of files by path, None for directories."""
    rows = api.execute("select path, content, is_directory from workspace_files where user_id = %s", user)
    return {path: None if is_directory else content for path, content, is_directory in rows}


def sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def test_a_written_file_can_be_read_with_all_that_is_derived_of_it(client: TestClient, project: str) -> None:
    reply = put(client, project, [text("/shop/src/cart.py", "naïve = 1\n")])
    listed = client.get("/v1/files", params={"parent_path": "/shop/src"}).json()
    read = client.get(f"/v1/files/{listed['files'][0]['id']}").json()

    assert reply.json() == {"written": 1, "moved": 0, "deleted": 0}
    assert {name: read[name] for name in ("path", "name", "content", "size_bytes", "mime_type", "project_id")} == {
        "path": "/shop/src/cart.py",
        "name": "cart.py",
        "content": "naïve = 1\n",
        "size_bytes": 11,
        "mime_type": "text/x-python",
        "project_id": project,
    }
    assert read["content_hash"] == sha256("naïve = 1\n")


def test_writing_makes_the_directories_above(api: Api, client: TestClient, project: str, user: UUID) -> None:
    put(client, project, [text("/shop/src/a/b.py")])

    assert stored(api, user) == {"/shop": None, "/shop/src": None, "/shop/src/a": None, "/shop/src/a/b.py": "x = 1\n"}


def test_writing_the_same_content_touches_nothing(api: Api, client: TestClient, project: str, user: UUID) -> None:
    put(client, project, [text("/shop/a.py")])
    before = api.execute("select xmin::text, updated_at from workspace_files where user_id = %s order by path", user)

    reply = put(client, project, [text("/shop/a.py")])

    assert reply.json()["written"] == 0
    assert (
        api.execute("select xmin::text, updated_at from workspace_files where user_id = %s order by path", user)
        == before
    )


def test_a_moved_file_stays_the_same_row(api: Api, client: TestClient, project: str, user: UUID) -> None:
    put(client, project, [text("/shop/old/a.py")])
    before = api.execute("select id from workspace_files where not is_directory and user_id = %s", user)

    reply = put(client, project, [{"path": "/shop/new/b.py", "moved_from": "/shop/old/a.py"}])

    assert reply.json() == {"written": 0, "moved": 1, "deleted": 0}
    assert api.execute("select id from workspace_files where not is_directory and user_id = %s", user) == before
    assert stored(api, user) == {"/shop": None, "/shop/new": None, "/shop/new/b.py": "x = 1\n"}


def test_two_files_can_change_places(api: Api, client: TestClient, project: str, user: UUID) -> None:
    put(client, project, [text("/shop/a.py", "a"), text("/shop/b.py", "b")])

    swap = [{"path": "/shop/a.py", "moved_from": "/shop/b.py"}, {"path": "/shop/b.py", "moved_from": "/shop/a.py"}]
    reply = put(client, project, swap)

    assert reply.json()["moved"] == 2
    assert stored(api, user) == {"/shop": None, "/shop/a.py": "b", "/shop/b.py": "a"}


def test_a_path_can_be_left_and_written_in_one_batch(api: Api, client: TestClient, project: str, user: UUID) -> None:
    put(client, project, [text("/shop/a.py", "old")])

    put(client, project, [{"path": "/shop/b.py", "moved_from": "/shop/a.py"}, text("/shop/a.py", "new")])

    assert stored(api, user) == {"/shop": None, "/shop/a.py": "new", "/shop/b.py": "old"}


def test_a_move_overwrites_what_was_there(api: Api, client: TestClient, project: str, user: UUID) -> None:
    put(client, project, [text("/shop/a.py", "a"), text("/shop/b.py", "b")])

    put(client, project, [{"path": "/shop/b.py", "moved_from": "/shop/a.py"}])

    assert stored(api, user) == {"/shop": None, "/shop/b.py": "a"}


def test_directories_go_with_their_last_file_unless_somebody_made_them(
    api: Api, client: TestClient, project: str, user: UUID
) -> None:
    api.execute(
        "insert into workspace_files (user_id, path, name, parent_path, is_directory)"
        " values (%s, '/own', 'own', '/', true)",
        user,
    )
    put(client, project, [text("/shop/deep/er/a.py"), text("/shop/b.py"), text("/own/c.py")])

    reply = put(client, project, [], ("/shop/deep/er/a.py", "/own/c.py", "/shop/never.py"))

    assert reply.json()["deleted"] == 2
    assert stored(api, user) == {"/shop": None, "/shop/b.py": "x = 1\n", "/own": None}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([text("/shop/a.py/b.py")], id="below a file"),
        pytest.param([text("/shop/dir")], id="onto a directory"),
        pytest.param([{"path": "/shop/dir", "moved_from": "/shop/a.py"}], id="moved onto a directory"),
        pytest.param([{"path": "/shop/z.py", "moved_from": "/shop/missing.py"}], id="moved from nowhere"),
        pytest.param([text("/other/a.py")], id="of another project"),
    ],
)
def test_a_batch_that_contradicts_what_is_stored_is_refused_whole(
    api: Api, client: TestClient, project: str, files: list[dict[str, str]], user: UUID
) -> None:
    put(client, project, [text("/shop/a.py"), text("/shop/dir/c.py")])
    other = client.post("/v1/projects", json={"title": "other"}).json()["id"]
    put(client, other, [text("/other/a.py", "theirs")])
    before = stored(api, user)

    reply = put(client, project, [text("/shop/new.py"), *files])

    assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    assert stored(api, user) == before


@pytest.mark.parametrize(
    ("files", "deleted"),
    [
        pytest.param([text(path)], (), id=repr(path)[:40])
        for path in ("a.py", "/", "", "//a", "/a//b", "/a/../b", "/a/./b", "/a/", "/a\x00b", "/a\nb", "/" + "a" * 1024)
    ]
    + [
        pytest.param([text("/a"), text("/a")], (), id="written twice"),
        pytest.param([text("/a")], ("/a",), id="written and deleted"),
        pytest.param([], ("/a", "/a"), id="deleted twice"),
        pytest.param([{"path": "/a", "moved_from": "/a"}], (), id="moved onto itself"),
        pytest.param([{"path": "/a", "moved_from": "/b"}], ("/b",), id="moved and deleted"),
        pytest.param([{"path": "/a", "moved_from": "/c"}, {"path": "/b", "moved_from": "/c"}], (), id="moved twice"),
        pytest.param([text("/a", "nul \x00")], (), id="NUL in content"),
        pytest.param([{"path": "/a"}], (), id="neither content nor source"),
        pytest.param([{**text("/a"), "mode": "0644"}], (), id="unknown field"),
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(
    client: TestClient, project: str, files: list[dict[str, str]], deleted: tuple[str, ...]
) -> None:
    reply = put(client, project, files, deleted)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


def test_files_of_another_user_look_as_if_they_did_not_exist(
    api: Api, client: TestClient, project: str, user: UUID
) -> None:
    put(client, project, [text("/shop/a.py", "mine")])
    (file_id,) = api.execute("select id from workspace_files where not is_directory and user_id = %s", user)[0]

    with api.client(token_of(api.sign_up())) as stranger:
        answers = [
            stranger.get(f"/v1/files/{file_id}").status_code,
            stranger.delete(f"/v1/files/{file_id}").status_code,
            put(stranger, project, [text("/shop/b.py")]).status_code,
            put(stranger, None, [], ("/shop/a.py",)).json()["deleted"],
            put(stranger, None, [{"path": "/x", "moved_from": "/shop/a.py"}]).status_code,
            stranger.get("/v1/files/manifest", params={"project_id": project}).json()["files"],
            stranger.get("/v1/files", params={"parent_path": "/shop"}).json()["files"],
            stranger.get("/v1/index/status", params={"project_id": project}).status_code,
            stranger.get("/v1/index/status").json()["files"],
            stranger.get("/v1/projects").json()["projects"],
        ]

    assert answers == [404, 404, 404, 0, 409, [], [], 404, 0, []]
    assert stored(api, user)["/shop/a.py"] == "mine"


def test_two_users_can_have_the_same_path(api: Api, client: TestClient, project: str, user: UUID) -> None:
    put(client, project, [text("/shop/a.py", "mine")])

    with api.client(token_of(api.sign_up())) as other:
        reply = put(other, None, [text("/shop/a.py", "theirs")])

    assert reply.json()["written"] == 1
    assert stored(api, user)["/shop/a.py"] == "mine"


@pytest.mark.parametrize("project_id", ["5b7b4c1e-0000-4000-8000-000000000009", "deleted"])
def test_files_cannot_be_written_into_a_project_that_is_not_there(
    api: Api, client: TestClient, project: str, project_id: str, user: UUID
) -> None:
    if project_id == "deleted":
        api.execute("update projects set status = 'deleted', deleted_at = now() where id = %s", project)
        project_id = project

    reply = put(client, project_id, [text("/shop/a.py")])

    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
    assert stored(api, user) == {}


def test_diff_names_what_is_new_or_changed(client: TestClient, project: str) -> None:
    put(client, project, [text("/shop/same.py", "same"), text("/shop/changed.py", "old"), text("/shop/dir/gone.py")])

    manifest = [
        {"path": "/shop/same.py", "content_hash": sha256("same")},
        {"path": "/shop/changed.py", "content_hash": sha256("new")},
        {"path": "/shop/new.py", "content_hash": sha256("new")},
        {"path": "/shop/dir", "content_hash": sha256("")},
    ]
    reply = client.post("/v1/files/diff", json={"project_id": project, "files": manifest})

    assert reply.json() == {"wanted": ["/shop/changed.py", "/shop/dir", "/shop/new.py"], "unchanged": 1}


def test_the_manifest_comes_in_pages_that_together_are_all_files(client: TestClient, project: str) -> None:
    paths = [f"/shop/{number:02}.py" for number in range(7)]
    put(client, project, [text(path, path) for path in paths])

    seen, after = [], None
    while True:
        page = client.get(
            "/v1/files/manifest", params={"project_id": project, "limit": 3, "after": after or "/"}
        ).json()
        seen += [(file["path"], file["content_hash"]) for file in page["files"]]
        after = page["next"]
        if after is None:
            break

    assert seen == [(path, sha256(path)) for path in paths]


def test_a_directory_lists_its_own_entries_only_in_pages(client: TestClient, project: str) -> None:
    put(client, project, [text("/shop/b.py"), text("/shop/a/deep.py"), text("/shop/c.py")])

    first = client.get("/v1/files", params={"parent_path": "/shop", "limit": 2}).json()
    second = client.get("/v1/files", params={"parent_path": "/shop", "limit": 2, "after": first["next"]}).json()
    root = client.get("/v1/files").json()

    assert [(entry["name"], entry["is_directory"]) for entry in first["files"]] == [("a", True), ("b.py", False)]
    assert ([entry["name"] for entry in second["files"]], second["next"]) == (["c.py"], None)
    assert [entry["path"] for entry in root["files"]] == ["/shop"]


def test_deleting_a_directory_deletes_what_is_below_it(api: Api, client: TestClient, project: str, user: UUID) -> None:
    put(client, project, [text("/shop/a/b/c.py"), text("/shop/a.py")])
    (directory,) = [
        file
        for file in client.get("/v1/files", params={"parent_path": "/shop"}).json()["files"]
        if file["is_directory"]
    ]

    replies = [client.delete(f"/v1/files/{directory['id']}").status_code for _ in range(2)]

    assert replies == [204, 404]
    assert stored(api, user) == {"/shop": None, "/shop/a.py": "x = 1\n"}


def test_projects_are_listed_by_title_in_pages_without_deleted_and_merely_public_ones(
    api: Api, client: TestClient
) -> None:
    made = [client.post("/v1/projects", json={"title": title}) for title in ("c", "a", "b", "gone")]
    api.execute("update projects set status = 'deleted' where title = 'gone'")
    stranger = api.sign_up()
    api.execute("insert into projects (user_id, title, is_public) values (%s, 'public', true)", stranger)

    first = client.get("/v1/projects", params={"limit": 2}).json()
    second = client.get("/v1/projects", params={"limit": 2, "after": first["next"]}).json()
    by_title = client.get("/v1/projects", params={"title": "b"}).json()

    assert [reply.status_code for reply in made] == [201] * 4
    assert [project["title"] for project in first["projects"] + second["projects"]] == ["a", "b", "c"]
    assert second["next"] is None
    assert [project["title"] for project in by_title["projects"]] == ["b"]


def set_states(api: Api, project: str, **states: str) -> None:
    """Put states as a worker would: assignments by the name of the file."""
    for name, assignments in states.items():
        api.execute(
            f"update code_index_state set {assignments} from workspace_files as file"
            " where file.id = file_id and file.name = %s and file.project_id = %s",
            name,
            project,
        )


def test_the_status_counts_each_file_once_and_names_failures_and_skips(url: str, database: Database) -> None:
    api = make_api(url, database)
    api.execute(
        "insert into embedding_models (name, revision, dimensions, chunker_version, active)"
        " values ('m', '1', 8, 1, true)"
    )
    with api.client(token_of(api.sign_up())) as client:
        project = client.post("/v1/projects", json={"title": "shop"}).json()["id"]
        put(client, project, [text(f"/shop/{name}") for name in ("done", "waiting", "broken", "left")])
        set_states(
            api,
            project,
            done="indexed_hash = wanted_hash, chunks = 3",
            left="indexed_hash = wanted_hash, chunks = 0, skipped = 'generated'",
            broken="error = 'no parser', attempts = 2",
        )

        status = client.get("/v1/index/status", params={"project_id": project}).json()

    assert status == {
        "files": 4,
        "indexed": 1,
        "pending": 1,
        "failed": 1,
        "skipped": 1,
        "chunks": 3,
        "failures": [{"path": "/shop/broken", "error": "no parser", "attempts": 2}],
        "skips": [{"path": "/shop/left", "reason": "generated"}],
    }


def test_files_are_pending_as_long_as_there_is_no_index(client: TestClient, project: str) -> None:
    put(client, project, [text("/shop/a.py"), text("/shop/b.py")])

    status = client.get("/v1/index/status").json()

    assert (status["files"], status["pending"], status["indexed"]) == (2, 2, 0)
