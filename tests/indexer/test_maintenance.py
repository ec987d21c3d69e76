"""The worker goes on while indexes are made, and when they cannot be made."""

from __future__ import annotations

import logging
import threading

import pytest

from indexer.approximate import Maintained
from indexer.maintenance import MANY_PARTS, Maintenance
from sql.upkeep import refresh_statistics
from tests.indexing import ask, index_now, new_user, put_file
from tests.stubs import StubEncoder


def test_the_worker_does_not_wait_and_a_second_run_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    building, go_on = threading.Event(), threading.Event()
    runs: list[int] = []

    def build(owner_url: str, *, model_id: int, dimensions: int) -> Maintained:
        runs.append(model_id)
        building.set()
        assert go_on.wait(20)
        return Maintained()

    monkeypatch.setattr("indexer.maintenance.maintain_indexes", build)
    monkeypatch.setattr("indexer.maintenance.maintain_chat_indexes", lambda *_, **__: Maintained())
    maintenance = Maintenance("postgresql://", 8)
    maintenance.start(1)
    assert building.wait(20)
    maintenance.start(2)
    go_on.set()
    maintenance.wait()
    assert runs == [1]
    maintenance.start(3)
    maintenance.wait()
    assert runs == [1, 3]


def test_messages_are_counted_at_first_and_when_much_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []

    def count(owner_url: str, *, model_id: int, dimensions: int) -> Maintained:
        runs.append(model_id)
        return Maintained()

    monkeypatch.setattr("indexer.maintenance.refresh_statistics", lambda *_: False)
    monkeypatch.setattr("indexer.maintenance.maintain_indexes", lambda *_, **__: Maintained())
    monkeypatch.setattr("indexer.maintenance.maintain_chat_indexes", count)
    maintenance = Maintenance("postgresql://", 8)
    for model_id, written in ((1, 0), (2, 0), (3, MANY_PARTS - 1), (4, MANY_PARTS)):
        maintenance.start(model_id, written)
        maintenance.wait()
    assert runs == [1, 4]
    monkeypatch.setattr("indexer.maintenance.CHATS_SECONDS", 0.0)
    maintenance.start(5)
    maintenance.wait()
    assert runs == [1, 4, 5]


def test_a_database_that_cannot_be_reached_is_said_and_survived(caplog: pytest.LogCaptureFixture) -> None:
    maintenance = Maintenance("postgresql://nobody@127.0.0.1:1/nothing", 8)
    with caplog.at_level(logging.WARNING, logger="codingit.worker"):
        maintenance.start(1)
        maintenance.wait()
    assert "the approximate indexes stay as they are" in caplog.text


def test_many_new_chunks_are_told_to_the_planner(url: str) -> None:
    user_id = new_user(url)
    for number in range(30):
        put_file(url, user_id, f"/shop/part_{number}.py", f"def total_{number}(prices):\n    return sum(prices)\n")
    index_now(url, StubEncoder(8))
    known = "select reltuples::int from pg_class where relname = 'code_embeddings'"
    assert ask(url, known) != [(30,)]
    maintenance = Maintenance(url, 8)

    maintenance.start(1, 30)
    maintenance.wait()

    assert ask(url, known) == [(30,)]
    # A few among many change nothing that is known, and are left to PostgreSQL.
    assert not refresh_statistics(url, 2)
    assert refresh_statistics(url, 3)
