"""Signals at odd moments: before the server listens for them, and before a directory is followed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn

from indexer.file_store import Project
from indexer.hash_cache import HashCache
from search_api import following
from search_api.cli.session import Session
from search_api.encoding_queue import EncodingQueue
from search_api.following import follow_directory
from search_api.serving import Server


@pytest.mark.timeout(60)
def test_a_stop_that_was_asked_for_before_the_server_ran_ends_it() -> None:
    stop = threading.Event()
    stop.set()
    started = []

    async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        assert scope["type"] == "lifespan"
        while True:
            message = await receive()
            started.append(message["type"])
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    Server(uvicorn.Config(app, port=0, log_config=None), EncodingQueue(10, 100), stop).run()

    assert started == ["lifespan.startup", "lifespan.shutdown"]


def test_an_interrupt_while_following_begins_ends_the_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def watch_until_stopped(root: Path, sync: Callable[[], None], *, stop: threading.Event) -> None:
        stop.wait()
        ended.set()

    class InterruptedThread(threading.Thread):
        def start(self) -> None:
            super().start()
            raise KeyboardInterrupt

    monkeypatch.setattr(following, "watch_directory", watch_until_stopped)
    monkeypatch.setattr(threading, "Thread", InterruptedThread)
    session = Session("http://127.0.0.1:9", "token", str(uuid4()), 1)
    project = Project(str(uuid4()), "shop")
    followed = follow_directory(tmp_path, session, project, HashCache(), lambda _: None)
    with pytest.raises(KeyboardInterrupt), followed:
        pytest.fail("the interrupt ends it before the block begins")

    assert ended.wait(60)
