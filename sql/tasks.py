"""The caller's tasks: a page of them, one with its logs, a new one, and how one goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from models.errors import NotFoundError
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
    logs: Json = None


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


def change_task(connection: Connection, task_id: int, change: TaskChange) -> Task:
    """The task as it is now. Raises NotFoundError for a task that is not the caller's."""
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
