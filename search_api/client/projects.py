"""What is asked of projects and their messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexer import file_store
from search_api.client.asking import Ask, Page, PageOf, Reply, Whole, given
from search_api.client.methods import Talk


@dataclass(frozen=True, slots=True)
class Project(file_store.Project):
    """A project that the caller or one of the caller's teams owns."""

    description: str | None = None
    team_id: str | None = None
    is_public: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class ProjectMessage(Reply, frozen=True):
    """A message of a project's conversation as it is stored; Any: its contents are whatever JSON was saved."""

    id: str
    sequence_number: int
    role: str
    content: Any
    object_data: Any
    result_data: Any
    created_at: datetime | None


def list_projects(
    *, title: str | None = None, after: str | None = None, limit: int | None = None
) -> Ask[Page[Project]]:
    """Projects of the caller and the caller's teams, in the order of their titles."""
    return Ask("GET", "/v1/projects", PageOf("projects", Project), {"title": title, "after": after, "limit": limit})


def create_project(title: str, *, description: str | None = None) -> Ask[Project]:
    """Make a project. Not asked twice once it may have arrived: the second would make another of that title."""
    body = given(title=title, description=description)
    return Ask("POST", "/v1/projects", Whole(Project), body=body, repeatable=False)


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
) -> Ask[ProjectMessage]:
    """Save a message at its place; what was there is replaced. Any: contents are JSON."""
    body = {
        "sequence_number": sequence_number,
        "role": role,
        "content": content,
        "object_data": object_data,
        "result_data": result_data,
    }
    return Ask("PUT", f"/v1/projects/{project_id}/messages", Whole(ProjectMessage), body=body)
