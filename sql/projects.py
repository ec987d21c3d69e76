"""The questions about projects, one function a query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from models.errors import ForbiddenError, NotFoundError
from models.rows import Json, ProjectStatusEnum
from sql.changes import given
from sql.database import Connection
from sql.loading import query

# Titles may be of any length; pages go by as much of them as a cursor is to hold, then by id.
CHANGEABLE = ("title", "description", "team_id", "template_id", "status", "is_public", "metadata")


@dataclass(frozen=True, slots=True)
class Project:
    id: UUID
    title: str
    description: str | None
    user_id: UUID
    team_id: UUID | None
    template_id: str | None
    status: ProjectStatusEnum
    is_public: bool
    metadata: Json
    created_at: datetime | None
    updated_at: datetime | None
    place: str


@dataclass(frozen=True, slots=True)
class NewProject:
    title: str
    description: str | None = None
    team_id: UUID | None = None
    template_id: str | None = None
    is_public: bool = False
    metadata: Json = None


def list_projects(
    connection: Connection,
    *,
    title: str | None = None,
    status: ProjectStatusEnum | None = None,
    team_id: UUID | None = None,
    after: tuple[str, UUID] | None,
    most: int,
) -> list[Project]:
    """The caller's and the caller's teams' projects by title; `after` is the place and the id of the last one.

    None leaves a filter out; deleted projects are only found by that status.
    """
    place, last_id = after or (None, None)
    parameters = {
        "title": title,
        "status": status,
        "team_id": team_id,
        "place": place,
        "last_id": last_id,
        "most": most,
    }
    return [Project(*row) for row in connection.execute(query("projects/list_projects"), parameters).fetchall()]


def create_project(connection: Connection, project: NewProject) -> Project:
    """Raises ForbiddenError for a team that the caller is not in."""
    parameters = {
        "title": project.title,
        "description": project.description,
        "team_id": project.team_id,
        "template_id": project.template_id,
        "is_public": project.is_public,
        "metadata": Jsonb(project.metadata or {}),
    }
    row = connection.execute(query("projects/create_project"), parameters).fetchone()
    if row is None:
        raise RuntimeError("an insert returned no row")
    return read_project(connection, row[0])


def read_project(connection: Connection, project_id: UUID) -> Project:
    """Raises NotFoundError for a project that is deleted or that the caller may not see."""
    row = connection.execute(query("projects/read_project"), {"project_id": project_id}).fetchone()
    if row is None:
        raise NotFoundError("There is no such project.")
    return Project(*row)


def change_project(
    connection: Connection, project_id: UUID, values: Mapping[str, object], expect: Callable[[Project], None]
) -> Project:
    """The project with these columns changed, if `expect` lets it be. Raises as `lock_project` does."""
    expect(lock_project(connection, project_id))
    changes = {name: Jsonb(value) if name == "metadata" else value for name, value in values.items()}
    if changes:
        connection.execute(query("projects/change_project"), {"project_id": project_id, **given(CHANGEABLE, changes)})
    return read_project(connection, project_id)


def delete_project(connection: Connection, project_id: UUID, expect: Callable[[Project], None]) -> None:
    """Mark it as deleted, if `expect` lets it be. Raises as `lock_project` does."""
    expect(lock_project(connection, project_id))
    connection.execute(query("projects/delete_project"), {"project_id": project_id}).fetchone()


def restore_project(connection: Connection, project_id: UUID) -> Project:
    """Raises NotFoundError unless the project is deleted, and the caller may write it."""
    if connection.execute(query("projects/restore_project"), {"project_id": project_id}).fetchone() is None:
        raise NotFoundError("There is no such deleted project.")
    return read_project(connection, project_id)


def lock_project(connection: Connection, project_id: UUID) -> Project:
    """The project as it is until the end of the transaction.

    Raises NotFoundError for one that the caller cannot see, ForbiddenError for one that the caller may only read.
    """
    locked = connection.execute(query("projects/lock_project"), {"project_id": project_id}).fetchone()
    project = read_project(connection, project_id)
    if locked is None:
        raise ForbiddenError("The project can be read and not be changed.")
    return project
