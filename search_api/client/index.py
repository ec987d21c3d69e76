"""What is asked of the index: how far it is behind, once or as it changes."""

from __future__ import annotations

from search_api.client.asking import Ask, Reply, Whole
from search_api.client.trying import error_named


class IndexFailure(Reply, frozen=True):
    """A file that could not be indexed yet."""

    path: str
    error: str
    attempts: int


class IndexSkip(Reply, frozen=True):
    """A stored file that is not indexed."""

    path: str
    reason: str


class Facet(Reply, frozen=True):
    """A value that a code search can be narrowed to, and what has it."""

    name: str
    files: int
    chunks: int


class Facets(Reply, frozen=True):
    """Languages and kinds of the indexed code, the most frequent first."""

    languages: tuple[Facet, ...]
    kinds: tuple[Facet, ...]


class IndexStatus(Reply, frozen=True):
    """How far the index is behind the files."""

    files: int
    indexed: int
    pending: int
    failed: int
    skipped: int
    chunks: int
    failures: tuple[IndexFailure, ...] = ()
    skips: tuple[IndexSkip, ...] = ()


class StreamProblem(Reply, frozen=True):
    """Why a stream ends early."""

    code: str
    detail: str
    hint: str


def index_status(project_id: str | None = None) -> Ask[IndexStatus]:
    """How far the index is behind the files of a project, or of all."""
    return Ask("GET", "/v1/index/status", Whole(IndexStatus), {"project_id": project_id})


def index_facets(project_id: str | None = None) -> Ask[Facets]:
    """Which languages and kinds the indexed code of a project, or of all, has."""
    return Ask("GET", "/v1/index/facets", Whole(Facets), {"project_id": project_id})


def index_stream(project_id: str | None = None) -> Ask[IndexStatus]:
    """The same as a stream, of which each event is read by `read_event`."""
    return Ask(
        "GET",
        "/v1/index/status",
        Whole(IndexStatus),
        {"project_id": project_id},
        headers={"Accept": "text/event-stream, application/problem+json"},
    )


def read_event(event: str, data: str) -> IndexStatus | None:
    """The status that an event tells; None for one of a later version. Raises the problem that ends the stream."""
    if event == "problem":
        problem = Whole(StreamProblem).read(data.encode())
        raise error_named(problem.code, problem.detail, problem.hint)
    return Whole(IndexStatus).read(data.encode()) if event == "status" else None
