"""What is asked of projects and their messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from indexer import file_store
from search_api.client.asking import Ask, Nothing, One, Page, PageOf, Versioned, given, making, sent
from search_api.client.methods import Talk


@dataclass(frozen=True, slots=True)
class Project(file_store.Project):
    """A project that the caller or one of the caller's teams owns."""

    description: str | None = None
    user_id: str = ""
    team_id: str | None = None
    template_id: str | None = None
    status: str = "active"
    is_public: bool = False
    # Any: an object of whatever JSON was given.
    metadata: Any = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    # As every Versioned has it, of whose kind this is not: syncing takes projects of any store.
    etag: str | None = None


class ProjectMessage(Versioned, frozen=True):
    """A message of a project's conversation as it is stored; Any: its contents are whatever JSON was saved."""

    id: str
    sequence_number: int
    role: str
    content: Any
    object_data: Any
    result_data: Any
    created_at: datetime | None


def list_projects(
    *,
    title: str | None = None,
    status: str | None = None,
    team_id: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> Ask[Page[Project]]:
    """Projects of the caller and the caller's teams, in the order of their titles; deleted ones by that status only."""
    query = {"title": title, "status": status, "team_id": team_id, "after": after, "limit": limit}
    return Ask("GET", "/v1/projects", PageOf("projects", Project), query)


def create_project(
    title: str,
    *,
    description: str | None = None,
    team_id: str | None = None,
    template_id: str | None = None,
    is_public: bool | None = None,
    metadata: Any = None,
) -> Ask[Project]:
    """Make a project. Any: `metadata` is an object of whatever JSON."""
    body = given(
        title=title,
        description=description,
        team_id=team_id,
        template_id=template_id,
        is_public=is_public,
        metadata=metadata,
    )
    return making("/v1/projects", One(Project), body)


def read_project(project_id: str) -> Ask[Project]:
    """A project of the caller or of the caller's teams, or a public one."""
    return Ask("GET", f"/v1/projects/{project_id}", One(Project))


def change_project(
    project_id: str,
    *,
    title: UnsetType | str = UNSET,
    description: UnsetType | str | None = UNSET,
    team_id: UnsetType | str | None = UNSET,
    template_id: UnsetType | str | None = UNSET,
    status: UnsetType | str = UNSET,
    is_public: UnsetType | bool = UNSET,
    metadata: UnsetType | Any = UNSET,
    if_match: UnsetType | str | None = UNSET,
) -> Ask[Project]:
    """Change what is given; None takes away a description, a template or the team."""
    body = sent(
        title=title,
        description=description,
        team_id=team_id,
        template_id=template_id,
        status=status,
        is_public=is_public,
        metadata=metadata,
    )
    return Ask("PATCH", f"/v1/projects/{project_id}", One(Project), body=body).expecting(if_match)


def delete_project(project_id: str, *, if_match: UnsetType | str | None = UNSET) -> Ask[None]:
    """Delete a project; `restore_project` takes that back."""
    return Ask("DELETE", f"/v1/projects/{project_id}", Nothing(), repeatable=False).expecting(if_match)


def restore_project(project_id: str) -> Ask[Project]:
    """Take the deletion of a project back."""
    return Ask("POST", f"/v1/projects/{project_id}/restore", One(Project), repeatable=False)


def find_or_create_project(title: str) -> Talk[Project]:
    """The first project of this title, or a new one."""
    found: Page[Project] = yield list_projects(title=title, limit=1)
    if found.items:
        return found.items[0]
    made: Project = yield create_project(title)
    return made


def list_project_messages(
    project_id: str, *, after: int | None = None, limit: int | None = None
) -> Ask[Page[ProjectMessage]]:
    """A project's messages in the order of their numbers."""
    query = {"after": after, "limit": limit}
    return Ask("GET", f"/v1/projects/{project_id}/messages", PageOf("messages", ProjectMessage), query)


def save_project_message(
    project_id: str,
    sequence_number: int,
    role: str,
    content: Any,
    *,
    object_data: Any = None,
    result_data: Any = None,
    if_match: UnsetType | str | None = UNSET,
) -> Ask[ProjectMessage]:
    """Save a message at its place; what was there is replaced. Any: contents are JSON."""
    body = {
        "sequence_number": sequence_number,
        "role": role,
        "content": content,
        "object_data": object_data,
        "result_data": result_data,
    }
    return Ask("PUT", f"/v1/projects/{project_id}/messages", One(ProjectMessage), body=body).expecting(if_match)


def read_project_message(project_id: str, sequence_number: int) -> Ask[ProjectMessage]:
    """The message of this number."""
    return Ask("GET", f"/v1/projects/{project_id}/messages/{sequence_number}", One(ProjectMessage))


def delete_project_message(
    project_id: str, sequence_number: int, *, if_match: UnsetType | str | None = UNSET
) -> Ask[None]:
    """Remove the message of this number."""
    path = f"/v1/projects/{project_id}/messages/{sequence_number}"
    return Ask("DELETE", path, Nothing(), repeatable=False).expecting(if_match)
