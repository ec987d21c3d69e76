"""Tests of who comes in over HTTP, with users and keys as the database has them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg.types.json import Jsonb

from models.caller import user
from sql.database import ACT_AS, Database
from tests.search_api.api import SECRET, Api, make_api, token_of
from tests.search_api.test_auth import ALL_KEYS, PRIVATE, claims, raw_token, sign

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


def refusals_of(api: Api, token: str) -> set[tuple[int, str, str, str | None]]:
    """How each kind of route answers: status, type, code, and what it asks for."""
    with api.client(token) as client:
        replies = [client.request(method, path, json=body) for method, path, body in (SEARCH, READ, WRITE)]
    return {
        (each.status_code, each.headers["Content-Type"], each.json()["code"], each.headers.get("WWW-Authenticate"))
        for each in replies
    }


HERE = SECRET.get_secret_value()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"aud": "anon"}, id="for another audience"),
        pytest.param({"key": "a secret of somebody else, as long as ours"}, id="of another secret"),
        pytest.param({"role": "anon"}, id="of anon"),
        pytest.param({"sub": "admin"}, id="of a user that cannot be"),
        pytest.param({"sub": "00000000-0000-4000-8000-00000000dead"}, id="of a user that is not there"),
        pytest.param({"algorithm": "HS512", "key": HERE}, id="of another algorithm"),
        pytest.param({"algorithm": "RS256"}, id="of a key where there are none"),
    ],
)
def test_a_token_that_proves_nothing_is_answered_with_a_problem(api: Api, changes: dict[str, Any]) -> None:
    token = sign(**{"key": None if "algorithm" in changes else HERE, "sub": str(api.sign_up()), **changes})

    assert refusals_of(api, token) == {(401, "application/problem+json", "unauthenticated", "Bearer")}


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_a_token_without_a_signature_is_answered_with_a_problem(api: Api, algorithm: str) -> None:
    token = raw_token({"alg": algorithm, "typ": "JWT"}, claims(sub=str(api.sign_up())))

    assert refusals_of(api, token) == {(401, "application/problem+json", "unauthenticated", "Bearer")}


def test_the_services_token_and_a_key_without_the_scope_are_known_and_refused(api: Api) -> None:
    for token in (sign(key=HERE, role="service_role", sub=None), make_key(api, api.sign_up(), {"scopes": []})):
        assert refusals_of(api, token) == {(403, "application/problem+json", "forbidden", None)}


class Issuer(BaseHTTPRequestHandler):
    """Publishes the keys that its server has."""

    def do_GET(self) -> None:
        body = self.server.document  # type: ignore[attr-defined]  # set by `issuing`
        self.send_response(200 if body else 500)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Tests print nothing."""


@contextmanager
def issuing(document: str) -> Iterator[str]:
    """A server of this key set; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Issuer) as server:
        server.document = document  # type: ignore[attr-defined]  # for Issuer
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/keys"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("algorithm", sorted(PRIVATE))
def test_the_issuers_tokens_are_taken_and_forged_ones_are_not(url: str, database: Database, algorithm: str) -> None:
    with issuing(ALL_KEYS) as address:
        api = make_api(url, database, jwt_secret=None, jwks_url=address)
        owner = str(api.sign_up())
        real = sign(algorithm, headers={"kid": algorithm}, sub=owner)
        forged = sign("ES256", key=ec.generate_private_key(ec.SECP256R1()), headers={"kid": "ES256"}, sub=owner)
        shared = sign(key=HERE, sub=owner)

        assert statuses(api, real) == [200, 200, 200]
        assert statuses(api, forged) == [401, 401, 401]
        assert statuses(api, shared) == [401, 401, 401]


def test_without_the_issuers_keys_nobody_is_called_a_stranger(url: str, database: Database) -> None:
    with issuing("") as address:
        api = make_api(url, database, jwt_secret=None, jwks_url=address)
        with api.client(sign("ES256", headers={"kid": "ES256"}, sub=str(api.sign_up()))) as client:
            reply = client.get("/v1/files")

    assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
    assert int(reply.headers["Retry-After"]) > 0
