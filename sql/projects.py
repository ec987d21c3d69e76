"""The questions about projects, one function a query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sql.database import Connection
from sql.loading import query


@dataclass(frozen=True, slots=True)
class Project:
    id: UUID
    title: str
    description: str | None
    team_id: UUID | None
    is_public: bool | None
    created_at: datetime | None
    updated_at: datetime | None


def list_projects(connection: Connection, *, title: str | None, after: UUID | None, most: int) -> list[Project]:
    """The caller's and the caller's teams' projects by title; `after` is the last one of the page before."""
    rows = connection.execute(query("projects/list_projects"), {"title": title, "after": after, "most": most})
    return [Project(*row) for row in rows.fetchall()]


def create_project(connection: Connection, *, title: str, description: str | None) -> Project:
    row = connection.execute(query("projects/create_project"), {"title": title, "description": description}).fetchone()
    if row is None:
        raise RuntimeError("an insert returned no row")
    return Project(*row)
