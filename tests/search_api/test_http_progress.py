"""Tests of GET /v1/index/status as a stream: what it tells, and that it ends with its client and with the service."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from search_api.http.routes import index
from sql.database import Database
from tests.indexing import index_now, new_user, put_file
from tests.search_api.api import SECRET, Api, make_api, token_of
from tests.search_api.test_http_limits import served, shut, wait_until
from tests.stubs import StubEncoder

STATUS = "/v1/index/status"


@pytest.fixture
def api(url: str, database: Database) -> Api:
    return make_api(url, database)


def headers_of(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}


def events_of(reply: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and data of each event; comments are passed over."""
    name = ""
    for line in reply.iter_lines():
        kind, _, value = line.partition(": ")
        if kind == "event":
            name = value
        elif kind == "data":
            yield name, json.loads(value)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/event-stream", True),
        ("text/html, Text/Event-Stream;q=0.9", True),
        ("application/json, text/event-stream", False),
        ("application/json", False),
        ("*/*", False),
        ("text/*", False),
        ("", False),
    ],
)
def test_a_stream_is_for_those_who_ask_for_one(accept: str, expected: bool) -> None:
    assert index.wants_stream(accept) is expected


def test_a_stream_tells_what_changes_and_ends_with_its_client(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    owner = new_user(api.url)
    put_file(api.url, owner, "/a.py", "a = 1\n")
    with caplog.at_level(logging.INFO), served(api.app) as port:
        address = f"http://127.0.0.1:{port}{STATUS}"
        with httpx.stream("GET", address, headers=headers_of(token_of(owner)), timeout=60) as reply:
            events = events_of(reply)
            first = next(events)
            index_now(api.url, StubEncoder())
            last = next(each for each in events if each[1]["indexed"])
            asked = httpx.get(address, headers={"Authorization": f"Bearer {token_of(owner)}"}, timeout=60).json()
        ended = wait_until(lambda: '"status": 499' in caplog.text)

    assert reply.headers["content-type"].startswith("text/event-stream")
    assert (first[0], first[1]["files"], first[1]["pending"]) == ("status", 1, 1)
    assert last == ("status", asked)
    assert ended
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_stream_whose_database_goes_away_says_so_and_ends(url: str) -> None:
    with Database(url, wait_seconds=0.2) as database:
        api = make_api(url, database)
        token = token_of(new_user(url))
        with served(api.app) as port:
            address = f"http://127.0.0.1:{port}{STATUS}"
            with httpx.stream("GET", address, headers=headers_of(token), timeout=60) as reply:
                events = events_of(reply)
                next(events)
                with shut(url):
                    rest = list(events)

    assert [(name, data["code"]) for name, data in rest] == [("problem", "unavailable")]


def test_a_stream_ends_in_time_for_the_token_to_be_looked_at_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LONGEST_STREAM_SECONDS", 0.0)
    with api.client(token_of(new_user(api.url))) as client:
        reply = client.get(STATUS, headers={"Accept": "text/event-stream"})

    assert [line for line in reply.text.splitlines() if line.startswith("event")] == ["event: status"]


def test_a_service_that_stops_ends_its_streams_cleanly(url: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "CODINGIT_DATA_DIR": str(tmp_path),
        "CODINGIT_JWT_SECRET": SECRET.get_secret_value(),
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        service = subprocess.Popen(
            [sys.executable, "-m", "search_api.cli", "serve", "--listener", str(listener.fileno())],
            env=environment,
            pass_fds=[listener.fileno()],
            stderr=subprocess.PIPE,
            text=True,
        )
        address = f"http://127.0.0.1:{listener.getsockname()[1]}{STATUS}"
    try:
        with httpx.stream("GET", address, headers=headers_of(token_of(new_user(url))), timeout=120) as reply:
            events = events_of(reply)
            first = next(events)
            service.send_signal(signal.SIGTERM)
            # An answer that is cut off would raise here.
            rest = list(events)
        _, said = service.communicate(timeout=120)
    finally:
        service.kill()

    assert (first[0], rest) == ("status", [])
    assert service.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in said
    assert "ERROR" not in said
