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
