"""How a directory becomes the files of a project: what is sent, moved and deleted, and when nothing may be."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from indexer.decoding import to_storable
from indexer.file_store import FileHash, FileStore, Project
from indexer.secrets import SecretKind, mask_secrets
from indexer.walking import (
    FileStamp,
    FoundFile,
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

# A file written twice within one tick of the file system's clock may keep its stamp; two seconds is FAT's tick.
SETTLED_NS = 2_000_000_000


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
    """What a sync saw and did; `masked` counts secret values by kind, in the files read in this run."""

    files: int
    unchanged: int
    written: int
    moved: int
    deleted: int
    sent_bytes: int
    skipped: tuple[SkippedPath, ...]
    masked: dict[SecretKind, int]

    @property
    def skipped_by_reason(self) -> dict[WalkSkip, int]:
        return dict(Counter(skip.reason for skip in self.skipped).most_common())


@dataclass(slots=True)
class HashCache:
    """The hash of each file's stored text by its stamp, so that a second sync reads only what was touched."""

    _entries: dict[str, tuple[FileStamp, str]] = field(default_factory=dict)

    def find(self, found: FoundFile) -> str | None:
        stamp, content_hash = self._entries.get(str(found.location), (None, None))
        return content_hash if stamp == found.stamp else None

    def keep(self, found: FoundFile, stamp: FileStamp, content_hash: str, *, now_ns: int) -> None:
        if max(stamp.modified_ns, stamp.changed_ns) + SETTLED_NS <= now_ns:
            self._entries[str(found.location)] = (stamp, content_hash)

    def retain(self, locations: set[str]) -> None:
        self._entries = {path: entry for path, entry in self._entries.items() if path in locations}


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
    cache = HashCache() if cache is None else cache
    prefix = workspace_prefix(project)
    identity = _identity_of(root)
    tally = _Tally()
    local = _read_manifest(root, prefix, cache, tally, progress)
    if _identity_of(root) != identity:
        raise SyncRefusedError(f"{root}: exchanged for another directory while it was read.")
    manifest = [FileHash(path, content_hash) for path, (_, content_hash) in local.items()]
    wanted, unchanged = _compare(store, project, manifest, progress)
    gone: dict[str, str] = {}
    stored: set[str] = set()
    if prune:
        gone, stored = _find_gone(store, project, prefix, local.keys(), tally.skipped)
        if gone and not local and not tally.skipped:
            raise SyncRefusedError(f"{root}: the directory is empty, and {len(gone)} files of it are stored.")
    blocking = {path for path in gone if _is_in_the_way(path, wanted)}
    moves = _match_moves(
        {path: content_hash for path, content_hash in gone.items() if path not in blocking},
        {path: local[path][1] for path in wanted if path not in stored},
    )
    sender = _Sender(store, project, progress, len(wanted), tally)
    # First what a new path needs out of its way, then what costs nothing, and the other deletions when all has arrived:
    # a run that ends early leaves too much in the store, never too little.
    sender.delete(sorted(blocking))
    sender.send_moves(moves)
    moved_to = {move.path for move in moves}
    sender.send_files([(path, local[path][0]) for path in wanted if path not in moved_to])
    sender.delete(sorted(gone.keys() - blocking - {move.moved_from for move in moves}))
    return SyncReport(
        len(local), unchanged, sender.written, sender.moved, sender.deleted, sender.sent_bytes,
        tuple(tally.skipped), dict(tally.masked),
    )  # fmt: skip


def workspace_prefix(project: Project) -> str:
    """Where the project's files live in the workspace; a title with slashes is still one folder."""
    folder = to_storable(project.title).strip().replace("/", "-")
    return f"/{folder if folder not in ('', '.', '..') else '-'}/"


@dataclass(slots=True)
class _Tally:
    skipped: list[SkippedPath] = field(default_factory=list)
    masked: Counter[SecretKind] = field(default_factory=Counter)


def _read_manifest(
    root: Path, prefix: str, cache: HashCache, tally: _Tally, progress: Callable[[SyncProgress], None]
) -> dict[str, tuple[FoundFile, str]]:
    manifest: dict[str, tuple[FoundFile, str]] = {}
    for outcome in walk_directory(root):
        if isinstance(outcome, SkippedPath):
            tally.skipped.append(outcome)
            continue
        content_hash = cache.find(outcome)
        if content_hash is None:
            read = _read_storable(outcome, tally)
            if read is None:
                continue
            text, stamp = read
            content_hash = hashlib.sha256(text.encode()).hexdigest()
            cache.keep(outcome, stamp, content_hash, now_ns=time.time_ns())
        manifest[prefix + outcome.path] = (outcome, content_hash)
        progress(SyncProgress(SyncPhase.READING, len(manifest), None))
    cache.retain({str(found.location) for found, _ in manifest.values()})
    return manifest


def _read_storable(found: FoundFile, tally: _Tally) -> tuple[str, FileStamp] | None:
    read = read_file(found)
    if isinstance(read, SkippedPath):
        tally.skipped.append(read)
        return None
    # Masked before it leaves this machine, so that the store never holds the secret.
    masked = mask_secrets(read.text)
    if masked.count:
        tally.masked.update(masked.kinds)
    return masked.text, read.stamp


def _compare(
    store: FileStore, project: Project, manifest: Sequence[FileHash], progress: Callable[[SyncProgress], None]
) -> tuple[list[str], int]:
    wanted: list[str] = []
    unchanged = 0
    for start in range(0, len(manifest), MAX_DIFF_FILES):
        progress(SyncProgress(SyncPhase.COMPARING, start, len(manifest)))
        reply = store.diff(project.id, manifest[start : start + MAX_DIFF_FILES])
        wanted += reply.wanted
        unchanged += reply.unchanged
    return wanted, unchanged


def _find_gone(
    store: FileStore, project: Project, prefix: str, local: object, skipped: Sequence[SkippedPath]
) -> tuple[dict[str, str], set[str]]:
    """What is stored below the prefix and is no longer in the directory, with its hash; and all that is stored."""
    raise NotImplementedError
