"""The questions a code search asks of the database, one function a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from models.errors import NotFoundError
from sql.database import Connection, Cursor
from sql.loading import query


class Fuzzy(StrEnum):
    """Which terms of a query are widened to similar ones of the lexicon."""

    NEVER = "never"
    UNKNOWN = "unknown"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class CandidateQuery:
    """What to look for; `vector` and `terms` may each be None, which leaves that half out."""

    model_id: int
    project_id: UUID | None
    vector: str | None
    terms: Mapping[str, float] | None
    fuzzy: Fuzzy
    languages: Sequence[str] | None
    kinds: Sequence[str] | None
    # A regular expression over the path, made from a glob.
    pattern: str | None
    most: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that could answer: `dense` is a cosine, `lexical` a BM25 score; None where that half was not asked."""

    id: int
    file_id: UUID
    project_id: UUID | None
    ordinal: int
    path: str
    language: str | None
    kind: str
    symbol: str | None
    defines: Sequence[str]
    role: str
    start_line: int
    end_line: int
    dense: float | None
    lexical: float | None


@dataclass(frozen=True, slots=True)
class Winner:
    id: int
    path: str
    project_id: UUID | None
    content: str
    signature: str | None
    stale: bool


@dataclass(frozen=True, slots=True)
class IndexCounts:
    """Files in scope; `pending` wait for the worker, `failed` were tried without success. No file is both."""

    files: int
    pending: int
    failed: int


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, and what unknown terms were widened to: by term, similar terms with their similarity."""

    candidates: list[Candidate]
    widened: dict[str, dict[str, float]]
    counts: IndexCounts


def find_candidates(connection: Connection, wanted: CandidateQuery) -> Found:
    """Candidates and freshness in one round trip.

    Raises psycopg.errors with SQLSTATE CI001 for an outdated model, NotFoundError for a project the caller cannot see.
    """
    parameters = {
        "model_id": wanted.model_id,
        "project_id": wanted.project_id,
        "vector": wanted.vector,
        "terms": None if wanted.terms is None else list(wanted.terms),
        "weights": None if wanted.terms is None else list(wanted.terms.values()),
        "fuzzy": wanted.fuzzy.value,
        "languages": None if wanted.languages is None else list(wanted.languages),
        "kinds": None if wanted.kinds is None else list(wanted.kinds),
        "pattern": wanted.pattern,
        "most": wanted.most,
    }
    # All are sent before any is fetched.
    visible = connection.execute(query("search/project_is_visible"), parameters)
    found = connection.execute(query("search/code_candidates"), parameters)
    counted = connection.execute(query("search/index_counts"), parameters)
    refuse_unknown_project(wanted.project_id, visible)
    rows = found.fetchall()
    widened: dict[str, dict[str, float]] = next((row[-1] for row in rows if row[-1] is not None), {})
    counts = counted.fetchone() or (0, 0, 0)
    return Found([Candidate(*row[:-1]) for row in rows], widened, IndexCounts(*counts))


def count_unindexed(connection: Connection, project_id: UUID | None) -> IndexCounts:
    """Freshness as long as there is no generation to search in. Raises NotFoundError as `find_candidates` does."""
    parameters = {"project_id": project_id}
    visible = connection.execute(query("search/project_is_visible"), parameters)
    counted = connection.execute(query("status/index_status"), parameters)
    refuse_unknown_project(project_id, visible)
    files, _, pending, failed, *_ = counted.fetchone() or (0, 0, 0, 0)
    return IndexCounts(files, pending, failed)


def read_winners(connection: Connection, chunk_ids: Sequence[int], project_id: UUID | None) -> dict[int, Winner]:
    """The chunks by id; those that the caller may not read, or no longer, are missing."""
    if not chunk_ids:
        return {}
    parameters: dict[str, Any] = {"chunk_ids": list(chunk_ids), "project_id": project_id}
    rows = connection.execute(query("search/code_winners"), parameters).fetchall()
    return {row[0]: Winner(*row) for row in rows}


def refuse_unknown_project(project_id: UUID | None, visible: Cursor) -> None:
    """Raises NotFoundError unless the answer of `project_is_visible` allows the project."""
    if project_id is not None and visible.fetchone() != (True,):
        raise NotFoundError("There is no such project.")
