"""How far the index is behind the files, and which files it could not take."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sql.database import Connection
from sql.loading import query
from sql.search import refuse_unknown_project

# The counts are exact; of the lists, more than a screenful or two helps nobody.
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class FailedFile:
    path: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True)
class SkippedFile:
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """`indexed`, `pending`, `failed` and `skipped` add up to `files`; the lists may be cut, the counts are not."""

    files: int
    indexed: int
    pending: int
    failed: int
    skipped: int
    chunks: int
    failures: tuple[FailedFile, ...]
    skips: tuple[SkippedFile, ...]


@dataclass(frozen=True, slots=True)
class Backlog:
    """Files that wait for the worker, over all users."""

    pending: int
    failed: int


@dataclass(frozen=True, slots=True)
class ApproximateIndexes:
    """How many searches use, and the least recall@10 that one was last found to have; None where there is none."""

    count: int
    least_recall: float | None


def read_index_status(connection: Connection, project_id: UUID | None) -> IndexStatus:
    """The status of the caller's files, or of one project's. Raises NotFoundError for one the caller cannot see."""
    parameters = {"project_id": project_id, "most": MOST_LISTED}
    # All are sent before the first is fetched.
    visible = connection.execute(query("search/project_is_visible"), parameters)
    counted = connection.execute(query("status/index_status"), parameters)
    failed = connection.execute(query("status/index_failures"), parameters)
    skipped = connection.execute(query("status/index_skips"), parameters)
    refuse_unknown_project(project_id, visible)
    files, indexed, pending, failures, skips, chunks = counted.fetchone() or (0, 0, 0, 0, 0, 0)
    return IndexStatus(
        files=files,
        indexed=indexed,
        pending=pending,
        failed=failures,
        skipped=skips,
        chunks=int(chunks),
        failures=tuple(FailedFile(*row) for row in failed.fetchall()),
        skips=tuple(SkippedFile(*row) for row in skipped.fetchall()),
    )


def read_backlog(connection: Connection) -> Backlog:
    return Backlog(*(connection.execute(query("status/index_backlog")).fetchone() or (0, 0)))


def read_approximate_indexes(connection: Connection) -> ApproximateIndexes:
    return ApproximateIndexes(*(connection.execute(query("status/approximate_indexes")).fetchone() or (0, None)))


def read_approximate_chat_indexes(connection: Connection) -> ApproximateIndexes:
    return ApproximateIndexes(*(connection.execute(query("status/approximate_chat_indexes")).fetchone() or (0, None)))
