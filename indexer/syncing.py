"""How a directory becomes the files of a project: what is sent, moved and deleted, and when nothing may be."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from indexer.file_store import FileHash, FileMove, FileStore, FileWrite, Project, WriteReply, workspace_prefix
from indexer.hash_cache import HashCache
from indexer.secrets import SecretKind, mask_secrets
from indexer.sync_planning import find_blocking, find_gone, match_moves
from indexer.walking import (
    UNSEEN,
    DirectoryUnreadableError,
    FoundFile,
    ReadFile,
    SkippedPath,
    WalkSkip,
    read_file,
    walk_directory,
)
from models.errors import CodingitError

# One request stays small enough to be one short transaction, and large enough that its round trip does not count.
MAX_BATCH_BYTES = 1_000_000
MAX_BATCH_FILES = 500
# What the API accepts in one diff is 50,000.
MAX_DIFF_FILES = 10_000
MANIFEST_PAGE = 10_000


class SyncRefusedError(CodingitError):
    """The directory is empty or was exchanged while it was read; deleting all that is stored of it was refused."""

    code = "sync_refused"
    status = 409
    hint = "Is a disk not mounted? To empty the index of a project on purpose, delete the project."


class SyncPhase(StrEnum):
    """Where a sync is."""

    READING = "reading"
    COMPARING = "comparing"
    SENDING = "sending"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a phase is; the number of files is not known while they are read."""

    phase: SyncPhase
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync saw and did; `masked_files` names the kinds of secrets masked in the files that this run read."""

    files: int
    unchanged: int
    written: int
    moved: int
    deleted: int
    sent_bytes: int
    skipped: tuple[SkippedPath, ...]
    masked_files: Mapping[str, tuple[SecretKind, ...]]

    @property
    def skipped_by_reason(self) -> dict[WalkSkip, int]:
        return dict(Counter(skip.reason for skip in self.skipped).most_common())


def sync_directory(
    root: Path,
    store: FileStore,
    project: Project,
    *,
    progress: Callable[[SyncProgress], None] = lambda _: None,
    prune: bool = True,
    cache: HashCache | None = None,
) -> SyncReport:
    """Make the project's files those of the directory; a run that was interrupted is finished by the next one."""
    prefix = workspace_prefix(project)
    identity = _identity_of(root)
    notes = _Notes()
    local = _read_manifest(root, prefix, cache or HashCache(), notes, progress)
    if _identity_of(root) != identity:
        raise SyncRefusedError(f"{root}: exchanged for another directory while it was read.")
    wanted, unchanged = _compare(store, project, local, progress)
    gone: dict[str, str] = {}
    stored: Set[str] = frozenset(local)  # Without pruning no path goes, so that none can have moved.
    if prune:
        held = {file.path: file.content_hash for file in _list_stored(store, project) if file.path.startswith(prefix)}
        gone = find_gone(held, local.keys(), notes.unseen_below(prefix))
        stored = held.keys()
        if gone and not local and not notes.skipped:
            raise SyncRefusedError(f"{root}: the directory is empty, and {len(gone)} files of it are stored.")
    blocking = find_blocking(gone, frozenset(wanted))
    moves = match_moves(
        {path: content_hash for path, content_hash in gone.items() if path not in blocking},
        {path: local[path].content_hash for path in wanted if path not in stored},
    )
    settled = {move.path for move in moves} | {move.moved_from for move in moves} | blocking
    sender = _Sender(store, project, progress, len(wanted))
    # First what a new path needs out of its way, then what costs nothing, and the other deletions when all has arrived:
    # a run that ends early leaves too much in the store, never too little.
    sender.delete(sorted(blocking))
    sender.send_moves(moves)
    sender.send_files(((path, local[path].found) for path in wanted if path not in settled), notes)
    sender.delete(sorted(gone.keys() - settled))
    return SyncReport(
        files=len(local),
        unchanged=unchanged,
        written=sender.reply.written,
        moved=sender.reply.moved,
        deleted=sender.reply.deleted,
        sent_bytes=sender.sent_bytes,
        skipped=tuple(notes.skipped.values()),
        masked_files=MappingProxyType(notes.masked),
    )


@dataclass(frozen=True, slots=True)
class _LocalFile:
    found: FoundFile
    content_hash: str


@dataclass(slots=True)
class _Notes:
    skipped: dict[str, SkippedPath] = field(default_factory=dict)
    masked: dict[str, tuple[SecretKind, ...]] = field(default_factory=dict)

    def unseen_below(self, prefix: str) -> list[str]:
        return [prefix + skip.path for skip in self.skipped.values() if skip.reason in UNSEEN]


