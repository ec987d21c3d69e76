"""docs/client.md is true: its examples print what it says, over a service and a worker, and it names every method."""

from __future__ import annotations

import inspect
import io
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from indexer.worker import Worker
from search_api.client import ApiClient
from sql.database import Database
from tests.search_api.api import make_api, token_of
from tests.stubs import StubEncoder

PAGE = (Path(__file__).parents[1] / "docs" / "client.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", PAGE, re.M | re.S)
METHODS = [name for name, _ in inspect.getmembers(ApiClient, inspect.isroutine) if not name.startswith("_")]


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The app on a socket, as its clients meet it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def indexing(url: str) -> Iterator[None]:
    stop = threading.Event()
    with Database(url, vectors=True, max_size=3) as database:
        thread = threading.Thread(target=Worker(database, StubEncoder()).run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def test_the_examples_print_what_the_page_says(clone: Callable[[], AbstractContextManager[str]]) -> None:
    with clone() as database_url, Database(database_url) as database, indexing(database_url):
        api = make_api(database_url, database, lambda _: StubEncoder())
        with serving(api.app) as url:
            names: dict[str, Any] = {"url": url, "token": token_of(api.sign_up())}
            try:
                for code, printed in EXAMPLES:
                    output = io.StringIO()
                    with redirect_stdout(output):
                        exec(compile(code, "docs/client.md", "exec"), names)
                    assert output.getvalue() == printed, code
            finally:
                for client in (each for each in names.values() if isinstance(each, ApiClient)):
                    client.close()

    assert sum(bool(printed) for _, printed in EXAMPLES) >= 7


@pytest.mark.parametrize("method", METHODS)
def test_the_page_names_every_method(method: str) -> None:
    assert f"`{method}`" in PAGE
