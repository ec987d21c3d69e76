"""Approximate indexes of messages come and go with their number, and none is kept that finds too little."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from pgvector.psycopg import register_vector

from indexer.approximate import Maintained, Thresholds
from indexer.approximate_chats import WIDTHS, maintain_chat_indexes
from sql import approximate, approximate_chats
from tests.chat_crowd import add_messages, add_messages_at, make_speaker, put_speaker
from tests.indexing import ask, execute
from tests.tenants import DIMENSIONS, make_generation, topic_vectors

MESSAGES = 1_600
LIMITS = Thresholds(build=1_500, drop=600)
# No index reaches it.
IMPOSSIBLE = Thresholds(build=1_500, drop=600, recall=1.1)


@pytest.fixture
def model(url: str) -> int:
    with psycopg.connect(url) as connection:
        return make_generation(connection)


def maintain(url: str, model: int, thresholds: Thresholds = LIMITS) -> Maintained:
    return maintain_chat_indexes(url, model_id=model, dimensions=DIMENSIONS, thresholds=thresholds)


def grow(url: str, model: int, user_id: UUID, count: int) -> None:
    with psycopg.connect(url) as connection:
        register_vector(connection)
        add_messages(connection, model, user_id, count, seed=2)


def built_indexes(url: str) -> set[str]:
    return {
        row[0]
        for row in ask(
            url,
            "select class.relname from pg_index as index join pg_class as class on class.oid = index.indexrelid"
            " where index.indrelid = 'chat_embeddings'::regclass and class.relname like 'chat\\_ann\\_%'",
        )
    }


def recorded(url: str, columns: str = "name") -> list[Any]:
    return ask(url, f"select {columns} from chat_ann_indexes order by name")


def test_an_index_is_made_of_one_users_messages_where_they_are_many(url: str, model: int) -> None:
    small, large = put_speaker(url, model, 500), put_speaker(url, model, 1_400)

    assert maintain(url, model) == Maintained()
    grow(url, model, large, 200)
    made = maintain(url, model)

    ((name, user_id, width, rows),) = recorded(url, "name, user_id, ef_search, rows_at_build")
    assert (made.built, user_id, width, rows) == ((name,), large, WIDTHS[0], MESSAGES)
    assert small != large
    assert built_indexes(url) == {name}
    assert ask(url, "select pg_get_expr(indpred, indrelid) from pg_index where indexrelid = %s::regclass", name) == [
        (f"((user_id = '{large}'::uuid) AND (model_id = {model}))",)
    ]
    assert made.recall[large] >= LIMITS.recall
    assert maintain(url, model) == Maintained(), "what is there stays"


def test_where_an_index_finds_too_little_there_is_none_until_the_messages_have_doubled(url: str, model: int) -> None:
    speaker = put_speaker(url, model, MESSAGES)

    made = maintain(url, model, IMPOSSIBLE)

    assert (len(made.built), made.dropped) == (1, 1)
    assert recorded(url, "ef_search") == [(None,)]
    assert built_indexes(url) == set()
    assert maintain(url, model, IMPOSSIBLE) == Maintained()
    grow(url, model, speaker, MESSAGES)
    assert maintain(url, model).built == built_indexes_named(url)
    assert recorded(url, "ef_search") == [(WIDTHS[0],)]


def built_indexes_named(url: str) -> tuple[str, ...]:
    return tuple(sorted(built_indexes(url)))


def test_an_index_goes_when_most_messages_are_gone(url: str, model: int) -> None:
    speaker = put_speaker(url, model, MESSAGES)
    maintain(url, model)
    execute(
        url,
        "delete from chat_message_cache where id in (select id from chat_message_cache where user_id = %s limit 1100)",
        speaker,
    )

    assert maintain(url, model).dropped == 1

    assert (recorded(url), built_indexes(url)) == ([], set())


def test_an_index_goes_with_its_user(url: str, model: int) -> None:
    speaker = put_speaker(url, model, MESSAGES)
    maintain(url, model)
    execute(url, "delete from auth.users where id = %s", speaker)

    maintain(url, model)

    assert (recorded(url), built_indexes(url)) == ([], set())


def test_an_index_goes_with_its_generation(url: str, model: int) -> None:
    put_speaker(url, model, MESSAGES)
    maintain(url, model)
    with psycopg.connect(url) as connection:
        make_generation(connection)
        connection.execute("update embedding_models set retired_at = now() where id = %s", (model,))

    maintain(url, model + 1)

    assert (recorded(url), built_indexes(url)) == ([], set())


@pytest.mark.parametrize(("thresholds", "added", "checked"), [
    (LIMITS, 100, False),
    (LIMITS, 400, True),
    (Thresholds(build=1_500, drop=600, check_seconds=0.0), 0, True),
])  # fmt: skip
def test_recall_is_compared_with_exact_results_again(
    url: str, model: int, thresholds: Thresholds, added: int, checked: bool
) -> None:
    speaker = put_speaker(url, model, MESSAGES)
    maintain(url, model)
    execute(url, "update chat_ann_indexes set recall = 0")
    grow(url, model, speaker, added)

    made = maintain(url, model, thresholds)

    ((recall, rows),) = recorded(url, "recall::float8, rows_at_check")
    assert made.built == ()
    assert (recall >= LIMITS.recall, rows) == ((True, MESSAGES + added) if checked else (False, MESSAGES))


def test_an_index_that_finds_too_little_by_now_goes(url: str, model: int) -> None:
    put_speaker(url, model, MESSAGES)
    maintain(url, model)

    made = maintain(url, model, Thresholds(build=1_500, drop=600, recall=1.1, check_seconds=0.0))

    assert made.dropped == 1
    assert (recorded(url, "ef_search"), built_indexes(url)) == ([(None,)], set())


def test_what_a_build_that_was_cut_short_left_goes(url: str, model: int, monkeypatch: pytest.MonkeyPatch) -> None:
    put_speaker(url, model, MESSAGES)

    def fail(*_: object) -> None:
        raise RuntimeError("the worker was killed here")

    monkeypatch.setattr("indexer.approximate_chats._calibrate", fail)
    with pytest.raises(RuntimeError):
        maintain(url, model)
    assert (recorded(url), len(built_indexes(url))) == ([], 1)
    monkeypatch.undo()

    assert maintain(url, model).dropped == 1
    assert built_indexes(url) == {recorded(url)[0][0]}


def test_one_worker_at_a_time_makes_indexes(url: str, model: int) -> None:
    put_speaker(url, model, MESSAGES)

    with approximate.maintaining(url):
        assert maintain(url, model) == Maintained()
    assert len(maintain(url, model).built) == 1


@pytest.mark.parametrize(("rows", "dimensions", "least"), [(30_000, 256, 90), (1_000_000, 384, 1_100)])
def test_there_is_room_for_the_whole_graph(rows: int, dimensions: int, least: int) -> None:
    assert least <= approximate_chats.graph_megabytes(rows, dimensions) <= 2 * least


def test_what_is_said_again_and_again_does_not_speak_against_an_index(url: str, model: int) -> None:
    with psycopg.connect(url) as connection:
        register_vector(connection)
        speaker = make_speaker(connection)
        said = topic_vectors(40, seed=3)
        add_messages_at(connection, model, speaker, [said[number % len(said)] for number in range(MESSAGES)])

    made = maintain(url, model)

    assert made.recall == {speaker: 1.0}