def _read_manifest(
    root: Path, prefix: str, cache: HashCache, notes: _Notes, progress: Callable[[SyncProgress], None]
) -> dict[str, _LocalFile]:
    manifest: dict[str, _LocalFile] = {}
    for outcome in walk_directory(root):
        if isinstance(outcome, SkippedPath):
            notes.skipped[outcome.path] = outcome
            continue
        content_hash = cache.find(outcome)
        if content_hash is None:
            read_at_ns = time.time_ns()
            read = _read_storable(outcome, notes)
            if read is None:
                continue
            content_hash = hashlib.sha256(read.text.encode()).hexdigest()
            cache.keep(outcome, read.stamp, content_hash, read_at_ns=read_at_ns)
        manifest[prefix + outcome.path] = _LocalFile(outcome, content_hash)
        progress(SyncProgress(SyncPhase.READING, len(manifest), None))
    cache.retain({str(local.found.location) for local in manifest.values()})
    return manifest


def _read_storable(found: FoundFile, notes: _Notes) -> ReadFile | None:
    read = read_file(found)
    if isinstance(read, SkippedPath):
        notes.skipped[read.path] = read
        return None
    # Masked before it leaves this machine, so that the store never holds the secret.
    masked = mask_secrets(read.text)
    if masked.count:
        notes.masked[found.path] = masked.kinds
    return replace(read, text=masked.text)


def _compare(
    store: FileStore, project: Project, local: Mapping[str, _LocalFile], progress: Callable[[SyncProgress], None]
) -> tuple[list[str], int]:
    manifest = [FileHash(path, file.content_hash) for path, file in local.items()]
    wanted: list[str] = []
    unchanged = 0
    for start in range(0, len(manifest), MAX_DIFF_FILES):
        progress(SyncProgress(SyncPhase.COMPARING, start, len(manifest)))
        reply = store.diff(project.id, manifest[start : start + MAX_DIFF_FILES])
        wanted += [path for path in reply.wanted if path in local]
        unchanged += reply.unchanged
    return wanted, unchanged


def _list_stored(store: FileStore, project: Project) -> Iterator[FileHash]:
    after: str | None = None
    while True:
        page = store.list_manifest(project.id, after=after, limit=MANIFEST_PAGE)
        yield from page.files
        if page.next is None:
            return
        after = page.next


def _identity_of(root: Path) -> tuple[int, int]:
    try:
        status = os.stat(root)
    except OSError as error:
        raise DirectoryUnreadableError(f"{root}: {error.strerror}") from error
    return status.st_dev, status.st_ino


@dataclass(slots=True)
class _Sender:
    """Sends batch after batch, each whole or not at all, and adds up what the store says it did."""

    store: FileStore
    project: Project
    progress: Callable[[SyncProgress], None]
    total: int
    done: int = 0
    sent_bytes: int = 0
    reply: WriteReply = field(default_factory=lambda: WriteReply(0, 0, 0))

    def send_moves(self, moves: Sequence[FileMove]) -> None:
        for start in range(0, len(moves), MAX_BATCH_FILES):
            self._put(moves[start : start + MAX_BATCH_FILES])

    def send_files(self, files: Iterable[tuple[str, FoundFile]], notes: _Notes) -> None:
        batch: list[FileWrite] = []
        size = 0
        for path, found in files:
            read = _read_storable(found, notes)
            if read is None:
                continue
            length = len(read.text.encode())
            if batch and (size + length > MAX_BATCH_BYTES or len(batch) == MAX_BATCH_FILES):
                self._put(batch, size)
                batch, size = [], 0
            batch.append(FileWrite(path, read.text))
            size += length
        if batch:
            self._put(batch, size)

    def delete(self, paths: Sequence[str]) -> None:
        for start in range(0, len(paths), MAX_BATCH_FILES):
            self.progress(SyncProgress(SyncPhase.DELETING, start, len(paths)))
            self._add(self.store.put_files(self.project.id, (), paths[start : start + MAX_BATCH_FILES]))

    def _put(self, files: Sequence[FileWrite | FileMove], size: int = 0) -> None:
        self._add(self.store.put_files(self.project.id, files, ()))
        self.done += len(files)
        self.sent_bytes += size
        self.progress(SyncProgress(SyncPhase.SENDING, self.done, self.total))

    def _add(self, more: WriteReply) -> None:
        so_far = self.reply
        self.reply = WriteReply(so_far.written + more.written, so_far.moved + more.moved, so_far.deleted + more.deleted)
