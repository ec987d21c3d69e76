"""What is shown while files are sent and indexed: a bar in a terminal, a line now and then in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol

from indexer.syncing import SyncPhase, SyncProgress, SyncReport
from search_api.client import IndexStatus

POLL_SECONDS = 0.25
LINE_SECONDS = 10.0


class StatusSource(Protocol):
    """Whoever knows how far the index is."""

    def index_status(self, project_id: str | None = None) -> IndexStatus: ...


def say(line: str) -> None:
    """One line for a person, on standard error: standard output is for results."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def show_sync(progress: SyncProgress) -> None:
    """The phase of a sync, in place; nothing where lines cannot be written over."""
    if not sys.stderr.isatty():
        return
    total = f"/{progress.total}" if progress.total is not None else ""
    clear = "\x1b[2K\r"
    sys.stderr.write(f"{clear}{progress.phase.value} {progress.done}{total} files")
    if progress.phase is SyncPhase.SENDING and progress.done == progress.total:
        sys.stderr.write(clear)


def clear_line() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[2K\r")


def summarise(report: SyncReport) -> str:
    """A sync in one sentence, what was left out and why included."""
    done = [f"{report.written} files sent ({report.sent_bytes / 1e6:.1f} MB)"]
    done += [f"{count} {name}" for name, count in (("moved", report.moved), ("deleted", report.deleted)) if count]
    done.append(f"{report.unchanged} unchanged")
    reasons = ", ".join(f"{count} {reason.value}" for reason, count in report.skipped_by_reason.items())
    if reasons:
        done.append(f"left out: {reasons}")
    if report.masked_files:
        done.append(f"secrets masked in {len(report.masked_files)} files")
    return "; ".join(done) + "."


def follow_indexing(
    source: StatusSource,
    project_id: str | None,
    *,
    expected_files: int = 0,
    tend: Callable[[], None] = lambda: None,
) -> IndexStatus:
    """Show the index grow until nothing is pending; `tend` is called all the while.

    `expected_files` are known to be stored: until the worker has announced itself, none of them counts as pending.
    """
    watch = _Watch()
    shown = _bar() if sys.stderr.isatty() else _lines()
    with shown as show:
        while True:
            tend()
            status = source.index_status(project_id)
            done = status.pending == 0 and status.files >= expected_files
            show(watch.describe(status, expected_files), max(status.files, expected_files), watch.done, done)
            if done:
                return status
            time.sleep(POLL_SECONDS)


class _Watch:
    """Rates since the first look."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._first: tuple[int, int] | None = None
        self.done = 0

    def describe(self, status: IndexStatus, expected: int) -> str:
        self.done = status.files - status.pending
        if self._first is None and status.files:
            self._first = (self.done, status.chunks)
        if self._first is None:
            return "waiting for the worker to load the model"
        seconds = max(time.monotonic() - self._started, 0.001)
        files, chunks = self.done - self._first[0], status.chunks - self._first[1]
        left = (max(status.files, expected) - self.done) * seconds / files if files > 0 else None
        rate = f"{status.chunks} chunks, {chunks / seconds:.0f} chunks/s"
        return rate if left is None else f"{rate}, {_spoken(left)} left"


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


# What is known now: a description, files in all, files done, and whether that is the end.
Show = Callable[[str, int, int, bool], None]


class _bar:  # noqa: N801 - reads as a function, and is one with an end
    def __enter__(self) -> Show:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

        columns = (SpinnerColumn(), TextColumn("Indexing"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
        console = Console(stderr=True)
        self._progress = Progress(*columns, TextColumn("{task.description}"), console=console)
        task = self._progress.add_task("", total=None)
        self._progress.start()

        def show(description: str, total: int, done: int, end: bool) -> None:
            self._progress.update(task, description=description, total=max(total, 1), completed=done)

        return show

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


class _lines:  # noqa: N801 - as above
    def __enter__(self) -> Show:
        self._next = time.monotonic() + LINE_SECONDS / 5

        def show(description: str, total: int, done: int, end: bool) -> None:
            now = time.monotonic()
            if now >= self._next and not end:
                self._next = now + LINE_SECONDS
                say(f"Indexing: {done}/{total} files, {description}")

        return show

    def __exit__(self, *_: object) -> None:
        return None
