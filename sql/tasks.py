"""The caller's tasks: a page of them, one with its logs, a new one, and how one goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from models.errors import ConflictError, NotFoundError
from models.rows import Json, TaskStatusEnum
from sql.database import Connection
from sql.loading import query


@dataclass(frozen=True, slots=True)
class NewTask:
    prompt: str
    repo_url: str | None
    selected_agent: str | None
    selected_model: str | None


@dataclass(frozen=True, slots=True)
class TaskChange:
    """What is None stays as it is; `logs` are added."""

    status: TaskStatusEnum | None
    progress: int | None
    sandbox_url: str | None
    branch_name: str | None
    logs: Sequence[Json]

    @property
    def only_logs(self) -> bool:
        return all(each is None for each in (self.status, self.progress, self.sandbox_url, self.branch_name))


@dataclass(frozen=True, slots=True)
class Task:
    """`logs` are None in lists."""

    id: int
    status: TaskStatusEnum
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
    logs: Json = None


@dataclass(frozen=True, slots=True)
class TaskLogs:
    """Entries in the order they came, and how many there are in all."""

    entries: Sequence[Json]
    count: int


def list_tasks(connection: Connection, *, status: TaskStatusEnum | None, after: int | None, most: int) -> list[Task]:
    """Tasks without logs, the newest first; `after` is the last one of the page before."""
    parameters = {"status": status, "after": after, "most": most}
    return [Task(*row) for row in connection.execute(query("tasks/list_tasks"), parameters).fetchall()]


def read_task(connection: Connection, task_id: int) -> Task:
    """Raises NotFoundError for a task that is not the caller's."""
    row = connection.execute(query("tasks/read_task"), {"task_id": task_id}).fetchone()
    if row is None:
        raise NotFoundError("There is no such task.")
    return Task(*row)


def create_task(connection: Connection, task: NewTask) -> Task:
    parameters = {
        "prompt": task.prompt,
        "repo_url": task.repo_url,
        "selected_agent": task.selected_agent,
        "selected_model": task.selected_model,
    }
    row = connection.execute(query("tasks/create_task"), parameters).fetchone()
    if row is None:
        raise RuntimeError("an insert returned no row")
    return read_task(connection, row[0])


def change_task(connection: Connection, task_id: int, change: TaskChange, expect: Callable[[Task], None]) -> Task:
    """The task as it is now, if `expect` lets it be changed.

    Raises NotFoundError for a task that is not the caller's, ConflictError for one that was cancelled, which takes logs
    only.
    """
    task = _lock_task(connection, task_id)
    expect(task)
    if task.cancelled_at is not None and not change.only_logs:
        raise ConflictError(
            "The task was cancelled.", hint="Stop working on it; entries may still be added to its logs."
        )
    parameters = {
        "task_id": task_id,
        "status": change.status,
        "progress": change.progress,
        "sandbox_url": change.sandbox_url,
        "branch_name": change.branch_name,
        "logs": Jsonb(list(change.logs)),
    }
    connection.execute(query("tasks/change_task"), parameters)
    return read_task(connection, task_id)


def cancel_task(connection: Connection, task_id: int, expect: Callable[[Task], None]) -> Task:
    """The task, which was called off now or before.

    Raises NotFoundError for a task that is not the caller's, ConflictError for one that has ended by itself.
    """
    task = _lock_task(connection, task_id)
    expect(task)
    if task.cancelled_at is None:
        if task.status in ("completed", "error"):
            raise ConflictError("The task has ended already.", hint="There is nothing left to be cancelled.")
        connection.execute(query("tasks/cancel_task"), {"task_id": task_id})
    return read_task(connection, task_id)


def delete_task(connection: Connection, task_id: int, expect: Callable[[Task], None]) -> None:
    """Raises NotFoundError for a task that is not the caller's."""
    expect(_lock_task(connection, task_id))
    connection.execute(query("tasks/delete_task"), {"task_id": task_id})


def read_logs(connection: Connection, task_id: int, *, after: int, most: int) -> TaskLogs:
    """The entries behind the first `after` ones. Raises NotFoundError for a task that is not the caller's."""
    row = connection.execute(query("tasks/read_logs"), {"task_id": task_id, "after": after, "most": most}).fetchone()
    if row is None:
        raise NotFoundError("There is no such task.")
    return TaskLogs(*row)


def _lock_task(connection: Connection, task_id: int) -> Task:
    connection.execute(query("tasks/lock_task"), {"task_id": task_id})
    return read_task(connection, task_id)
