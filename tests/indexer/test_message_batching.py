"""The index of chats equals the chats, whoever writes them: edits, deletes, failures, another model."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray

from indexer.worker import Worker
from sql.database import Database
from tests.chatting import new_session, say
from tests.indexing import ask, execute, index_now, new_user
from tests.stubs import StubEncoder

LONG = "\n\n".join(f"Paragraph {number} tells of the queue and its retries. " * 12 for number in range(4))


class FailingEncoder(StubEncoder):
    """Refuses every text with a certain word."""

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("poison" in text for text in texts):
            raise ValueError("cannot encode poison\nsecond line")
        return super().encode_documents(texts)


def tell(url: str, *contents: str, user_id: UUID | None = None) -> list[UUID]:
    """Messages of one session, by plain SQL."""
    user_id = user_id or new_user(url)
    with psycopg.connect(url) as connection:
        session_id = new_session(connection, user_id)
        return [say(connection, session_id, content, minute=minute) for minute, content in enumerate(contents)]


def embedded(url: str) -> dict[UUID, int]:
    """Parts by message."""
    return dict(ask(url, "select message_id, count(*)::int from chat_embeddings group by 1"))


def stale(url: str) -> int:
    rows = ask(url, "select count(*) from chat_index_state where indexed_hash is distinct from wanted_hash")
    return int(rows[0][0])


def test_messages_are_embedded_a_long_one_in_parts(url: str) -> None:
    index_now(url, StubEncoder())
    short, long = tell(url, "hello", LONG)

    index_now(url, StubEncoder())

    assert embedded(url) == {short: 1, long: 2}
    assert stale(url) == 0


def test_messages_older_than_the_first_worker_are_embedded(url: str) -> None:
    (message,) = tell(url, "hello")

    index_now(url, StubEncoder())

    assert embedded(url) == {message: 1}


def test_an_edit_replaces_the_vectors_and_a_delete_takes_them_along(url: str) -> None:
    edited, deleted = tell(url, "alpha", "beta")
    index_now(url, StubEncoder())
    before = ask(url, "select embedding::text from chat_embeddings where message_id = %s", edited)
    execute(url, "update chat_message_cache set content = 'gamma' where id = %s", edited)
    assert stale(url) == 1
    execute(url, "delete from chat_message_cache where id = %s", deleted)

    index_now(url, StubEncoder())

    assert embedded(url) == {edited: 1}
    assert ask(url, "select embedding::text from chat_embeddings") != before
    assert ask(url, "select count(*) from chat_index_state") == [(1,)]


def test_another_title_of_the_session_makes_its_messages_stale(url: str) -> None:
    (message,) = tell(url, "alpha")
    index_now(url, StubEncoder())
    before = ask(url, "select embedding::text from chat_embeddings")

    execute(url, "update chat_sessions set title = 'Greek letters'")

    assert stale(url) == 1
    index_now(url, StubEncoder())
    assert embedded(url) == {message: 1}
    assert ask(url, "select embedding::text from chat_embeddings") != before


def test_an_update_of_something_else_makes_nothing_stale(url: str) -> None:
    tell(url, "alpha")
    index_now(url, StubEncoder())

    execute(url, "update chat_message_cache set token_count = 3")

    assert stale(url) == 0


def test_a_session_that_is_handed_over_takes_its_vectors_along_at_once(url: str) -> None:
    tell(url, "alpha")
    index_now(url, StubEncoder())
    heir = new_user(url)

    # As the service does it: a user's own session stays with the user.
    execute(url, "set role service_role; update chat_sessions set user_id = '" + str(heir) + "'")

    assert ask(url, "select distinct user_id from chat_embeddings") == [(heir,)]


def test_a_failing_message_keeps_its_error_and_does_not_block_the_others(url: str) -> None:
    bad, good = tell(url, "poison", "cure")

    index_now(url, FailingEncoder())

    assert embedded(url) == {good: 1}
    state = "select message_id, error, attempts, retry_at > now() from chat_index_state where error is not null"
    assert ask(url, state) == [(bad, "ValueError: cannot encode poison", 1, True)]
    index_now(url, StubEncoder())
    assert embedded(url) == {good: 1}, "it waits for its time"
    execute(url, "update chat_index_state set retry_at = now()")
    index_now(url, StubEncoder())
    assert embedded(url) == {bad: 1, good: 1}


def test_a_new_model_is_built_beside_the_old_one_and_takes_over_when_every_message_is_in_it(url: str) -> None:
    (first,) = tell(url, "alpha")
    old, new = StubEncoder(dimensions=64), StubEncoder(dimensions=32)
    index_now(url, old)
    with Database(url, vectors=True, max_size=3) as database:
        worker = Worker(database, new, load_active=lambda active: old)
        with worker.session() as (claims, assignments):
            (second,) = tell(url, "beta")
            assert len(worker._take_over(assignments)) == 2, "not every message is embedded"
            worker.step(claims, assignments)
            counts = ask(url, "select model_id, count(*)::int from chat_embeddings group by 1 order by 1")
            assert [count for _, count in counts] == [2, 2], "both models hold all messages"
            assert len(worker._take_over(assignments)) == 1
    assert ask(url, "select dimensions from embedding_models where active") == [(32,)]
    assert set(embedded(url)) == {first, second}


def test_what_a_retired_model_left_is_taken_away(url: str) -> None:
    tell(url, "alpha", "beta")
    index_now(url, StubEncoder(dimensions=64))
    index_now(url, StubEncoder(dimensions=32))
    stop = threading.Event()
    with Database(url, vectors=True, max_size=3) as database:
        worker = Worker(database, StubEncoder(dimensions=32))
        with worker.session() as (claims, assignments):
            for _ in range(10):
                if not worker.step(claims, assignments):
                    assignments = worker._rest(claims, assignments)
    stop.set()
    assert ask(url, "select count(distinct model_id) from chat_embeddings") == [(1,)]
    assert ask(url, "select count(distinct model_id) from chat_index_state") == [(1,)]


def test_output_that_was_pasted_is_told_from_what_was_said(url: str) -> None:
    log = "\n".join(f"2026-01-02T03:04:{second:02} INFO http GET /v1/{uuid.uuid4()} 200 12ms" for second in range(60))
    tell(url, log, LONG, "short GET /v1 200", "漢字かな" * 600)
    execute(url, "update chat_message_cache set kind = 'tool' where content like 'short%'")

    rows = ask(url, "select is_output from chat_message_cache order by created_at")

    assert [row[0] for row in rows] == [True, False, True, False]
