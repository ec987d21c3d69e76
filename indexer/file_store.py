"""What a place that keeps a project's files must offer to be synced with; the HTTP API's shapes, without HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.decoding import to_storable


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the workspace."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class FileHash:
    """A path of the workspace and the lower-case hex sha256 of its content in UTF-8."""

    path: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class DiffReply:
    """Which paths of a manifest the store lacks or holds with another content."""

    wanted: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class ManifestPage:
    """A part of what the store holds, in the order of paths; `next` asks for what follows."""

    files: tuple[FileHash, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class FileWrite:
    """A file's new content."""

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class FileMove:
    """A file that has another path now and the same content; it stays the same row."""

    path: str
    moved_from: str


@dataclass(frozen=True, slots=True)
class WriteReply:
    """What one batch changed."""

    written: int
    moved: int
    deleted: int


class FileStore(Protocol):
    """Keeps the files of projects; each call is one transaction."""

    def diff(self, project_id: str, files: Sequence[FileHash]) -> DiffReply: ...

    def list_manifest(self, project_id: str, *, after: str | None, limit: int) -> ManifestPage: ...

    def put_files(
        self, project_id: str, files: Sequence[FileWrite | FileMove], deleted: Sequence[str]
    ) -> WriteReply: ...


def workspace_prefix(project: Project) -> str:
    """Where the project's files live in the workspace; a title with slashes is still one folder."""
    folder = to_storable(project.title).strip().replace("/", "-")
    return f"/{folder if folder not in ('', '.', '..') else '-'}/"
