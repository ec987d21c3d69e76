"""Tests of Idempotency-Key: what is sent again is answered as before and made once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from starlette.testclient import TestClient

from models.caller import SERVICE, user
from sql.database import ACT_AS, Database
from sql.once import forget_expired_answers
from tests.search_api.api import Api, make_api, token_of

PROJECTS = "/v1/projects"
JSON = {"Content-Type": "application/json"}
# Any: what the test client answers with is a class of its own dependency.
Reply = Any


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url, max_size=12) as database:
        yield make_api(url, database)


@pytest.fixture
def owner(api: Api) -> UUID:
    return api.sign_up()


@pytest.fixture
def client(api: Api, owner: UUID) -> Iterator[TestClient]:
    with api.client(token_of(owner)) as opened:
        yield opened


def send(client: TestClient, key: str, title: str = "shop", **fields: Any) -> Reply:
    return client.post(PROJECTS, json={"title": title, **fields}, headers={"Idempotency-Key": key})


def count(api: Api, owner: UUID) -> int:
    number: int = api.execute("select count(*) from projects where user_id = %s", owner)[0][0]
    return number


def test_the_same_request_again_gets_the_same_reply_and_makes_nothing(
    api: Api, client: TestClient, owner: UUID
) -> None:
    first = send(client, "a")
    second = send(client, "a")

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert [second.headers[name] for name in ("ETag", "Location")] == [
        first.headers[name] for name in ("ETag", "Location")
    ]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(api, owner) == 1


def test_the_reply_is_that_of_then_whatever_became_of_the_thing(client: TestClient) -> None:
    first = send(client, "a")
    client.patch(first.headers["Location"], json={"title": "renamed"}).raise_for_status()
    client.delete(first.headers["Location"]).raise_for_status()

    assert send(client, "a").content == first.content


def test_the_same_json_in_another_order_is_the_same_request(client: TestClient) -> None:
    first = client.post(
        PROJECTS, content=b'{"title": "a", "description": null}', headers={"Idempotency-Key": "a", **JSON}
    )
    second = client.post(PROJECTS, content=b'{"title":"a"}', headers={"Idempotency-Key": "a", **JSON})

    assert second.content == first.content


def test_another_request_under_the_same_key_is_refused(api: Api, client: TestClient, owner: UUID) -> None:
    send(client, "a").raise_for_status()

    other_body = send(client, "a", "another")
    other_route = client.post("/v1/tasks", json={"prompt": "p"}, headers={"Idempotency-Key": "a"})

    for reply in (other_body, other_route):
        assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert count(api, owner) == 1
    assert client.get("/v1/tasks").json()["tasks"] == []


def test_keys_of_two_users_have_nothing_to_do_with_each_other(api: Api, client: TestClient) -> None:
    mine = send(client, "a")
    with api.client(token_of(api.sign_up())) as other:
        theirs = send(other, "a", "theirs")

    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]


def test_a_request_that_failed_may_be_sent_again_under_its_key(api: Api, client: TestClient, owner: UUID) -> None:
    refused = send(client, "a", team_id=str(uuid4()))
    kept = api.execute("select count(*) from idempotency_keys where user_id = %s", owner)
    mended = send(client, "a")

    assert (refused.status_code, kept, mended.status_code) == (403, [(0,)], 201)


def test_requests_of_one_key_at_once_make_one_thing(api: Api, owner: UUID) -> None:
    def ask(_: int) -> Reply:
        with api.client(token_of(owner)) as client:
            return send(client, "race")

    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(ask, range(8)))

    assert {(reply.status_code, reply.content) for reply in replies} == {(201, replies[0].content)}
    assert sum("Idempotency-Replayed" not in reply.headers for reply in replies) == 1
    assert count(api, owner) == 1


def test_of_different_requests_under_one_key_at_once_one_is_done(api: Api, owner: UUID) -> None:
    def ask(number: int) -> int:
        with api.client(token_of(owner)) as client:
            status: int = send(client, "race", f"title {number}").status_code
            return status

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(ask, range(8)))

    assert sorted(statuses) == [201] + [422] * 7
    assert count(api, owner) == 1


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_request_waits_for_what_becomes_of_the_one_before(
    api: Api, client: TestClient, owner: UUID, ending: str
) -> None:
    """The one before is played by hand: its key is taken, and what it makes is not there yet."""
    with psycopg.connect(api.url) as first, ThreadPoolExecutor(1) as thread:
        first.execute(ACT_AS, ("authenticated", user(owner).claims_json()))
        first.execute("insert into idempotency_keys (user_id, key, request_hash) values (%s, 'a', '\\x00')", (owner,))
        waiting = thread.submit(send, client, "a")
        waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        while api.execute(waits) == [(0,)]:
            assert not waiting.done()
        if ending == "commit":
            first.execute("update idempotency_keys set status = 201, reply = '{}' where user_id = %s", (owner,))
            first.commit()
        else:
            first.rollback()
        reply = waiting.result()

    assert reply.status_code == (422 if ending == "commit" else 201)
    assert count(api, owner) == (0 if ending == "commit" else 1)


def test_a_key_is_free_again_after_a_day(api: Api, client: TestClient, owner: UUID) -> None:
    first = send(client, "a").json()
    expires = api.execute(
        "select expires_at - created_at = interval '1 day' from idempotency_keys where user_id = %s", owner
    )
    api.execute("update idempotency_keys set expires_at = now() where user_id = %s", owner)

    again = send(client, "a", "another")

    assert expires == [(True,)]
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]


def test_keys_of_users_who_do_not_come_back_are_forgotten_too(api: Api, client: TestClient, owner: UUID) -> None:
    send(client, "old").raise_for_status()
    api.execute("update idempotency_keys set expires_at = now() where user_id = %s", owner)
    send(client, "new").raise_for_status()
    api.execute("update idempotency_keys set expires_at = now() + interval '1 hour' where key = 'new'")

    with Database(api.url) as database, database.transaction_as(SERVICE) as connection:
        forget_expired_answers(connection)

    assert api.execute("select key from idempotency_keys where user_id = %s", owner) == [("new",)]


def test_how_long_an_answer_is_kept_is_not_its_users_to_say(api: Api, owner: UUID) -> None:
    statements = (
        "insert into idempotency_keys (user_id, key, request_hash, expires_at) values (%s, 'a', '', 'infinity')",
        "update idempotency_keys set expires_at = 'infinity' where user_id = %s",
    )
    for statement in statements:
        with psycopg.connect(api.url) as connection:
            connection.execute(ACT_AS, ("authenticated", user(owner).claims_json()))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode(), (owner,))


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "ä"])
def test_what_is_no_key_is_refused(client: TestClient, key: str) -> None:
    reply = client.post(
        PROJECTS,
        json={"title": "a"},
        headers={b"Idempotency-Key": key.encode()},
    )

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


def test_a_key_lost_its_scope_replays_nothing(api: Api, client: TestClient, owner: UUID) -> None:
    send(client, "a").raise_for_status()

    with api.client(api.make_key(owner, ["search"])) as limited:
        assert send(limited, "a").status_code == 403
