"""Tests of the routes for API keys: shown once, kept as a hash, never more than what made them, ended at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from starlette.testclient import TestClient

from search_api.auth import Scope
from sql.database import Database
from tests.search_api.api import Api, make_api, token_of

KEYS = "/v1/api-keys"
SOON = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()


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


def make(client: TestClient, scopes: list[str] | None = None, **fields: Any) -> dict[str, Any]:
    reply = client.post(KEYS, json={"name": "ci", "scopes": scopes, **fields})
    assert reply.status_code == 201, reply.text
    key: dict[str, Any] = reply.json()
    return key


def stored(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "key"}


def test_a_key_is_shown_once_and_works(api: Api, client: TestClient, user: UUID) -> None:
    key = make(client, ["search", "keys:read", "search"], expires_at=LATER)
    with api.client(key["key"]) as with_key:
        (listed,) = with_key.get(KEYS).json()["api_keys"]

    assert key["key"].startswith(key["prefix"])
    assert len(key["prefix"]) == 12
    assert (key["scopes"], key["made_by"], key["is_active"]) == (["keys:read", "search"], None, True)
    assert stored(key) == {**listed, "last_used_at": None}
    assert listed["last_used_at"] is not None


def test_only_the_hash_is_stored(api: Api, client: TestClient, user: UUID) -> None:
    reply = client.post(KEYS, json={"name": "ci", "scopes": None}, headers={"Idempotency-Key": "k"})
    key = reply.json()["key"]

    rows = api.execute("select api_keys::text from api_keys where user_id = %s", user)
    rows += api.execute("select idempotency_keys::text from idempotency_keys where user_id = %s", user)

    assert len(rows) == 2
    assert hashlib.sha256(key.encode()).hexdigest() in rows[0][0]
    assert not [row for row in rows if key in row[0]]


def test_the_same_request_again_makes_no_key_and_does_not_show_it(client: TestClient) -> None:
    first, second = (
        client.post(KEYS, json={"name": "ci", "scopes": None}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )

    assert second.json() == {**first.json(), "key": None}
    assert second.headers["Location"] == first.headers["Location"]
    assert len(client.get(KEYS).json()["api_keys"]) == 1


def test_a_revoked_key_is_let_in_no_more_from_that_moment(api: Api, client: TestClient) -> None:
    key = make(client)
    with api.client(key["key"]) as with_key:
        before = with_key.get(KEYS).status_code
        client.delete(f"{KEYS}/{key['id']}").raise_for_status()
        after = with_key.get(KEYS).status_code

    assert (before, after) == (200, 401)
    assert client.get(f"{KEYS}/{key['id']}").json()["is_active"] is False
    assert client.delete(f"{KEYS}/{key['id']}").status_code == 204


def test_a_key_may_end_itself(api: Api, client: TestClient) -> None:
    key = make(client, ["keys:write"])
    with api.client(key["key"]) as with_key:
        statuses = [with_key.delete(f"{KEYS}/{key['id']}").status_code for _ in range(2)]

    assert statuses == [204, 401]


def test_keys_end_with_the_key_that_made_them(api: Api, client: TestClient) -> None:
    grandmother = make(client)
    with api.client(grandmother["key"]) as by_key:
        mother = make(by_key)
    with api.client(mother["key"]) as by_key:
        child = make(by_key, ["search", "keys:read"])
    other = make(client)
    keys = [each["key"] for each in (grandmother, mother, child, other)]

    def statuses() -> list[int]:
        found = []
        for key in keys:
            with api.client(key) as with_key:
                found.append(with_key.get(KEYS).status_code)
        return found

    before = statuses()
    client.delete(f"{KEYS}/{grandmother['id']}").raise_for_status()

    assert (mother["made_by"], child["made_by"]) == (grandmother["id"], mother["id"])
    assert before == [200, 200, 200, 200]
    assert statuses() == [401, 401, 401, 200]


REFUSED = (403, "limited_key")


@pytest.mark.parametrize(
    ("scopes", "wanted", "answer"),
    [
        (["keys:write", "search"], ["search"], None),
        (["keys:write", "search"], ["search", "keys:write"], None),
        (["keys:write", "search"], [], None),
        (["keys:write", "search"], ["files:read"], REFUSED),
        (["keys:write", "search"], ["search", "files:read"], REFUSED),
        (["keys:write", "search"], None, REFUSED),
        ([scope.value for scope in Scope], None, REFUSED),
        (None, None, None),
        (None, ["search"], None),
        (["search"], ["search"], (403, "forbidden")),
    ],
)
def test_a_key_makes_none_with_scopes_that_it_has_not(
    api: Api, client: TestClient, scopes: list[str] | None, wanted: list[str] | None, answer: tuple[int, str] | None
) -> None:
    key = make(client, scopes)
    with api.client(key["key"]) as with_key:
        reply = with_key.post(KEYS, json={"name": "more", "scopes": wanted})

    if answer is None:
        assert reply.status_code == 201
        assert reply.json()["scopes"] == (None if wanted is None else sorted(wanted))
    else:
        assert (reply.status_code, reply.json()["code"]) == answer
        assert len(client.get(KEYS).json()["api_keys"]) == 1


@pytest.mark.parametrize(
    ("expires", "status"), [(SOON, 201), (LATER, 403), (None, 403)], ids=["as long", "longer", "for ever"]
)
def test_a_key_makes_none_that_outlives_it(api: Api, client: TestClient, expires: str | None, status: int) -> None:
    key = make(client, expires_at=SOON)
    with api.client(key["key"]) as with_key:
        reply = with_key.post(KEYS, json={"name": "longer", "scopes": None, "expires_at": expires})

    assert reply.status_code == status


def test_a_key_that_was_revoked_elsewhere_makes_none_while_it_is_still_remembered(
    api: Api, client: TestClient, user: UUID
) -> None:
    key = make(client)
    with api.client(key["key"]) as with_key:
        with_key.get(KEYS).raise_for_status()
        # As another process does it, of which this one hears nothing.
        api.execute("update api_keys set is_active = false where user_id = %s", user)
        reply = with_key.post(KEYS, json={"name": "late", "scopes": None})

    assert (reply.status_code, reply.json()["code"]) == REFUSED
    assert len(client.get(KEYS).json()["api_keys"]) == 1


def test_permissions_that_cannot_be_read_make_no_key(api: Api, client: TestClient, user: UUID) -> None:
    for permissions in ('{"scopes": "keys:write"}', '{"scopes": null}', '{"all": true}', "[]", '"keys:write"'):
        key = make(client, ["keys:write"])
        with api.client(key["key"]) as with_key:
            with_key.get("/v1/teams")
            # The door remembers what the key could do.
            api.execute("update api_keys set permissions = %s where id = %s", permissions, key["id"])
            reply = with_key.post(KEYS, json={"name": "more", "scopes": ["search"]})
        assert (reply.status_code, reply.json()["code"]) == REFUSED, permissions


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "scopes": None},
        {"scopes": None},
        # Everything has to be said.
        {"name": "a"},
        {"name": "a", "scopes": ["everything"]},
        {"name": "a", "scopes": "search"},
        {"name": "a", "scopes": None, "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "a", "scopes": None, "expires_at": "2999-01-01T00:00:00"},
        {"name": "a", "scopes": None, "user_id": str(uuid4())},
        {"name": "a", "scopes": None, "is_active": True},
    ],
)
def test_what_is_no_key_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    reply = client.post(KEYS, json=body)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert client.get(KEYS).json()["api_keys"] == []


def test_keys_of_another_look_as_if_they_did_not_exist(api: Api, client: TestClient) -> None:
    key = make(client)
    with api.client(token_of(api.sign_up())) as stranger:
        replies = [
            reply
            for key_id in (key["id"], uuid4())
            for reply in (
                stranger.get(f"{KEYS}/{key_id}"),
                stranger.patch(f"{KEYS}/{key_id}", json={"name": "theirs"}),
                stranger.delete(f"{KEYS}/{key_id}"),
            )
        ]
        listed = stranger.get(KEYS).json()["api_keys"]

    assert {(reply.status_code, reply.json()["detail"]) for reply in replies} == {(404, "There is no such API key.")}
    assert listed == []
    assert client.get(f"{KEYS}/{key['id']}").json() == stored(key)


def test_a_key_is_changed_in_what_was_sent(client: TestClient) -> None:
    key = stored(make(client, ["search"], expires_at=LATER))
    path = f"{KEYS}/{key['id']}"
    tag = client.get(path).headers["ETag"]

    renamed = client.patch(path, json={"name": "nightly"}, headers={"If-Match": tag})
    late = client.patch(path, json={"name": "late"}, headers={"If-Match": tag})
    endless = client.patch(path, json={"expires_at": None}, headers={"If-Match": renamed.headers["ETag"]})

    assert renamed.json() == {**key, "name": "nightly", "updated_at": renamed.json()["updated_at"]}
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert (endless.json()["name"], endless.json()["expires_at"]) == ("nightly", None)
    assert client.get(path).json() == endless.json()
    assert client.patch(path, json={}).json() == endless.json()


def test_a_key_is_revoked_whatever_version_is_named(client: TestClient) -> None:
    key = make(client, ["search"])
    path = f"{KEYS}/{key['id']}"
    tag = client.get(path).headers["ETag"]
    client.patch(path, json={"name": "nightly"})

    assert client.delete(path, headers={"If-Match": tag}).status_code == 204
    assert client.get(path).json()["is_active"] is False


def test_a_use_is_another_version_of_a_key_and_no_change(api: Api, client: TestClient) -> None:
    key = make(client, ["keys:read"])
    path = f"{KEYS}/{key['id']}"
    unused = client.get(path)
    with api.client(key["key"]) as with_key:
        used = with_key.get(path)
        again = with_key.get(path)

    late = client.patch(path, json={"name": "late"}, headers={"If-Match": unused.headers["ETag"]})
    renamed = client.patch(path, json={"name": "nightly"}, headers={"If-Match": used.headers["ETag"]})

    assert used.json() == {**unused.json(), "last_used_at": used.json()["last_used_at"]}
    assert used.json()["last_used_at"] is not None
    assert again.headers["ETag"] == used.headers["ETag"] != unused.headers["ETag"]
    assert (late.status_code, renamed.status_code) == (412, 200)
    assert renamed.json()["updated_at"] > used.json()["updated_at"]


def test_a_key_that_was_shortened_is_let_in_no_more_once_that_moment_has_passed(
    api: Api, client: TestClient, user: UUID
) -> None:
    key = make(client)
    with api.client(key["key"]) as with_key:
        before = with_key.get(KEYS).status_code
        changed = client.patch(f"{KEYS}/{key['id']}", json={"expires_at": SOON})
        # An hour later, which a test does not wait for.
        api.execute("update api_keys set expires_at = now() where user_id = %s", user)
        after = with_key.get(KEYS).status_code

    assert changed.json()["expires_at"] is not None
    assert (before, after) == (200, 401)


def test_keys_that_a_key_made_end_with_it_at_the_latest(api: Api, client: TestClient) -> None:
    mother = make(client)
    with api.client(mother["key"]) as by_key:
        child, sooner = make(by_key), make(by_key, expires_at=SOON)
    with api.client(child["key"]) as by_key:
        grandchild = make(by_key)
    other = make(client)

    shortened = client.patch(f"{KEYS}/{mother['id']}", json={"expires_at": LATER}).json()["expires_at"]

    ends = [client.get(f"{KEYS}/{each['id']}").json()["expires_at"] for each in (child, grandchild, sooner, other)]
    assert ends == [shortened, shortened, sooner["expires_at"], None]
    longer = client.patch(f"{KEYS}/{child['id']}", json={"expires_at": None})
    assert (longer.status_code, longer.json()["code"]) == REFUSED
    client.patch(f"{KEYS}/{mother['id']}", json={"expires_at": None}).raise_for_status()
    assert client.patch(f"{KEYS}/{child['id']}", json={"expires_at": None}).json()["expires_at"] is None


@pytest.mark.parametrize("whose", ["its own", "another"])
@pytest.mark.parametrize(
    ("expires", "status"), [(SOON, 200), (LATER, 403), (None, 403)], ids=["sooner", "longer", "for ever"]
)
def test_a_key_lets_no_key_last_longer(
    api: Api, client: TestClient, whose: str, expires: str | None, status: int
) -> None:
    middle = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    asking, other = (make(client, expires_at=middle) for _ in range(2))
    path = f"{KEYS}/{(asking if whose == 'its own' else other)['id']}"
    with api.client(asking["key"]) as with_key:
        reply = with_key.patch(path, json={"name": "mine", "expires_at": expires})

    assert reply.status_code == status
    assert client.get(path).json()["name"] == ("mine" if status == 200 else "ci")


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": None},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00"},
        {"scopes": None},
        {"is_active": True},
        {"made_by": None},
    ],
)
def test_what_is_no_change_of_a_key_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    path = f"{KEYS}/{make(client, ['search'])['id']}"
    before = client.get(path).json()
    reply = client.patch(path, json=body)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert client.get(path).json() == before


def test_keys_die_with_their_user(api: Api, client: TestClient, user: UUID) -> None:
    key = make(client)
    api.execute("delete from auth.users where id = %s", user)

    with api.client(key["key"]) as with_key:
        assert with_key.get(KEYS).status_code == 401
    assert api.execute("select count(*) from api_keys where user_id = %s", user) == [(0,)]


def test_the_pages_have_the_newest_first_and_go_on_when_the_last_one_goes(
    api: Api, client: TestClient, user: UUID
) -> None:
    made = [make(client)["id"] for _ in range(5)]
    # As other clients write them.
    api.execute("update api_keys set created_at = null where id = %s", made[0])
    api.execute("update api_keys set expires_at = 'infinity' where id = %s", made[1])
    first = client.get(KEYS, params={"limit": 2}).json()
    make(client)
    api.execute("delete from api_keys where id = %s", first["api_keys"][-1]["id"])

    second = client.get(KEYS, params={"limit": 2, "after": first["next"]}).json()
    third = client.get(KEYS, params={"limit": 2, "after": second["next"]}).json()

    pages = [[each["id"] for each in page["api_keys"]] for page in (first, second, third)]
    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]
    assert third["next"] is None


def test_a_limited_key_does_what_its_scope_says(api: Api, client: TestClient, user: UUID) -> None:
    key = make(client)
    answers = {}
    for scope in ("keys:read", "keys:write", "teams:write"):
        with api.client(api.make_key(user, [scope])) as limited:
            answers[scope] = (
                limited.get(KEYS).status_code,
                limited.get(f"{KEYS}/{key['id']}").status_code,
                limited.post(KEYS, json={"name": "b", "scopes": []}).status_code,
                limited.patch(f"{KEYS}/{key['id']}", json={"name": "c"}).status_code,
            )

    assert answers == {
        "keys:read": (200, 200, 403, 403),
        "keys:write": (403, 403, 201, 200),
        "teams:write": (403, 403, 403, 403),
    }


def test_a_key_cannot_be_written_past_the_function(api: Api, user: UUID) -> None:
    with psycopg.connect(api.url) as connection:
        connection.execute("set role authenticated")
        for statement in (
            "insert into api_keys (user_id, name, key_hash, key_prefix) values (%s, 'a', 'b', 'c')",
            "update api_keys set made_by = null where user_id = %s",
            "update api_keys set key_hash = 'a' where user_id = %s",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement.encode(), (user,))
