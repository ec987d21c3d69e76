"""Which languages and kinds of chunks there are in the caller's code, for those who choose among them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sql.database import Connection
from sql.loading import query
from sql.search import refuse_unknown_project


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    files: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The most frequent first."""

    languages: tuple[Facet, ...]
    kinds: tuple[Facet, ...]


def read_facets(connection: Connection, project_id: UUID | None) -> Facets:
    """What the caller's code, or one project's, is made of. Raises NotFoundError for one the caller cannot see."""
    parameters = {"project_id": project_id}
    visible = connection.execute(query("search/project_is_visible"), parameters)
    counted = connection.execute(query("status/facets"), parameters)
    refuse_unknown_project(project_id, visible)
    rows = counted.fetchall()
    return Facets(
        tuple(Facet(language, files, chunks) for language, _, files, chunks in rows if language is not None),
        tuple(Facet(kind, files, chunks) for _, kind, files, chunks in rows if kind is not None),
    )
