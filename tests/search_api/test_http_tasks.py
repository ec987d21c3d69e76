"""Tests of the routes for tasks: made pending, changed bit by bit, logs only added to, and their owner's alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest
from starlette.testclient import TestClient

from sql.database import Database
from tests.search_api.api import Api, make_api, token_of

TASKS = "/v1/tasks"


@pytest.fixture(scope="module")
def api(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Api]:
    with clone() as url, Database(url) as database:
        yield make_api(url, database)


@pytest.fixture
def client(api: Api) -> Iterator[TestClient]:
    with api.client(token_of(api.sign_up())) as opened:
        yield opened


def make(client: TestClient, **fields: Any) -> dict[str, Any]:
    reply = client.post(TASKS, json={"prompt": "round prices", **fields})
    assert reply.status_code == 201
    task: dict[str, Any] = reply.json()
    return task


def change(client: TestClient, task: dict[str, Any], **fields: Any) -> dict[str, Any]:
    reply = client.patch(f"{TASKS}/{task['id']}", json=fields)
    assert reply.status_code == 200
    changed: dict[str, Any] = reply.json()
    return changed


def test_a_task_is_made_as_it_was_asked_for_and_waits(client: TestClient) -> None:
    bare = make(client)
    full = make(client, repo_url="https://git.example.org/a", selected_agent="other", selected_model="large-1")

    assert (bare["status"], bare["progress"], bare["logs"]) == ("pending", 0, [])
    assert (bare["prompt"], bare["repo_url"], bare["selected_agent"]) == ("round prices", None, "claude")
    assert (full["repo_url"], full["selected_agent"], full["selected_model"]) == (
        "https://git.example.org/a", "other", "large-1",
    )  # fmt: skip
    assert client.get(f"{TASKS}/{full['id']}").json() == full


def test_what_is_left_out_or_null_stays_as_it_is(client: TestClient) -> None:
    task = make(client)
    started = change(client, task, status="processing", progress=40, sandbox_url="https://box.example.org")

    ended = change(client, task, status="completed", progress=100, branch_name="b", sandbox_url=None)

    assert (started["status"], started["progress"], started["branch_name"]) == ("processing", 40, None)
    assert ended == {
        **started,
        "status": "completed",
        "progress": 100,
        "branch_name": "b",
        "updated_at": ended["updated_at"],
    }
    assert ended["updated_at"] > started["updated_at"]


def test_entries_that_come_at_once_are_all_in_the_logs(api: Api) -> None:
    token = token_of(api.sign_up())
    with api.client(token) as client:
        task = make(client)

        def log(number: int) -> None:
            change(client, task, logs=[{"n": number}, number])

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(log, range(12)))
        logs = client.get(f"{TASKS}/{task['id']}").json()["logs"]

    assert sorted(logs[1::2]) == list(range(12))
    assert logs[::2] == [{"n": number} for number in logs[1::2]]


def test_the_pages_are_all_tasks_the_newest_first(client: TestClient) -> None:
    made = [make(client)["id"] for _ in range(5)]
    change(client, {"id": made[1]}, status="error")
    ids: list[int] = []
    after: int | None = None
    for _ in range(3):
        page = client.get(TASKS, params={"limit": 2} | ({} if after is None else {"after": after})).json()
        ids += [task["id"] for task in page["tasks"]]
        after = page["next"]
    failed = client.get(TASKS, params={"status": "error"}).json()["tasks"]

    assert (ids, after) == (made[::-1], None)
    assert [task["id"] for task in failed] == [made[1]]
    assert "logs" not in failed[0]


def test_a_task_of_another_looks_as_if_it_did_not_exist(api: Api, client: TestClient) -> None:
    task = make(client)
    with api.client(token_of(api.sign_up())) as stranger:
        replies = [
            reply
            for task_id in (task["id"], 2**63 - 1)
            for reply in (
                stranger.get(f"{TASKS}/{task_id}"),
                stranger.patch(f"{TASKS}/{task_id}", json={"status": "error"}),
            )
        ]
        listed = stranger.get(TASKS).json()["tasks"]

    assert {(reply.status_code, reply.json()["detail"]) for reply in replies} == {(404, "There is no such task.")}
    assert listed == []
    assert client.get(f"{TASKS}/{task['id']}").json() == task


@pytest.mark.parametrize("task_id", ["0", "-1", "x", "1.5", "9223372036854775808", "9" * 5000])
def test_what_is_no_id_is_refused(client: TestClient, task_id: str) -> None:
    assert client.get(f"{TASKS}/{task_id}").status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"status": "done"},
        {"progress": 101},
        {"progress": -1},
        {"progress": "5"},
        {"logs": {}},
        {"logs": ["a\0"]},
        {"branch_name": ""},
        {"prompt": "another"},
        {"id": 5},
    ],
)
def test_what_is_no_progress_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    task = make(client)
    reply = client.patch(f"{TASKS}/{task['id']}", json=body)

    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert client.get(f"{TASKS}/{task['id']}").json() == task


@pytest.mark.parametrize(
    "body", [{}, {"prompt": ""}, {"prompt": "a\0"}, {"prompt": 1}, {"prompt": "a", "status": "error"}]
)
def test_what_is_no_task_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post(TASKS, json=body).status_code == 422
    assert client.get(TASKS).json()["tasks"] == []


def test_a_task_is_made_once_however_often_it_is_asked_for(client: TestClient) -> None:
    replies = [client.post(TASKS, json={"prompt": "p"}, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert replies[0].content == replies[1].content
    assert len(client.get(TASKS).json()["tasks"]) == 1


def test_logs_are_followed_from_where_one_is(client: TestClient) -> None:
    task = make(client)
    path = f"{TASKS}/{task['id']}/logs"
    nothing = client.get(path).json()
    change(client, task, logs=[{"n": 1}, "two", None, [4], 5])

    pages = [client.get(path, params={"after": after, "limit": 2}).json() for after in (0, 2, 4)]
    change(client, task, logs=["six"])
    since = client.get(path, params={"after": 5}).json()

    assert nothing == {"logs": [], "count": 0, "next": None}
    assert [page["logs"] for page in pages] == [[{"n": 1}, "two"], [None, [4]], [5]]
    assert [(page["count"], page["next"]) for page in pages] == [(5, 2), (5, 4), (5, None)]
    assert since == {"logs": ["six"], "count": 6, "next": None}
    assert client.get(path, params={"after": 7}).json() == {"logs": [], "count": 6, "next": None}


@pytest.mark.parametrize(("stored", "logs"), [("null", []), ("'null'", [None]), ("'{}'", [{}]), ("'[]'", [])])
def test_logs_that_another_client_wrote_are_read(api: Api, client: TestClient, stored: str, logs: list[Any]) -> None:
    task = make(client)
    api.execute(f"update tasks set logs = {stored} where id = %s", task["id"])

    assert client.get(f"{TASKS}/{task['id']}/logs").json()["logs"] == logs


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_a_task_that_has_not_ended_is_cancelled_for_good(client: TestClient, status: str) -> None:
    task = make(client)
    change(client, task, status=status)

    cancelled = client.post(f"{TASKS}/{task['id']}/cancel").json()
    again = client.post(f"{TASKS}/{task['id']}/cancel").json()
    refused = [
        client.patch(f"{TASKS}/{task['id']}", json=body)
        for body in ({"status": "completed"}, {"progress": 100}, {"branch_name": "b", "logs": ["a"]})
    ]
    last = change(client, task, logs=["stopped"])

    assert cancelled["status"] == "error"
    assert cancelled["cancelled_at"] is not None
    assert again == cancelled
    assert {(reply.status_code, reply.json()["code"]) for reply in refused} == {(409, "conflict")}
    assert (last["logs"], last["status"]) == (["stopped"], "error")


@pytest.mark.parametrize("status", ["completed", "error"])
def test_a_task_that_has_ended_is_not_cancelled(client: TestClient, status: str) -> None:
    task = make(client)
    ended = change(client, task, status=status)

    reply = client.post(f"{TASKS}/{task['id']}/cancel")

    assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    assert client.get(f"{TASKS}/{task['id']}").json() == ended


def test_of_a_cancellation_and_an_end_at_once_one_is_told(api: Api) -> None:
    token = token_of(api.sign_up())
    with api.client(token) as client:
        for _ in range(8):
            path = f"{TASKS}/{make(client)['id']}"
            with ThreadPoolExecutor(2) as threads:
                cancelled = threads.submit(client.post, f"{path}/cancel")
                ended = threads.submit(client.patch, path, json={"status": "completed"})
            statuses = (cancelled.result().status_code, ended.result().status_code)
            task = client.get(path).json()

            assert statuses in ((200, 409), (409, 200))
            assert (task["status"], task["cancelled_at"] is None) == (
                ("error", False) if statuses[0] == 200 else ("completed", True)
            )


def test_a_change_may_ask_for_the_version_that_was_read(client: TestClient) -> None:
    task = make(client)
    path = f"{TASKS}/{task['id']}"
    tag = client.get(path).headers["ETag"]
    known = client.get(path, headers={"If-None-Match": tag}).status_code
    change(client, task, logs=["a"])

    late = [
        client.patch(path, json={"progress": 5}, headers={"If-Match": tag}),
        client.post(f"{path}/cancel", headers={"If-Match": tag}),
        client.delete(path, headers={"If-Match": tag}),
    ]

    assert known == 304
    assert {(reply.status_code, reply.json()["code"]) for reply in late} == {(412, "changed")}
    assert client.get(path, headers={"If-None-Match": tag}).json()["progress"] == 0


def test_a_task_that_was_removed_is_gone(api: Api, client: TestClient) -> None:
    path = f"{TASKS}/{make(client)['id']}"
    with api.client(token_of(api.sign_up())) as stranger:
        refused = [
            stranger.delete(path).status_code,
            stranger.post(f"{path}/cancel").status_code,
            stranger.get(f"{path}/logs").status_code,
        ]

    assert refused == [404, 404, 404]
    assert [client.delete(path).status_code for _ in range(2)] == [204, 404]
    assert client.get(path).status_code == 404
