"""How a batch of writes, moves and deletions becomes rows: all of it or nothing, in two round trips."""

from __future__ import annotations

import mimetypes
import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg

from models.caller import Caller
from models.errors import ConflictError, NotFoundError
from sql.database import Connection, Database, type_of_row
from sql.loading import query

Cursor = psycopg.Cursor[type_of_row]

# No path that a door lets in is below this one for long: it is left again in the same transaction.
PARKING = "/.moving"
# The interpreter's own table, so that the same file has the same type on every machine.
MIME_TYPES = mimetypes.MimeTypes(filenames=())
MIME_TYPES.add_type("text/typescript", ".ts")
MIME_TYPES.add_type("text/markdown", ".md")
TEXTUAL = ("text/", "application/json", "application/xml", "application/javascript", "application/x-sh")

REASONS = {
    "file": "is a file, so nothing can lie below it",
    "directory": "is a directory",
    "project": "belongs to another project",
}


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's whole new content."""

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class FileMove:
    """Another path for a file that stays the same row."""

    path: str
    moved_from: str


@dataclass(frozen=True, slots=True)
class FileChanges:
    """What a batch did; a file whose content was the same is not among the written."""

    written: int
    moved: int
    deleted: int


@dataclass(frozen=True, slots=True)
class FileBatch:
    """Deletions come first, then moves, then writes. No path comes up twice in one part: the door checks that."""

    project_id: UUID | None
    texts: tuple[FileText, ...] = ()
    moves: tuple[FileMove, ...] = ()
    deleted: tuple[str, ...] = ()


def write_files(database: Database, caller: Caller, batch: FileBatch) -> FileChanges:
    """Raises NotFoundError for a project that the caller does not write, ConflictError where paths stand in the way."""
    left = (*batch.deleted, *(move.moved_from for move in batch.moves))
    new = (*(text.path for text in batch.texts), *(move.path for move in batch.moves))
    with database.acting_as(caller) as connection:
        # Asked first: the policies would refuse the rows, but as forbidden, and so tell that the project exists.
        writable = connection.execute(query("files/project_is_writable"), {"project_id": batch.project_id})
        _refuse_foreign_project(batch.project_id, writable.fetchone())
        # All that follows is sent before any of it is fetched; an exception below takes all of it back.
        deleted = connection.execute(
            query("files/delete_files"), {"paths": list(batch.deleted), "project_id": batch.project_id}
        )
        moved, sources = _send_moves(connection, batch)
        _send_directories(connection, batch.project_id, ancestors_of(new))
        written = _send_texts(connection, batch)
        conflicts = connection.execute(
            query("files/find_conflicts"),
            {"paths": list(new), "directories": ancestors_of(new), "project_id": batch.project_id},
        )
        for level in _deepest_first(ancestors_of(left)):
            connection.execute(query("files/prune_directories"), {"paths": level})
        moved_from = {row[0] for row in moved.fetchall()} if moved is not None else set()
        _refuse_conflicts(conflicts.fetchall())
        pairs = zip(batch.moves, sources, strict=True)
        _refuse_missing([move.moved_from for move, source in pairs if source not in moved_from])
        return FileChanges(max(written.rowcount, 0), len(moved_from), max(deleted.rowcount, 0))


def ancestors_of(paths: Iterable[str]) -> list[str]:
    """All directories above these absolute paths, without the root."""
    found: set[str] = set()
    for path in paths:
        parent = posixpath.dirname(path)
        while parent not in ("/", "") and parent not in found:
            found.add(parent)
            parent = posixpath.dirname(parent)
    return sorted(found)


def mime_type_of(path: str) -> str:
    guessed, _ = MIME_TYPES.guess_type(posixpath.basename(path), strict=True)
    # Stored files are text: `.ts` as a video, or an archive's type, would only mislead.
    return guessed if guessed is not None and guessed.startswith(TEXTUAL) else "text/plain"


def _send_moves(connection: Connection, batch: FileBatch) -> tuple[Cursor | None, list[str]]:
    """The sent query and, for each move, the path it is found under when the query runs."""
    if not batch.moves:
        return None, []
    targets = {move.path for move in batch.moves}
    sources = {move.moved_from for move in batch.moves}
    parked = sorted(targets & sources)
    scope = {"project_id": batch.project_id}
    connection.execute(query("files/clear_targets"), {"targets": sorted(targets), "sources": sorted(sources), **scope})
    if parked:
        connection.execute(query("files/park_files"), {"parked": parked, "parking": PARKING, **scope})
    found_under = [PARKING + move.moved_from if move.moved_from in targets else move.moved_from for move in batch.moves]
    paths = [move.path for move in batch.moves]
    parameters = {**_columns(paths), "sources": found_under, "mime_types": [mime_type_of(path) for path in paths]}
    return connection.execute(query("files/move_files"), {**parameters, **scope}), found_under


def _send_directories(connection: Connection, project_id: UUID | None, directories: Sequence[str]) -> None:
    if directories:
        connection.execute(query("files/write_directories"), {**_columns(directories), "project_id": project_id})


def _send_texts(connection: Connection, batch: FileBatch) -> Cursor:
    paths = [text.path for text in batch.texts]
    parameters = {
        **_columns(paths),
        "contents": [text.content for text in batch.texts],
        "sizes": [len(text.content.encode()) for text in batch.texts],
        "mime_types": [mime_type_of(path) for path in paths],
        "project_id": batch.project_id,
    }
    return connection.execute(query("files/write_files"), parameters)


def _columns(paths: Sequence[str]) -> dict[str, object]:
    return {
        "paths": list(paths),
        "names": [posixpath.basename(path) for path in paths],
        "parents": [posixpath.dirname(path) for path in paths],
    }


def _deepest_first(directories: Iterable[str]) -> list[list[str]]:
    levels: dict[int, list[str]] = {}
    for directory in directories:
        levels.setdefault(directory.count("/"), []).append(directory)
    return [levels[depth] for depth in sorted(levels, reverse=True)]


def _refuse_foreign_project(project_id: UUID | None, row: Sequence[object] | None) -> None:
    if project_id is not None and not (row and row[0]):
        raise NotFoundError(f"There is no project {project_id} that you may write.")


def _refuse_conflicts(conflicts: Sequence[Sequence[str]]) -> None:
    if conflicts:
        raise ConflictError("; ".join(f"{path} {REASONS[reason]}" for path, reason in conflicts) + ".")


def _refuse_missing(sources: Sequence[str]) -> None:
    if sources:
        raise ConflictError(
            f"There is nothing to move at {', '.join(sources[:10])}.",
            hint="Ask POST /v1/files/diff what is wanted, and send the content.",
        )
