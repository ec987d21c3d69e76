"""Routes for the caller's tasks: list them, read one, make one, tell how it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field, StrictInt

from models.rows import TaskStatusEnum
from search_api.http.documentation import problems
from search_api.http.once import CREATED, TheOnce
from search_api.http.routes.chat import Name
from search_api.http.service import TaskReader, TaskWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import LARGEST_FILE_CHARS, LARGEST_ID, MOST_PAGE, STORABLE, WHOLE, StorableJson, Strict
from sql.tasks import NewTask, Task, TaskChange, change_task, create_task, list_tasks, read_task

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


class TaskReply(ListedTask):
    """A task with its logs."""

    logs: StorableJson = Field(description="Entries in the order they came, of any JSON.")


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


@router.get("/{task_id}", responses=problems(404))
def get_task(task_id: TaskId, caller: TaskReader, database: TheDatabase) -> TaskReply:
    """Read a task with its logs."""
    with database.acting_as(caller) as connection:
        return TaskReply.model_validate(read_task(connection, task_id), from_attributes=True)


@router.patch("/{task_id}", responses=problems(400, 404, 413))
def patch_task(task_id: TaskId, caller: TaskWriter, database: TheDatabase, progress: TaskProgress) -> TaskReply:
    """Tell how a task goes on."""
    change = TaskChange(progress.status, progress.progress, progress.sandbox_url, progress.branch_name, progress.logs)
    with database.acting_as(caller) as connection:
        return TaskReply.model_validate(change_task(connection, task_id, change), from_attributes=True)


def _render(task: Task) -> TaskReply:
    return TaskReply.model_validate(task, from_attributes=True)
