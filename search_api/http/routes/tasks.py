"""Routes for the caller's tasks: list, make and read them, follow their logs, tell how one goes on, call it off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field, StrictInt

from models.rows import TaskStatusEnum
from search_api.http.documentation import problems
from search_api.http.etags import CHANGED, READ, IfMatch, IfNoneMatch, send
from search_api.http.once import CREATED, TheOnce
from search_api.http.routes.chat import Name
from search_api.http.service import TaskReader, TaskWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import (
    LARGEST_FILE_CHARS,
    LARGEST_ID,
    LARGEST_INT,
    MOST_PAGE,
    STORABLE,
    WHOLE,
    StorableJson,
    Strict,
)
from sql.tasks import (
    NewTask,
    Task,
    TaskChange,
    cancel_task,
    change_task,
    create_task,
    delete_task,
    list_tasks,
    read_logs,
    read_task,
)

router = APIRouter(prefix="/v1/tasks", tags=["tasks"], route_class=StrictRoute)

LONGEST_URL = 2_000
MOST_LOGS_A_CALL = 1_000

Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL), STORABLE]
TaskId = Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]


class TasksQuery(Strict):
    """Which tasks; `after` is the `next` of the page before."""

    status: TaskStatusEnum | None = Field(None, description="Only tasks in this state.")
    after: int | None = Field(None, ge=1, le=LARGEST_ID, description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=MOST_PAGE)


class WantedTask(Strict):
    """A task to be made."""

    prompt: Annotated[str, Field(min_length=1, max_length=LARGEST_FILE_CHARS), STORABLE]
    repo_url: Url | None = None
    selected_agent: Name | None = Field(None, description="`claude` when it is left out.")
    selected_model: Name | None = None


class TaskProgress(Strict):
    """How a task goes on; what is left out or null stays as it is."""

    status: TaskStatusEnum | None = None
    progress: Annotated[StrictInt, Field(ge=0, le=100), WHOLE] | None = Field(None, description="Per cent.")
    sandbox_url: Url | None = None
    branch_name: Name | None = None
    logs: list[StorableJson] = Field([], max_length=MOST_LOGS_A_CALL, description="Entries to be added at the end.")


class ListedTask(BaseModel):
    """A task without its logs."""

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
    cancelled_at: datetime | None = Field(description="When it was called off; its status is `error` since then.")


class TaskReply(ListedTask):
    """A task with its logs."""

    logs: StorableJson = Field(description="Entries in the order they came, of any JSON.")


class LogsQuery(Strict):
    """Which entries; `after` is the `next` of the page before, or the number of those that are known."""

    after: int = Field(0, ge=0, le=LARGEST_INT)
    limit: int = Field(100, ge=1, le=MOST_PAGE)


class TaskLogsReply(BaseModel):
    """A page of log entries in the order they came; `next` is null on the last one, `count` is of all there are."""

    logs: list[StorableJson]
    count: int
    next: int | None


class TasksReply(BaseModel):
    """A page of tasks, the newest first; `next` is null on the last one."""

    tasks: list[ListedTask]
    next: int | None


@router.get("", responses=problems())
def get_tasks(caller: TaskReader, database: TheDatabase, query: Annotated[TasksQuery, Query()]) -> TasksReply:
    """List the caller's tasks, the newest first."""
    with database.acting_as(caller) as connection:
        found = list_tasks(connection, status=query.status, after=query.after, most=query.limit + 1)
    page = [ListedTask.model_validate(task, from_attributes=True) for task in found[: query.limit]]
    return TasksReply(tasks=page, next=page[-1].id if len(found) > query.limit else None)


@router.post("", status_code=201, response_model=TaskReply, responses=problems(400, 413) | CREATED)
def post_task(caller: TaskWriter, once: TheOnce, task: WantedTask) -> Response:
    """Make a task, which is pending."""
    new = NewTask(task.prompt, task.repo_url, task.selected_agent, task.selected_model)
    return once.make(caller, task, lambda connection: _render(create_task(connection, new)), name=lambda made: made.id)


@router.get("/{task_id}", response_model=TaskReply, responses=problems(404) | READ)
def get_task(task_id: TaskId, caller: TaskReader, database: TheDatabase, known: IfNoneMatch) -> Response:
    """Read a task with its logs."""
    with database.acting_as(caller) as connection:
        return known.send(_render(read_task(connection, task_id)))


@router.get("/{task_id}/logs", responses=problems(404))
def get_logs(
    task_id: TaskId, caller: TaskReader, database: TheDatabase, query: Annotated[LogsQuery, Query()]
) -> TaskLogsReply:
    """Read a task's logs from a position on, to follow them without reading all of them again."""
    with database.acting_as(caller) as connection:
        found = read_logs(connection, task_id, after=query.after, most=query.limit)
    end = query.after + len(found.entries)
    return TaskLogsReply(logs=list(found.entries), count=found.count, next=end if end < found.count else None)


@router.patch("/{task_id}", response_model=TaskReply, responses=problems(400, 404, 409, 412, 413) | CHANGED)
def patch_task(
    task_id: TaskId, caller: TaskWriter, database: TheDatabase, expected: IfMatch, progress: TaskProgress
) -> Response:
    """Tell how a task goes on. One that was cancelled takes logs only."""
    change = TaskChange(progress.status, progress.progress, progress.sandbox_url, progress.branch_name, progress.logs)
    with database.acting_as(caller) as connection:
        return send(_render(change_task(connection, task_id, change, expected.of(TaskReply))))


@router.post("/{task_id}/cancel", response_model=TaskReply, responses=problems(404, 409, 412) | CHANGED)
def cancel(task_id: TaskId, caller: TaskWriter, database: TheDatabase, expected: IfMatch) -> Response:
    """Call a task off that has not ended; who works on it learns so at the next change."""
    with database.acting_as(caller) as connection:
        return send(_render(cancel_task(connection, task_id, expected.of(TaskReply))))


@router.delete("/{task_id}", status_code=204, responses=problems(404, 412))
def remove_task(task_id: TaskId, caller: TaskWriter, database: TheDatabase, expected: IfMatch) -> None:
    """Remove a task with its logs, for good."""
    with database.acting_as(caller) as connection:
        delete_task(connection, task_id, expected.of(TaskReply))


def _render(task: Task) -> TaskReply:
    return TaskReply.model_validate(task, from_attributes=True)
