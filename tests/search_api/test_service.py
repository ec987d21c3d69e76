"""The service from end to end: files in over HTTP, indexed, found by their owner and by nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from models.caller import Role
from search_api.active_encoder import ActiveEncoder
from search_api.auth import make_authenticator, make_token
from search_api.http.app import create_app
from search_api.settings import Settings
from sql.accounts import DatabaseAccounts
from sql.database import Database
from tests.indexing import execute, index_now, new_user, put_file
from tests.stubs import StubEncoder

SECRET = SecretStr("x" * 40)
SOURCE = 'def read_settings(path):\n    """Parse the file that holds the settings."""\n    return parse(path)\n'


@pytest.fixture
def service(url: str) -> Iterator[TestClient]:
    settings = Settings(jwt_secret=SECRET)
    with Database(url, max_size=4) as database:
        encoder = ActiveEncoder(database, lambda _: StubEncoder())
        app = create_app(database, encoder, make_authenticator(settings, DatabaseAccounts(database)), settings)
        yield TestClient(app, raise_server_exceptions=False)


def headers_of(user_id: UUID) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(SECRET, user_id, audience='authenticated')}"}


def put_source(service: TestClient, headers: dict[str, str]) -> str:
    project_id: str = service.post("/v1/projects", json={"title": "shop"}, headers=headers).json()["id"]
    body = {"project_id": project_id, "files": [{"path": "/shop/settings.py", "content": SOURCE}]}
    written = service.put("/v1/files", json=body, headers=headers)
    assert written.json() == {"written": 1, "moved": 0, "deleted": 0}
    return project_id


def test_a_file_that_was_put_is_found_by_its_owner_alone(service: TestClient, url: str) -> None:
    owner, other = new_user(url), new_user(url)
    put_source(service, headers_of(owner))
    index_now(url, StubEncoder())
    asked = {"query": "read settings", "explain": True}
    mine = service.post("/v1/search/code", json=asked, headers=headers_of(owner)).json()
    theirs = service.post("/v1/search/code", json=asked, headers=headers_of(other)).json()
    assert [(hit["path"], hit["symbol"], hit["stale"]) for hit in mine["results"]] == [
        ("/shop/settings.py", "read_settings", False)
    ]
    assert sum(mine["results"][0]["scores"].values()) == pytest.approx(mine["results"][0]["score"], abs=1e-3)
    assert mine["index"] == {"files": 1, "pending": 0, "failed": 0}
    assert theirs["results"] == []
    assert theirs["index"]["files"] == 0


def test_an_edited_file_is_shown_as_stale_until_it_is_indexed_again(service: TestClient, url: str) -> None:
    owner = new_user(url)
    project_id = put_source(service, headers_of(owner))
    index_now(url, StubEncoder())
    edited = {"path": "/shop/settings.py", "content": SOURCE + "\nmore = 1\n"}
    service.put("/v1/files", json={"project_id": project_id, "files": [edited]}, headers=headers_of(owner))
    reply = service.post("/v1/search/code", json={"query": "read settings"}, headers=headers_of(owner)).json()
    assert reply["results"][0]["stale"]
    assert reply["index"]["pending"] == 1


def test_before_anything_is_indexed_files_are_pending_and_unknown_projects_unknown(
    service: TestClient, url: str
) -> None:
    owner = new_user(url)
    project_id = put_source(service, headers_of(owner))
    asked = {"query": "read settings", "project_id": project_id}

    known = service.post("/v1/search/code", json=asked, headers=headers_of(owner))
    theirs = service.post("/v1/search/code", json=asked, headers=headers_of(new_user(url)))
    nobodys = service.post("/v1/search/code", json=asked | {"project_id": str(owner)}, headers=headers_of(owner))

    assert known.json()["results"] == []
    assert known.json()["index"] == {"files": 1, "pending": 1, "failed": 0}
    assert [(reply.status_code, reply.json()["code"]) for reply in (theirs, nobodys)] == [(404, "not_found")] * 2


def test_a_search_and_the_status_count_the_same(service: TestClient, url: str) -> None:
    owner = new_user(url)
    names = ("indexed", "edited", "failed", "empty", "folder")
    for name in names:
        put_file(url, owner, f"/{name}.py", "" if name == "empty" else f"{name} = 1\n")
    index_now(url, StubEncoder())
    execute(url, "update workspace_files set is_directory = true, content = '' where path = '/folder.py'")
    index_now(url, StubEncoder())
    for name in ("edited", "failed"):
        put_file(url, owner, f"/{name}.py", f"{name} = 3\n")
    execute(
        url,
        "update code_index_state set error = 'no parser', attempts = 1 from workspace_files as file"
        " where file.id = file_id and path = '/failed.py'",
    )

    found = service.post("/v1/search/code", json={"query": "x"}, headers=headers_of(owner)).json()["index"]
    told = service.get("/v1/index/status", headers=headers_of(owner)).json()

    assert found == {name: told[name] for name in ("files", "pending", "failed")}
    assert found == {"files": len(names) - 1, "pending": 1, "failed": 1}


def test_a_misspelt_name_finds(service: TestClient, url: str) -> None:
    owner = new_user(url)
    put_source(service, headers_of(owner))
    index_now(url, StubEncoder())
    reply = service.post("/v1/search/code", json={"query": "raed_setings"}, headers=headers_of(owner)).json()
    assert reply["results"][0]["symbol"] == "read_settings"
    assert reply["widened"]


def test_diff_asks_only_for_what_changed(service: TestClient, url: str) -> None:
    owner = new_user(url)
    project_id = put_source(service, headers_of(owner))
    digest = hashlib.sha256(SOURCE.encode()).hexdigest()
    files = [
        {"path": "/shop/settings.py", "content_hash": digest},
        {"path": "/shop/new.py", "content_hash": "0" * 64},
    ]
    body = {"project_id": project_id, "files": files}
    reply = service.post("/v1/files/diff", json=body, headers=headers_of(owner)).json()
    assert reply == {"wanted": ["/shop/new.py"], "unchanged": 1}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/search/code"), ("GET", "/v1/projects"), ("POST", "/v1/projects"), ("PUT", "/v1/files"),
        ("GET", "/v1/files"), ("POST", "/v1/files/diff"), ("GET", "/v1/files/manifest"), ("GET", "/v1/index/status"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("token", [None, "nonsense", "wrong secret", "unknown user"])
def test_no_route_answers_without_a_caller(
    service: TestClient, url: str, method: str, path: str, token: str | None
) -> None:
    values = {
        None: {},
        "nonsense": {"Authorization": "Bearer nonsense"},
        "wrong secret": {
            "Authorization": f"Bearer {make_token(SecretStr('y' * 40), new_user(url), audience='authenticated')}"
        },
        "unknown user": headers_of(UUID(int=9)),
    }
    reply = service.request(method, path, headers=values[token], json={})
    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "unauthenticated"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"query": ""}, {"query": 5}, {"query": "a\0b"}, {"query": "x" * 10_000}, {"query": "a", "limit": 0},
        {"query": "a", "limit": 1000}, {"query": "a", "mode": "magic"}, {"query": "a", "unknown": 1},
        {"query": "a", "project_id": "no uuid"}, {"query": " \n"}, {"query": "a", "path_glob": "*" * 30},
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_a_hint(service: TestClient, url: str, body: dict[str, object]) -> None:
    reply = service.post("/v1/search/code", json=body, headers=headers_of(new_user(url)))
    assert reply.status_code == 422
    assert reply.json()["hint"]


@pytest.mark.parametrize(
    "query", ["'; drop table projects; --", "a & | ! b:*", "%_\\", "*", "\u202eabc", "🙂", "((((", "the", "\x01\x02"]
)
@pytest.mark.parametrize("mode", ["hybrid", "vector", "fulltext", "fuzzy"])
def test_odd_queries_are_answered(service: TestClient, url: str, query: str, mode: str) -> None:
    owner = new_user(url)
    put_source(service, headers_of(owner))
    index_now(url, StubEncoder())
    reply = service.post("/v1/search/code", json={"query": query, "mode": mode}, headers=headers_of(owner))
    assert reply.status_code == 200


def test_a_project_of_somebody_else_looks_like_none(service: TestClient, url: str) -> None:
    owner, other = new_user(url), new_user(url)
    answers = []
    for project_id in (put_source(service, headers_of(owner)), str(UUID(int=5))):
        body = {"project_id": project_id, "files": [{"path": "/x.py", "content": "x"}]}
        written = service.put("/v1/files", json=body, headers=headers_of(other))
        asked = {"query": "read settings", "project_id": project_id}
        found = service.post("/v1/search/code", json=asked, headers=headers_of(other))
        answers.append((written.status_code, written.json()["code"], found.status_code, found.json().get("results")))
    assert answers[0] == answers[1]
    assert answers[0][0] in (403, 404)
    assert not answers[0][3]


def test_the_services_own_role_is_no_caller_of_a_search(service: TestClient) -> None:
    import jwt

    claims = {"role": Role.SERVICE.value, "aud": "authenticated", "exp": 4_000_000_000}
    token = jwt.encode(claims, SECRET.get_secret_value(), algorithm="HS256")
    reply = service.post("/v1/search/code", json={"query": "a"}, headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 403
