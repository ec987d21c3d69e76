"""What is asked of the workspace's files; the shapes that a sync needs are those of every file store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from indexer.file_store import DiffReply, FileHash, FileMove, FileWrite, ManifestPage, WriteReply
from search_api.client.asking import Ask, Nothing, Page, PageOf, Reply, Whole


class FileEntry(Reply, frozen=True):
    """A file or directory without its content."""

    id: str
    path: str
    name: str
    project_id: str | None
    is_directory: bool
    mime_type: str | None
    size_bytes: int
    updated_at: datetime | None


class StoredFile(FileEntry, frozen=True):
    """A file with its content."""

    content_hash: str
    content: str


def diff(project_id: str | None, files: Sequence[FileHash]) -> Ask[DiffReply]:
    """Which of these files the project lacks or holds with another content."""
    body = {"project_id": project_id, "files": list(files)}
    return Ask("POST", "/v1/files/diff", Whole(DiffReply), body=body)


def list_manifest(project_id: str | None, *, after: str | None = None, limit: int | None = None) -> Ask[ManifestPage]:
    """A page of what is stored with its hashes, in the order of paths."""
    query = {"project_id": project_id, "after": after, "limit": limit}
    return Ask("GET", "/v1/files/manifest", Whole(ManifestPage), query)


def put_files(
    project_id: str | None, files: Sequence[FileWrite | FileMove], deleted: Sequence[str] = ()
) -> Ask[WriteReply]:
    """Delete, then move, then write, in one transaction."""
    body = {"project_id": project_id, "files": list(files), "deleted": list(deleted)}
    return Ask("PUT", "/v1/files", Whole(WriteReply), body=body)


def list_directory(
    parent_path: str = "/", *, project_id: str | None = None, after: str | None = None, limit: int | None = None
) -> Ask[Page[FileEntry]]:
    """What lies directly in a directory, in the order of paths."""
    query = {"parent_path": parent_path, "project_id": project_id, "after": after, "limit": limit}
    return Ask("GET", "/v1/files", PageOf("files", FileEntry), query)


def read_file(file_id: str) -> Ask[StoredFile]:
    """One file with its content."""
    return Ask("GET", f"/v1/files/{file_id}", Whole(StoredFile))


def delete_file(file_id: str) -> Ask[None]:
    """Delete one file, or a directory with everything below it."""
    return Ask("DELETE", f"/v1/files/{file_id}", Nothing(), repeatable=False)
