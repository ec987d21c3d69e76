"""What is asked of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from search_api.client.asking import Ask, Nothing, One, Page, PageOf, Reply, Versioned, Whole, given, making


class ListedTask(Versioned, frozen=True):
    """A task without its logs."""

    id: int
    status: str
    progress: int
    prompt: str
    repo_url: str | None
    selected_agent: str | None
    selected_model: str | None
    sandbox_url: str | None
    branch_name: str | None
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None


class Task(ListedTask, frozen=True):
    """A task with its logs, in the order they came; Any: an entry is whatever JSON was added."""

    logs: Any


class TaskLogs(Reply, frozen=True):
    """Some log entries, how many there are in all, and where to go on; Any: an entry is whatever JSON was added."""

    logs: tuple[Any, ...]
    count: int
    next: int | None


def list_tasks(
    *, status: str | None = None, after: int | None = None, limit: int | None = None
) -> Ask[Page[ListedTask]]:
    """Tasks, the newest first."""
    return Ask("GET", "/v1/tasks", PageOf("tasks", ListedTask), {"status": status, "after": after, "limit": limit})


def create_task(
    prompt: str,
    *,
    repo_url: str | None = None,
    selected_agent: str | None = None,
    selected_model: str | None = None,
) -> Ask[Task]:
    """Make a task, which is pending."""
    body = given(prompt=prompt, repo_url=repo_url, selected_agent=selected_agent, selected_model=selected_model)
    return making("/v1/tasks", One(Task), body)


def read_task(task_id: int) -> Ask[Task]:
    """A task with its logs."""
    return Ask("GET", f"/v1/tasks/{task_id}", One(Task))


def change_task(
    task_id: int,
    *,
    status: str | None = None,
    progress: int | None = None,
    sandbox_url: str | None = None,
    branch_name: str | None = None,
    logs: Sequence[Any] | None = None,
    if_match: UnsetType | str | None = UNSET,
) -> Ask[Task]:
    """Tell how a task goes on; entries of `logs` are added, so it is not asked twice once it may have arrived."""
    body = given(status=status, progress=progress, sandbox_url=sandbox_url, branch_name=branch_name, logs=logs)
    return Ask("PATCH", f"/v1/tasks/{task_id}", One(Task), body=body, repeatable=not logs).expecting(if_match)


def read_task_logs(task_id: int, *, after: int | None = None, limit: int | None = None) -> Ask[TaskLogs]:
    """Log entries behind the first `after` ones; `after=count` of the last reply asks for what came since."""
    return Ask("GET", f"/v1/tasks/{task_id}/logs", Whole(TaskLogs), {"after": after, "limit": limit})


def cancel_task(task_id: int, *, if_match: UnsetType | str | None = UNSET) -> Ask[Task]:
    """Call a task off that has not ended."""
    return Ask("POST", f"/v1/tasks/{task_id}/cancel", One(Task)).expecting(if_match)


def delete_task(task_id: int, *, if_match: UnsetType | str | None = UNSET) -> Ask[None]:
    """Remove a task with its logs, for good."""
    return Ask("DELETE", f"/v1/tasks/{task_id}", Nothing(), repeatable=False).expecting(if_match)
