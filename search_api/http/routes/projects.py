"""Routes for projects: list, make, read and change them, share and archive them, delete them and take that back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, Field, JsonValue, StrictBool, TypeAdapter

from models.rows import ProjectStatusEnum
from search_api.http.documentation import problems
from search_api.http.etags import CHANGED, READ, IfMatch, IfNoneMatch, send
from search_api.http.once import CREATED, TheOnce
from search_api.http.pages import Paged, Text, cut
from search_api.http.routes.chat import Name
from search_api.http.service import ProjectMaker, ProjectReader, ProjectWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import MOST_PAGE, STORABLE, StorableJson, Strict, Title, left_out, refuse_unstorable_json
from sql import projects as sql_projects

router = APIRouter(prefix="/v1/projects", tags=["projects"], route_class=StrictRoute)

PLACE: TypeAdapter[tuple[Text, UUID]] = TypeAdapter(tuple[Text, UUID])

Description = Annotated[str, Field(max_length=10_000), STORABLE]
Metadata = Annotated[
    dict[str, JsonValue], AfterValidator(refuse_unstorable_json), Field(description="Any JSON object.")
]


class ProjectsQuery(Paged):
    """Which projects; `after` is the `next` of the page before."""

    title: Title | None = Field(None, description="Only projects of exactly this title.")
    status: ProjectStatusEnum | None = Field(None, description="Only these; left out: all that are not deleted.")
    team_id: UUID | None = Field(None, description="Only projects of this team.")
    limit: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)


class NewProject(Strict):
    """A project to be made."""

    title: Title = Field(examples=["shop"])
    description: Description | None = None
    team_id: UUID | None = Field(None, description="A team of the caller's, whose members may read it.")
    template_id: Name | None = None
    is_public: StrictBool = Field(False, description="Whether anybody may read it: this, not what is in it.")
    metadata: Metadata = Field(default_factory=dict)


class ProjectChange(Strict):
    """What is to be changed; what is left out stays as it is, and null takes away what may be missing."""

    title: Title = Field(default_factory=left_out)
    description: Description | None = None
    team_id: UUID | None = None
    template_id: Name | None = None
    status: Literal["active", "archived"] = Field(default_factory=left_out)
    is_public: StrictBool = Field(default_factory=left_out)
    metadata: Metadata = Field(default_factory=left_out)


class ProjectReply(BaseModel):
    """A project that the caller may see; `user_id` is whose it is."""

    id: UUID
    title: str
    description: str | None
    user_id: UUID
    team_id: UUID | None
    template_id: str | None
    status: ProjectStatusEnum
    is_public: bool
    metadata: StorableJson
    created_at: datetime | None
    updated_at: datetime | None


class ProjectsReply(BaseModel):
    """A page of projects in the order of their titles; `next` is null on the last one."""

    projects: list[ProjectReply]
    next: str | None


@router.get("", responses=problems())
def get_projects(
    caller: ProjectReader, database: TheDatabase, query: Annotated[ProjectsQuery, Query()]
) -> ProjectsReply:
    """List the caller's projects and those of the caller's teams."""
    with database.acting_as(caller) as connection:
        found = sql_projects.list_projects(
            connection,
            title=query.title,
            status=query.status,
            team_id=query.team_id,
            after=query.place(PLACE),
            most=query.limit + 1,
        )
    page, following = cut(found, query.limit, lambda last: (last.place, last.id))
    return ProjectsReply(projects=[_render(project) for project in page], next=following)


@router.post("", status_code=201, response_model=ProjectReply, responses=problems(400, 413) | CREATED)
def post_project(caller: ProjectMaker, once: TheOnce, project: NewProject) -> Response:
    """Make a project. Titles need not be unique."""
    new = sql_projects.NewProject(**project.model_dump())
    return once.make(
        caller,
        project,
        lambda connection: _render(sql_projects.create_project(connection, new)),
        name=lambda made: made.id,
    )


@router.get("/{project_id:uuid}", response_model=ProjectReply, responses=problems(404) | READ)
def get_project(project_id: UUID, caller: ProjectReader, database: TheDatabase, known: IfNoneMatch) -> Response:
    """Read a project of the caller's or of the caller's teams, or a public one."""
    with database.acting_as(caller) as connection:
        return known.send(_render(sql_projects.read_project(connection, project_id)))


@router.patch("/{project_id:uuid}", response_model=ProjectReply, responses=problems(400, 404, 412, 413) | CHANGED)
def patch_project(
    project_id: UUID, caller: ProjectWriter, database: TheDatabase, expected: IfMatch, change: ProjectChange
) -> Response:
    """Change a project: its owner may, and owners and admins of its team."""
    values = change.model_dump(include=change.model_fields_set)
    with database.acting_as(caller) as connection:
        changed = sql_projects.change_project(connection, project_id, values, expected.of(ProjectReply))
    return send(_render(changed))


@router.delete("/{project_id:uuid}", status_code=204, responses=problems(404, 412))
def delete_project(project_id: UUID, caller: ProjectWriter, database: TheDatabase, expected: IfMatch) -> None:
    """Delete a project, so that nothing finds it or what is in it; restoring takes that back."""
    with database.acting_as(caller) as connection:
        sql_projects.delete_project(connection, project_id, expected.of(ProjectReply))


@router.post("/{project_id:uuid}/restore", response_model=ProjectReply, responses=problems(404) | CHANGED)
def restore_project(project_id: UUID, caller: ProjectWriter, database: TheDatabase) -> Response:
    """Take the deletion of a project back; it is active again."""
    with database.acting_as(caller) as connection:
        return send(_render(sql_projects.restore_project(connection, project_id)))


def _render(project: sql_projects.Project) -> ProjectReply:
    return ProjectReply.model_validate(project, from_attributes=True)
