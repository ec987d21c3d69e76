"""What a sync sends, moves and deletes, and what it refuses; the store is a dictionary."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from indexer import syncing
from indexer.file_store import (
    DiffReply,
    FileHash,
    FileMove,
    FileWrite,
    ManifestPage,
    Project,
    WriteReply,
    workspace_prefix,
)
from indexer.hash_cache import HashCache
from indexer.sync_planning import find_blocking, find_gone, match_moves
from indexer.syncing import SyncPhase, SyncProgress, SyncRefusedError, SyncReport, sync_directory
from indexer.walking import DirectoryUnreadableError, FoundFile, ReadFile, SkippedPath, WalkSkip, read_file
from models.errors import UnavailableError

PROJECT = Project("p1", "shop")


def hash_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass
class DictStore:
    """Keeps files in memory; `calls` are the batches that it took, `fail_at` the first that it refuses."""

    files: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[tuple[FileWrite | FileMove, ...], tuple[str, ...]]] = field(default_factory=list)
    fail_at: int | None = None
    page: int = 2

    def diff(self, project_id: str, files: Sequence[FileHash]) -> DiffReply:
        wanted = [f.path for f in files if f.path not in self.files or hash_of(self.files[f.path]) != f.content_hash]
        return DiffReply(tuple(wanted), len(files) - len(wanted))

    def list_manifest(self, project_id: str, *, after: str | None, limit: int) -> ManifestPage:
        paths = sorted(path for path in self.files if after is None or path > after)
        shown = paths[: self.page]
        rest = shown[-1] if len(paths) > self.page else None
        return ManifestPage(tuple(FileHash(path, hash_of(self.files[path])) for path in shown), rest)

    def put_files(self, project_id: str, files: Sequence[FileWrite | FileMove], deleted: Sequence[str]) -> WriteReply:
        if self.fail_at is not None and len(self.calls) >= self.fail_at:
            raise UnavailableError
        for file in files:
            self.files[file.path] = file.content if isinstance(file, FileWrite) else self.files.pop(file.moved_from)
        for path in deleted:
            del self.files[path]
        self.calls.append((tuple(files), tuple(deleted)))
        moved = sum(isinstance(file, FileMove) for file in files)
        return WriteReply(len(files) - moved, moved, len(deleted))


def plant(root: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)


def counts(report: SyncReport) -> tuple[int, int, int, int]:
    return report.unchanged, report.written, report.moved, report.deleted


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "code"
    plant(root, {"a.py": "a = 1\n", "lib/b.py": "b = 2\n", "lib/c.py": "c = 3\n"})
    return root


@pytest.fixture
def store(root: Path) -> DictStore:
    store = DictStore()
    sync_directory(root, store, PROJECT)
    store.calls.clear()
    return store


def test_a_first_sync_stores_every_file_below_the_project(root: Path) -> None:
    store = DictStore()

    report = sync_directory(root, store, PROJECT)

    assert store.files == {"/shop/a.py": "a = 1\n", "/shop/lib/b.py": "b = 2\n", "/shop/lib/c.py": "c = 3\n"}
    assert counts(report) == (0, 3, 0, 0)
    assert (report.files, report.sent_bytes) == (3, 18)


def test_a_second_sync_sends_nothing(root: Path, store: DictStore) -> None:
    report = sync_directory(root, store, PROJECT)

    assert counts(report) == (3, 0, 0, 0)
    assert store.calls == []


def test_only_what_changed_is_sent(root: Path, store: DictStore) -> None:
    plant(root, {"a.py": "a = 2\n", "new.py": "n\n"})
    (root / "lib/c.py").unlink()

    report = sync_directory(root, store, PROJECT)

    assert counts(report) == (1, 2, 0, 1)
    assert store.files == {"/shop/a.py": "a = 2\n", "/shop/lib/b.py": "b = 2\n", "/shop/new.py": "n\n"}


def test_a_renamed_folder_is_moved_and_its_content_not_sent(root: Path, store: DictStore) -> None:
    (root / "lib").rename(root / "core")

    report = sync_directory(root, store, PROJECT)

    assert counts(report) == (1, 0, 2, 0)
    assert report.sent_bytes == 0
    assert store.calls == [
        ((FileMove("/shop/core/b.py", "/shop/lib/b.py"), FileMove("/shop/core/c.py", "/shop/lib/c.py")), ())
    ]


def test_a_copied_file_is_sent_and_not_moved(root: Path, store: DictStore) -> None:
    shutil.copy(root / "a.py", root / "z.py")

    assert counts(sync_directory(root, store, PROJECT)) == (3, 1, 0, 0)


@pytest.mark.parametrize(
    ("before", "after"), [({"x": "1"}, {"x/y": "2"}), ({"x/y": "1"}, {"x": "2"}), ({"x": "1"}, {"x/y": "1"})]
)
def test_what_stands_in_the_way_is_deleted_first(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> None:
    root, store = tmp_path / "code", DictStore()
    plant(root, before)
    sync_directory(root, store, PROJECT)
    store.calls.clear()
    shutil.rmtree(root)
    plant(root, after)

    sync_directory(root, store, PROJECT)

    assert [bool(deleted) for _, deleted in store.calls] == [True, False]
    assert store.files == {f"/shop/{path}": content for path, content in after.items()}


def test_without_pruning_nothing_is_deleted_or_moved(root: Path, store: DictStore) -> None:
    (root / "a.py").rename(root / "z.py")

    report = sync_directory(root, store, PROJECT, prune=False)

    assert counts(report) == (2, 1, 0, 0)
    assert "/shop/a.py" in store.files


def test_files_of_the_project_that_lie_elsewhere_are_left_alone(root: Path, store: DictStore) -> None:
    store.files["/notes/todo.md"] = "x"

    sync_directory(root, store, PROJECT)

    assert "/notes/todo.md" in store.files


def test_batches_are_bounded_by_bytes_and_by_count(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "MAX_BATCH_BYTES", 100)
    monkeypatch.setattr(syncing, "MAX_BATCH_FILES", 3)
    plant(root, {f"n{number:02}.py": "x" * 40 for number in range(10)} | {"huge.py": "y" * 300})
    store = DictStore()

    sync_directory(root, store, PROJECT)

    sizes = [[len(file.content) for file in files if isinstance(file, FileWrite)] for files, _ in store.calls]
    assert all(len(batch) <= 3 and (sum(batch) <= 100 or len(batch) == 1) for batch in sizes)
    assert sum(map(len, sizes)) == len(store.files) == 14


@pytest.mark.parametrize("fail_at", range(4))
def test_an_interrupted_sync_is_finished_by_the_next(root: Path, monkeypatch: pytest.MonkeyPatch, fail_at: int) -> None:
    monkeypatch.setattr(syncing, "MAX_BATCH_FILES", 1)
    store = DictStore({"/shop/old.py": "old\n", "/shop/gone.py": "c = 3\n"}, fail_at=fail_at)
    with pytest.raises(UnavailableError):
        sync_directory(root, store, PROJECT)
    taken = len(store.calls)
    store.fail_at = None

    sync_directory(root, store, PROJECT)

    assert store.files == {"/shop/a.py": "a = 1\n", "/shop/lib/b.py": "b = 2\n", "/shop/lib/c.py": "c = 3\n"}
    assert len(store.calls) == 4, f"{taken} before the interruption"


def test_secrets_never_reach_the_store(root: Path) -> None:
    secret = "gh" + "p_" + "q1W2e3R4t5Y6" * 3
    plant(root, {"a.py": f"x = 1\ntoken = '{secret}'\ny = 2\n", ".env": f"TOKEN={secret}\n"})
    store = DictStore()

    report = sync_directory(root, store, PROJECT)

    assert not [content for content in store.files.values() if secret in content]
    assert store.files["/shop/a.py"] == "x = 1\ntoken = '[masked]'\ny = 2\n"
    assert list(report.masked_files) == ["a.py"]
    assert report.skipped_by_reason == {WalkSkip.SECRET: 1}
    assert counts(sync_directory(root, store, PROJECT)) == (3, 0, 0, 0)


def test_a_file_that_is_now_ignored_is_deleted(root: Path, store: DictStore) -> None:
    plant(root, {".codingitignore": "lib/\n"})

    sync_directory(root, store, PROJECT)

    assert set(store.files) == {"/shop/a.py", "/shop/.codingitignore"}


@pytest.mark.parametrize("hidden", ["lib", "lib/b.py"])
def test_what_cannot_be_read_is_kept(
    root: Path, store: DictStore, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    refuse_to_open(monkeypatch, root / hidden)

    report = sync_directory(root, store, PROJECT)

    assert report.deleted == 0
    assert report.skipped_by_reason == {WalkSkip.UNREADABLE: 1}
    assert "/shop/lib/b.py" in store.files


def refuse_to_open(monkeypatch: pytest.MonkeyPatch, hidden: Path) -> None:
    scan, open_ = os.scandir, os.open

    def guarded_scan(path: Path) -> object:
        if Path(path) == hidden:
            raise PermissionError(13, "Permission denied")
        return scan(path)

    def guarded_open(path: Path, flags: int, mode: int = 0o777) -> int:
        if Path(path) == hidden:
            raise PermissionError(13, "Permission denied")
        return open_(path, flags, mode)

    monkeypatch.setattr(os, "scandir", guarded_scan)
    monkeypatch.setattr(os, "open", guarded_open)


def empty_it(root: Path) -> None:
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize(
    ("disaster", "error"), [(shutil.rmtree, DirectoryUnreadableError), (empty_it, SyncRefusedError)]
)
def test_a_root_that_vanished_deletes_nothing(
    root: Path, store: DictStore, disaster: Callable[[Path], None], error: type[Exception]
) -> None:
    disaster(root)

    with pytest.raises(error):
        sync_directory(root, store, PROJECT)

    assert len(store.files) == 3


def test_a_root_that_is_exchanged_while_it_is_read_deletes_nothing(root: Path, store: DictStore) -> None:
    def exchange(progress: SyncProgress) -> None:
        if progress.phase is SyncPhase.READING and progress.done == 1:
            root.rename(root.with_name("away"))
            root.mkdir()

    with pytest.raises(SyncRefusedError):
        sync_directory(root, store, PROJECT, progress=exchange)

    assert len(store.files) == 3


def test_a_file_that_vanishes_before_it_is_sent_is_named(root: Path) -> None:
    store = DictStore()

    def remove(progress: SyncProgress) -> None:
        if progress.phase is SyncPhase.COMPARING:
            (root / "a.py").unlink()

    report = sync_directory(root, store, PROJECT, progress=remove)

    assert report.written == 2
    assert report.skipped_by_reason == {WalkSkip.VANISHED: 1}


def test_progress_ends_with_every_wanted_file_sent(root: Path) -> None:
    seen: list[SyncProgress] = []

    sync_directory(root, DictStore(), PROJECT, progress=seen.append)

    assert seen[-1] == SyncProgress(SyncPhase.SENDING, 3, 3)


def test_a_cached_file_is_not_read_again_until_it_changes(
    root: Path, store: DictStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = HashCache()
    monkeypatch.setattr("indexer.hash_cache.SETTLED_NS", -1_000_000_000_000)
    sync_directory(root, store, PROJECT, cache=cache)
    plant(root, {"a.py": "a = 7\n"})
    read: list[str] = []
    note_reads(monkeypatch, read)

    report = sync_directory(root, store, PROJECT, cache=cache)

    assert set(read) == {"a.py"}
    assert counts(report) == (2, 1, 0, 0)


def test_a_file_written_a_moment_ago_is_not_trusted_to_its_stamp(
    root: Path, store: DictStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = HashCache()
    monkeypatch.setattr("indexer.hash_cache.SETTLED_NS", 1_000_000_000_000)
    sync_directory(root, store, PROJECT, cache=cache)
    read: list[str] = []
    note_reads(monkeypatch, read)

    sync_directory(root, store, PROJECT, cache=cache)

    assert read == ["a.py", "lib/b.py", "lib/c.py"]


def note_reads(monkeypatch: pytest.MonkeyPatch, read: list[str]) -> None:
    def noting(found: FoundFile) -> ReadFile | SkippedPath:
        read.append(found.path)
        return read_file(found)

    monkeypatch.setattr(syncing, "read_file", noting)


@pytest.mark.parametrize(
    ("title", "prefix"), [("shop", "/shop/"), (" a/b ", "/a-b/"), ("..", "/-/"), ("", "/-/"), ("x\0", "/x\ufffd/")]
)
def test_a_project_is_one_folder_of_the_workspace(title: str, prefix: str) -> None:
    assert workspace_prefix(Project("1", title)) == prefix


def test_of_equal_files_the_one_of_the_same_name_moved() -> None:
    moves = match_moves({"/a/x": "h", "/a/y": "h"}, {"/b/y": "h", "/b/z": "h", "/b/w": "other"})

    assert moves == [FileMove("/b/y", "/a/y"), FileMove("/b/z", "/a/x")]


def test_what_lies_below_an_unseen_folder_is_not_gone() -> None:
    stored = {"/p/a": "1", "/p/b/c": "2", "/p/bc": "3"}

    assert find_gone(stored, {"/p/a"}, ["/p/b/"]) == {"/p/bc": "3"}


def test_only_ancestors_and_descendants_block() -> None:
    assert find_blocking(["/p/x", "/p/xy", "/p/z/a"], {"/p/x/1", "/p/z"}) == {"/p/x", "/p/z/a"}
