"""Routes for projects: list them, make one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from search_api.http.documentation import problems
from search_api.http.service import Reader, TheDatabase, Writer
from search_api.http.strict_json import StrictRoute
from search_api.limits import MOST_PAGE, STORABLE, Strict, Title
from sql.projects import create_project, list_projects

router = APIRouter(prefix="/v1/projects", tags=["projects"], route_class=StrictRoute)


class ProjectsQuery(Strict):
    """Which projects; `after` is the `next` of the page before."""

    title: Title | None = Field(None, description="Only projects of exactly this title.")
    after: UUID | None = Field(None, description="`next` of the page before.")
    limit: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)


class NewProject(Strict):
    """A project to be made."""

    title: Title = Field(examples=["shop"])
    description: Annotated[str, Field(max_length=10_000), STORABLE] | None = None


class ProjectReply(BaseModel):
    """A project that the caller or one of the caller's teams owns."""

    id: UUID
    title: str
    description: str | None
    team_id: UUID | None
    is_public: bool | None
    created_at: datetime | None
    updated_at: datetime | None


class ProjectsReply(BaseModel):
    """A page of projects in the order of their titles; `next` is null on the last one."""

    projects: list[ProjectReply]
    next: UUID | None


@router.get("", responses=problems())
def get_projects(caller: Reader, database: TheDatabase, query: Annotated[ProjectsQuery, Query()]) -> ProjectsReply:
    """List the caller's projects and those of the caller's teams."""
    with database.acting_as(caller) as connection:
        found = list_projects(connection, title=query.title, after=query.after, most=query.limit + 1)
    page = [ProjectReply.model_validate(project, from_attributes=True) for project in found[: query.limit]]
    return ProjectsReply(projects=page, next=page[-1].id if len(found) > query.limit else None)


@router.post("", status_code=201, responses=problems(400, 413))
def post_project(caller: Writer, database: TheDatabase, project: NewProject) -> ProjectReply:
    """Make a project. Titles need not be unique."""
    with database.acting_as(caller) as connection:
        made = create_project(connection, title=project.title, description=project.description)
    return ProjectReply.model_validate(made, from_attributes=True)
