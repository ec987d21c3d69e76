"""Which of the caller's projects a name means, and how paths look from inside one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from indexer.file_store import Project, workspace_prefix
from models.errors import NotFoundError
from sql.database import Connection
from sql.projects import list_projects

# So many titles are told to somebody who named none of them.
MOST_TOLD = 20
MOST_READ = 1000


@dataclass(frozen=True, slots=True)
class NamedProject:
    """A project; its synced files lie below the prefix."""

    id: UUID
    title: str

    @property
    def prefix(self) -> str:
        return workspace_prefix(Project(str(self.id), self.title))

    def shorten(self, path: str) -> str:
        """The path as it is from the project's root."""
        return path.removeprefix(self.prefix)

    def lengthen(self, path: str) -> str:
        """The path in the workspace."""
        return path if path.startswith("/") else f"{self.prefix}{path}"


def find_project(connection: Connection, name: str) -> NamedProject:
    """The project of this title, whatever its case, or of this id. Raises NotFoundError that tells which there are."""
    exact = list_projects(connection, title=name, after=None, most=1)
    if exact:
        return NamedProject(exact[0].id, exact[0].title)
    known = list_projects(connection, title=None, after=None, most=MOST_READ)
    for project in known:
        if name.casefold() in (project.title.casefold(), str(project.id)):
            return NamedProject(project.id, project.title)
    raise NotFoundError(f"There is no project '{name}'.", hint=_tell([project.title for project in known]))


def _tell(titles: list[str]) -> str:
    if not titles:
        return "There are no projects yet; leave the project out."
    told = ", ".join(f"'{title}'" for title in titles[:MOST_TOLD])
    more = f" and {len(titles) - MOST_TOLD} more" if len(titles) > MOST_TOLD else ""
    return f"Leave it out to look everywhere, or name one of: {told}{more}."
