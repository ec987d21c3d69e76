"""The questions that browsing and comparing the workspace's files ask, one function a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from models.errors import NotFoundError
from sql.database import Connection
from sql.loading import query


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file or directory without its content."""

    id: UUID
    path: str
    name: str
    project_id: UUID | None
    is_directory: bool
    mime_type: str | None
    size_bytes: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class File(FileEntry):
    """With its content; `content_hash` is lower-case hex sha256 of the content in UTF-8."""

    content_hash: str
    content: str


class Fit(IntEnum):
    """How a file fits a path that was asked for, best first."""

    EXACT = 0
    SUFFIX = 1
    NAME = 2


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that a path can mean."""

    id: UUID
    path: str
    fit: Fit


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    path: str
    content_hash: str
    id: UUID


def diff_files(connection: Connection, project_id: UUID | None, hashes: Mapping[str, str]) -> list[str]:
    """The paths whose content the project lacks; `hashes` are hex by path."""
    parameters = {
        "project_id": project_id,
        "paths": list(hashes),
        "hashes": [bytes.fromhex(content_hash) for content_hash in hashes.values()],
    }
    return [row[0] for row in connection.execute(query("files/diff_files"), parameters).fetchall()]


def list_manifest(
    connection: Connection, project_id: UUID | None, *, after: str | None, most: int
) -> list[ManifestEntry]:
    parameters = {"project_id": project_id, "after": after, "most": most}
    return [ManifestEntry(*row) for row in connection.execute(query("files/list_manifest"), parameters).fetchall()]


def list_directory(
    connection: Connection, parent_path: str, project_id: UUID | None, *, after: str | None, most: int
) -> list[FileEntry]:
    parameters = {"parent_path": parent_path, "project_id": project_id, "after": after, "most": most}
    return [FileEntry(*row) for row in connection.execute(query("files/list_directory"), parameters).fetchall()]


def read_file(connection: Connection, file_id: UUID) -> File:
    """Raises NotFoundError."""
    row = connection.execute(query("files/read_file"), {"file_id": file_id}).fetchone()
    if row is None:
        raise NotFoundError(f"There is no file {file_id}.")
    return File(*row)


def find_files(
    connection: Connection, path: str, project_id: UUID | None, *, exact: Sequence[str], most: int
) -> list[FoundFile]:
    """The files that a path can mean, best fit first; `exact` are the absolute paths that it stands for."""
    parameters = {
        "project_id": project_id,
        "exact": list(exact),
        "suffix": f"/{path.lstrip('/')}",
        "name": path.rsplit("/", 1)[-1],
        "most": most,
    }
    rows = connection.execute(query("files/find_files"), parameters).fetchall()
    return [FoundFile(file_id, found, Fit(fit)) for file_id, found, fit in rows]


def delete_tree(connection: Connection, file_id: UUID) -> int:
    """Remove a file, or a directory with all below it; how many rows went. Raises NotFoundError."""
    gone = len(connection.execute(query("files/delete_tree"), {"file_id": file_id}).fetchall())
    if gone == 0:
        raise NotFoundError(f"There is no file {file_id}.")
    return gone
