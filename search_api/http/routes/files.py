"""Routes for the workspace's files: write a batch, browse, read, delete, and compare for a sync."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from search_api.http.documentation import problems
from search_api.http.service import Reader, TheDatabase, Writer
from search_api.http.strict_json import StrictRoute
from search_api.limits import (
    DIRECTORY,
    LONGEST_PATH,
    MOST_FILES_A_CALL,
    MOST_MANIFEST_ENTRIES,
    MOST_PAGE,
    STORABLE,
    Content,
    Path,
    Sha256,
    Strict,
    refuse_repeated,
)
from sql.file_writing import FileBatch, FileMove, FileText, write_files
from sql.files import delete_tree, diff_files, list_directory, list_manifest, read_file

router = APIRouter(prefix="/v1/files", tags=["files"], route_class=StrictRoute)

AfterPath = Annotated[
    str, Field(min_length=1, max_length=LONGEST_PATH, description="`next` of the page before."), STORABLE
]


class WrittenFile(Strict):
    """A file's new content."""

    path: Path
    content: Content


class MovedFile(Strict):
    """A file that has another path now and the same content."""

    path: Path
    moved_from: Path


class FileChanges(Strict):
    """One batch, written whole or not at all: deletions first, then moves, then writes."""

    project_id: UUID | None = Field(None, description="The project that the files belong to; null for none.")
    files: list[WrittenFile | MovedFile] = Field([], max_length=MOST_FILES_A_CALL)
    deleted: list[Path] = Field(
        [], max_length=MOST_FILES_A_CALL, description="Paths that are gone; others are passed over."
    )

    @model_validator(mode="after")
    def _refuse_ambiguity(self) -> FileChanges:
        new = [file.path for file in self.files]
        left = [file.moved_from for file in self.files if isinstance(file, MovedFile)]
        refuse_repeated("files", new)
        refuse_repeated("moved_from and deleted", [*left, *self.deleted])
        if overlap := set(self.deleted) & set(new):
            raise ValueError(f"{min(overlap)} is both written and deleted")
        if any(isinstance(file, MovedFile) and file.path == file.moved_from for file in self.files):
            raise ValueError("a file is moved onto itself")
        return self


class WrittenReply(BaseModel):
    """What the batch changed; files whose content was the same are not counted, and not touched."""

    written: int
    moved: int
    deleted: int


class HashedFile(Strict):
    """A file that the caller has, by hash."""

    path: Path
    content_hash: Sha256


class Manifest(Strict):
    """The files that the caller has of a project."""

    project_id: UUID | None = None
    files: list[HashedFile] = Field(max_length=MOST_MANIFEST_ENTRIES)

    @model_validator(mode="after")
    def _refuse_repetition(self) -> Manifest:
        refuse_repeated("files", [file.path for file in self.files])
        return self


class DiffReply(BaseModel):
    """Which of the files should be sent, and how many need not be."""

    wanted: list[str]
    unchanged: int


class ManifestQuery(Strict):
    """Which part of the manifest."""

    project_id: UUID | None = Field(None, description="Only this project; without it, all of the caller's files.")
    after: AfterPath | None = None
    limit: int = Field(MOST_PAGE, ge=1, le=10 * MOST_PAGE)


class ManifestEntry(BaseModel):
    path: str
    content_hash: str
    id: UUID


class ManifestReply(BaseModel):
    """A page of stored files in the order of their paths; `next` is null on the last one."""

    files: list[ManifestEntry]
    next: str | None


class DirectoryQuery(Strict):
    """Which directory."""

    parent_path: Annotated[str, Field(min_length=1, max_length=LONGEST_PATH, pattern="^/"), DIRECTORY] = "/"
    project_id: UUID | None = None
    after: AfterPath | None = None
    limit: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)


class EntryReply(BaseModel):
    """A file or directory without its content."""

    id: UUID
    path: str
    name: str
    project_id: UUID | None
    is_directory: bool
    mime_type: str | None
    size_bytes: int
    updated_at: datetime | None


class DirectoryReply(BaseModel):
    """A page of what lies directly in a directory; `next` is null on the last one."""

    files: list[EntryReply]
    next: str | None


class FileReply(EntryReply):
    """A file with its content."""

    content_hash: str
    content: str


@router.put("", responses=problems(400, 404, 409, 413))
def put_files(caller: Writer, database: TheDatabase, changes: FileChanges) -> WrittenReply:
    """Write, move and delete files in one transaction. Directories above them are made."""
    batch = FileBatch(
        project_id=changes.project_id,
        texts=tuple(FileText(file.path, file.content) for file in changes.files if isinstance(file, WrittenFile)),
        moves=tuple(FileMove(file.path, file.moved_from) for file in changes.files if isinstance(file, MovedFile)),
        deleted=tuple(changes.deleted),
    )
    done = write_files(database, caller, batch)
    return WrittenReply(written=done.written, moved=done.moved, deleted=done.deleted)


@router.post("/diff", responses=problems(400, 413))
def post_diff(caller: Reader, database: TheDatabase, manifest: Manifest) -> DiffReply:
    """Tell which of the caller's files the project lacks or holds with another content."""
    with database.acting_as(caller) as connection:
        hashes = {file.path: file.content_hash for file in manifest.files}
        wanted = diff_files(connection, manifest.project_id, hashes)
    return DiffReply(wanted=wanted, unchanged=len(manifest.files) - len(wanted))


@router.get("/manifest", responses=problems())
def get_manifest(caller: Reader, database: TheDatabase, query: Annotated[ManifestQuery, Query()]) -> ManifestReply:
    """List what is stored with its hashes, in the order of paths."""
    with database.acting_as(caller) as connection:
        found = list_manifest(connection, query.project_id, after=query.after, most=query.limit + 1)
    page = [ManifestEntry.model_validate(file, from_attributes=True) for file in found[: query.limit]]
    return ManifestReply(files=page, next=page[-1].path if len(found) > query.limit else None)


@router.get("", responses=problems())
def get_directory(caller: Reader, database: TheDatabase, query: Annotated[DirectoryQuery, Query()]) -> DirectoryReply:
    """List what lies directly in a directory, in the order of paths."""
    with database.acting_as(caller) as connection:
        found = list_directory(connection, query.parent_path, query.project_id, after=query.after, most=query.limit + 1)
    page = [EntryReply.model_validate(file, from_attributes=True) for file in found[: query.limit]]
    return DirectoryReply(files=page, next=page[-1].path if len(found) > query.limit else None)


@router.get("/{file_id:uuid}", responses=problems(404))
def get_file(caller: Reader, database: TheDatabase, file_id: UUID) -> FileReply:
    """Read one file."""
    with database.acting_as(caller) as connection:
        return FileReply.model_validate(read_file(connection, file_id), from_attributes=True)


@router.delete("/{file_id:uuid}", status_code=204, responses=problems(404))
def delete_file(caller: Writer, database: TheDatabase, file_id: UUID) -> None:
    """Delete one file, or a directory with everything below it."""
    with database.acting_as(caller) as connection:
        delete_tree(connection, file_id)
