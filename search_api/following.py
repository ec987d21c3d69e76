"""A thread that sends each edit of a directory to the service for as long as a block runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.file_store import Project
from indexer.hash_cache import HashCache
from indexer.syncing import sync_directory
from indexer.watching import watch_directory
from models.errors import CodingitError
from search_api.cli.progress import summarise
from search_api.cli.session import Session
from search_api.client import ApiClient

JOIN_SECONDS = 3.0


@contextmanager
def follow_directory(
    root: Path, session: Session, project: Project, cache: HashCache, say: Callable[[str], None]
) -> Iterator[None]:
    """Sync on every change; what ends the watch early is said, since the service goes on without it."""
    stop = threading.Event()

    def follow() -> None:
        # A client is not for several threads at once, and must not wait long while the block wants to end.
        with ApiClient(session.url, session.token, attempts=2) as client:

            def sync() -> None:
                report = sync_directory(root, client, project, cache=cache)
                if report.written or report.moved or report.deleted:
                    say(summarise(report))

            try:
                watch_directory(root, sync, stop=stop)
            except CodingitError as error:
                say(f"No longer watching {root}: {error.detail} {error.hint}")
            except OSError as error:
                say(f"No longer watching {root}: {error.strerror or error}")

    thread = threading.Thread(target=follow, name="follow-directory", daemon=True)
    try:
        thread.start()
        yield
    finally:
        stop.set()
        # An interrupt may have come before it ran.
        if thread.is_alive():
            thread.join(JOIN_SECONDS)
