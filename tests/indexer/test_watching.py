"""When a watched directory is synced, and how a watch ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from threading import Event

import pytest
from watchfiles import Change

from indexer.walking import DirectoryUnreadableError
from indexer.watching import RelevantChanges, WatchedRootGoneError, watch_directory
from models.errors import UnavailableError

# Only ends a test that would hang; nothing is measured by it.
PATIENCE = 60


class Watch:
    """A running watch, whose syncs can be waited for one by one."""

    def __init__(self, root: Path, pool: ThreadPoolExecutor, sync: Callable[[], None]) -> None:
        self.stop = Event()
        self.syncs: Queue[int] = Queue()
        self.count = 0
        self.unavailable: list[UnavailableError] = []
        self._sync = sync
        self.end: Future[None] = pool.submit(
            watch_directory, root, self._note, stop=self.stop, on_unavailable=self.unavailable.append
        )

    def _note(self) -> None:
        self._sync()
        self.count += 1
        self.syncs.put(self.count)

    def wait(self) -> None:
        self.syncs.get(timeout=PATIENCE)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Watch]]:
    watches: list[Watch] = []
    with ThreadPoolExecutor() as pool:

        def start(root: Path = tmp_path, sync: Callable[[], None] = lambda: None) -> Watch:
            watches.append(Watch(root, pool, sync))
            return watches[-1]

        yield start
        for watch in watches:
            watch.stop.set()


def test_the_watch_begins_with_a_sync_and_an_edit_brings_the_next(tmp_path: Path, start: Callable[..., Watch]) -> None:
    watch = start()
    watch.wait()

    (tmp_path / "a.py").write_text("x")
    watch.wait()

    assert watch.count == 2


def test_a_burst_of_a_thousand_events_is_one_sync(tmp_path: Path, start: Callable[..., Watch]) -> None:
    watch = start()
    watch.wait()

    for number in range(1_000):
        (tmp_path / f"f{number}.py").write_text("x")
    watch.wait()
    watch.stop.set()
    watch.end.result(PATIENCE)

    assert watch.count == 2


def test_changes_while_the_service_is_away_are_synced_when_it_is_back(
    tmp_path: Path, start: Callable[..., Watch]
) -> None:
    failures = iter([True, True])

    def sync() -> None:
        if next(failures, False):
            raise UnavailableError

    watch = start(sync=sync)
    watch.wait()

    assert (watch.count, len(watch.unavailable)) == (1, 2)


@pytest.mark.parametrize("exchanged", [False, True])
def test_a_root_that_is_removed_ends_the_watch_with_an_error(
    tmp_path: Path, start: Callable[..., Watch], exchanged: bool
) -> None:
    root = tmp_path / "code"
    root.mkdir()
    watch = start(root)
    watch.wait()

    if exchanged:
        root.rename(tmp_path / "away")
        root.mkdir()
    else:
        shutil.rmtree(root)

    with pytest.raises(WatchedRootGoneError):
        watch.end.result(PATIENCE)


def test_a_root_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DirectoryUnreadableError):
        watch_directory(tmp_path / "missing", lambda: None, stop=Event())


def test_an_error_of_the_sync_ends_the_watch(start: Callable[..., Watch]) -> None:
    def sync() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        start(sync=sync).end.result(PATIENCE)


@pytest.mark.parametrize(
    ("path", "change", "relevant"),
    [
        ("a.py", Change.modified, True),
        ("a.py", Change.deleted, True),
        ("src/deep/a.py", Change.added, True),
        ("a.log", Change.modified, False),
        ("src/a.log", Change.deleted, False),
        ("node_modules/x/a.js", Change.added, False),
        (".git/index", Change.modified, False),
        (".env", Change.modified, False),
        ("out/.gitignore", Change.modified, False),
        (".gitignore", Change.modified, True),
        ("src/.codingitignore", Change.deleted, True),
    ],
)
def test_only_changes_that_a_sync_would_show_count(tmp_path: Path, path: str, change: Change, relevant: bool) -> None:
    (tmp_path / ".gitignore").write_text("*.log\nout/\n")

    assert RelevantChanges(tmp_path)(change, str(tmp_path / path)) is relevant


def test_the_rules_are_read_again_when_an_ignore_file_changes(tmp_path: Path) -> None:
    relevant = RelevantChanges(tmp_path)
    before = relevant(Change.modified, str(tmp_path / "a.log"))
    (tmp_path / ".gitignore").write_text("*.log\n")

    relevant(Change.added, str(tmp_path / ".gitignore"))

    assert (before, relevant(Change.modified, str(tmp_path / "a.log"))) == (True, False)
