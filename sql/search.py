"""The questions a code search asks of the database, one function a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from models.errors import InvalidRequestError, NotFoundError
from sql.database import Connection, Cursor
from sql.loading import query

# An expression that needs more is refused: 20,000 chunks are looked through in 0.5 s when no word helps to choose.
EXPRESSION_MS = 3_000
# A result tells so many matches of an expression; each is looked for from the chunk's beginning.
MOST_MATCHED_LINES = 20
EXPRESSION_HINT = "Put a backslash before a sign that is meant as itself, or the words in double quotes."
COSTLY_HINT = "Name a word of four letters or more outside of groups, or narrow the scope (project_id, path_glob)."


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
    # What is found holds all of `phrases` and matches `expression`, and has all of `fragments` in its words.
    phrases: Sequence[str] = ()
    expression: str | None = None
    fragments: Sequence[str] = ()
    # What is at this path or defines this name is found too.
    path: str | None = None
    name: str | None = None


class Candidate(NamedTuple):
    """A chunk that could answer: `dense` is a cosine, `lexical` a BM25 score; None where that half was not asked.

    A tuple, since a search makes more than a hundred; `file_id` is the id's text.
    """

    id: int
    file_id: str
    path: str
    kind: str
    symbol: str | None
    defines: Sequence[str]
    role: str
    start_line: int
    dense: float | None
    lexical: float | None


@dataclass(frozen=True, slots=True)
class Winner:
    """A chunk as the caller may read it, under its file's present path and project."""

    id: int
    file_id: UUID
    path: str
    project_id: UUID | None
    language: str | None
    end_line: int
    content: str
    signature: str | None
    stale: bool
    # Where matches of the expression begin; None where none was asked for.
    matched_lines: Sequence[int] | None


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

    Raises psycopg.errors with SQLSTATE CI001 for an outdated model, NotFoundError for a project the caller cannot see,
    InvalidRequestError for an expression that is none or takes too long.
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
        "phrases": list(wanted.phrases) or None,
        "expression": wanted.expression,
        "fragments": list(wanted.fragments) or None,
        "path": wanted.path,
        "name": wanted.name,
    }
    with _explained(expression=wanted.expression, phrases=wanted.phrases):
        return _find(connection, wanted, parameters)


def _find(connection: Connection, wanted: CandidateQuery, parameters: dict[str, Any]) -> Found:
    # All are sent before any is fetched.
    if wanted.phrases or wanted.expression is not None:
        connection.execute(query("search/limit_statement"), {"most_ms": EXPRESSION_MS})
    visible = _ask_for_project(connection, wanted.project_id)
    found = connection.execute(query("search/code_candidates"), parameters)
    counted = connection.execute(query("search/index_counts"), parameters)
    refuse_unknown_project(wanted.project_id, visible)
    rows = found.fetchall()
    widened: dict[str, dict[str, float]] = next((row[-1] for row in rows if row[-1] is not None), {})
    counts = counted.fetchone() or (0, 0, 0)
    return Found([Candidate._make(row[:-1]) for row in rows], widened, IndexCounts(*counts))


def count_unindexed(connection: Connection, project_id: UUID | None) -> IndexCounts:
    """Freshness as long as there is no generation to search in. Raises NotFoundError as `find_candidates` does."""
    parameters = {"project_id": project_id}
    visible = _ask_for_project(connection, project_id)
    counted = connection.execute(query("status/index_status"), parameters)
    refuse_unknown_project(project_id, visible)
    files, _, pending, failed, *_ = counted.fetchone() or (0, 0, 0, 0)
    return IndexCounts(files, pending, failed)


@contextmanager
def _explained(*, expression: str | None, phrases: Sequence[str] = ()) -> Iterator[None]:
    """Tell what is wrong with an expression, or with what else is looked for in all content."""
    try:
        yield
    except psycopg.errors.InvalidRegularExpression as error:
        if expression is None:
            raise
        raise InvalidRequestError(_first_letter_up(error.diag.message_primary), hint=EXPRESSION_HINT) from error
    except psycopg.errors.QueryCanceled as error:
        if expression is None and not phrases:
            raise
        what = "expression" if expression is not None else "phrase"
        raise InvalidRequestError(f"Looking for the {what} took too long.", hint=COSTLY_HINT) from error


def _first_letter_up(message: str | None) -> str:
    message = message or "invalid regular expression"
    return f"{message[0].upper()}{message[1:]}."


def ask_winners(
    connection: Connection, chunk_ids: Sequence[int], project_id: UUID | None, expression: str | None = None
) -> Callable[[], dict[int, Winner]]:
    """Ask for the chunks by id; those that the caller may not read, or no longer, will be missing.

    Call what is returned after the transaction's block: the rows then come in one round trip with its commit.
    """
    if not chunk_ids:
        return dict
    parameters: dict[str, Any] = {
        "chunk_ids": list(chunk_ids),
        "project_id": project_id,
        "expression": expression,
        "most_lines": MOST_MATCHED_LINES,
    }
    asked = connection.execute(query("search/code_winners"), parameters)
    if expression is not None:
        # What the expression did wrong is told here.
        with _explained(expression=expression):
            rows = asked.fetchall()
        return lambda: _winners(rows)
    return lambda: _winners(asked.fetchall())


def _winners(rows: Sequence[Any]) -> dict[int, Winner]:
    return {row[0]: Winner(*row) for row in rows}


def _ask_for_project(connection: Connection, project_id: UUID | None) -> Cursor | None:
    if project_id is None:
        return None
    return connection.execute(query("search/project_is_visible"), {"project_id": project_id})


def refuse_unknown_project(project_id: UUID | None, visible: Cursor | None) -> None:
    """Raises NotFoundError unless the answer of `project_is_visible` allows the project."""
    if project_id is not None and (visible is None or visible.fetchone() != (True,)):
        raise NotFoundError("There is no such project.")
