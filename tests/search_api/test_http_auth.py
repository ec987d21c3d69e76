"""Tests of who comes in over HTTP, with users and keys as the database has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from models.caller import user
from sql.database import ACT_AS, Database
from tests.search_api.api import Api, make_api, token_of

SEARCH = ("POST", "/v1/search/code", {"query": "x"})
READ = ("GET", "/v1/files", None)
WRITE: tuple[str, str, dict[str, list[str]]] = ("PUT", "/v1/files", {"files": []})


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database)


def make_key(api: Api, user_id: UUID, permissions: object = None, expires: str = "infinity") -> str:
    """A key as its owner makes it."""
    caller = user(user_id)
    with psycopg.connect(api.url) as connection:
        connection.execute(ACT_AS, (caller.role.value, caller.claims_json()))
        row = connection.execute(
            "select public.create_api_key('test', %s, %s::timestamptz)", (Jsonb(permissions or {}), expires)
        ).fetchone()
    assert row is not None
    return str(row[0])


def statuses(api: Api, token: str) -> list[int]:
    """What searching, reading and writing are answered with."""
    with api.client(token) as client:
        return [client.request(method, path, json=body).status_code for method, path, body in (SEARCH, READ, WRITE)]


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ({}, [200, 200, 200]),
        ({"scopes": ["search"]}, [200, 403, 403]),
        ({"scopes": ["files:read"]}, [403, 200, 403]),
        ({"scopes": ["files:read", "files:write"]}, [403, 200, 200]),
        ({"scopes": []}, [403, 403, 403]),
    ],
)
def test_a_key_opens_what_its_scopes_name(api: Api, permissions: object, expected: list[int]) -> None:
    key = make_key(api, api.sign_up(), permissions)

    assert statuses(api, key) == expected


def test_a_key_sees_its_owners_files_only(api: Api) -> None:
    owner, stranger = api.sign_up(), api.sign_up()
    for user_id in (owner, stranger):
        with api.client(token_of(user_id)) as client:
            client.put("/v1/files", json={"files": [{"path": f"/{user_id}", "content": ""}]}).raise_for_status()

    with api.client(make_key(api, owner)) as client:
        seen = client.get("/v1/files").json()["files"]

    assert [file["path"] for file in seen] == [f"/{owner}"]


@pytest.mark.parametrize(
    "change",
    [
        "update api_keys set is_active = false where user_id = %s",
        "update api_keys set expires_at = now() - interval '1 second' where user_id = %s",
        "delete from api_keys where user_id = %s",
        "delete from auth.users where id = %s",
    ],
)
def test_a_key_that_is_over_opens_nothing(api: Api, change: str) -> None:
    owner = api.sign_up()
    key = make_key(api, owner)
    api.execute(change, owner)

    assert statuses(api, key) == [401, 401, 401]


def test_a_user_that_is_gone_is_refused(api: Api) -> None:
    user_id = api.sign_up()
    api.execute("delete from auth.users where id = %s", user_id)

    assert statuses(api, token_of(user_id)) == [401, 401, 401]


def test_the_use_of_a_key_is_noted(api: Api) -> None:
    owner = api.sign_up()
    key = make_key(api, owner)

    statuses(api, key)

    assert api.execute("select last_used_at is not null from api_keys where user_id = %s", owner) == [(True,)]
