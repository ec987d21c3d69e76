"""Where messages are many a search by meaning answers as the exact pass does, through the caller's own index alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from pgvector.psycopg import register_vector

from indexer.approximate import Thresholds
from indexer.approximate_chats import maintain_chat_indexes
from models.caller import ANON, user
from sql.chat import ChatCandidate, ChatCandidateQuery, ChatFilters, ChatVector, find_chat_candidates
from sql.database import Connection
from tests.chat_crowd import START, add_messages, add_messages_at, make_speaker
from tests.conftest import become, refusal
from tests.plans import index_conditions
from tests.tenants import DIMENSIONS, make_generation, topic_vectors

LARGE, SMALL, MANY = 4_000, 500, 12
NEAREST = 10
# What a search asks for in the service.
MOST = 200
FORGET = "delete from chat_ann_indexes"


@dataclass(frozen=True)
class Crowd:
    """One user with an index, another with as many messages and none, and many small ones; two generations."""

    url: str
    model: int
    large: UUID
    unindexed: UUID

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        """What is changed there does not stay."""
        with psycopg.connect(self.url) as connection:
            register_vector(connection)
            yield connection
            connection.rollback()


@pytest.fixture(scope="module")
def crowd(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[Crowd]:
    with clone() as url:
        with psycopg.connect(url) as connection:
            register_vector(connection)
            older, model = make_generation(connection, active=False), make_generation(connection)
            large, unindexed = make_speaker(connection), make_speaker(connection)
            add_messages(connection, model, large, LARGE)
            for number in range(MANY):
                add_messages(connection, model, make_speaker(connection), SMALL, seed=number)
            add_messages(connection, older, large, SMALL, seed=9)
        maintain_chat_indexes(url, model_id=model, dimensions=DIMENSIONS, thresholds=Thresholds(build=LARGE, drop=0))
        with psycopg.connect(url) as connection:
            register_vector(connection)
            add_messages(connection, model, unindexed, LARGE)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        yield Crowd(url, model, large, unindexed)


def search(
    connection: Connection,
    crowd: Crowd,
    vector: NDArray[np.float32],
    *,
    whose: UUID | None = None,
    filters: ChatFilters | None = None,
    without: str | None = None,
    most: int = MOST,
) -> list[ChatCandidate]:
    text = "[" + ",".join(map(str, vector.tolist())) + "]"
    wanted = ChatCandidateQuery(
        groups=(),
        literal=None,
        any_words=None,
        similar=None,
        without=None,
        widen_known=False,
        enough=1,
        filters=filters or ChatFilters(),
        newest=False,
        most=most,
        meaning=ChatVector(crowd.model, text, without),
    )
    become(connection, user(whose or crowd.large))
    try:
        return find_chat_candidates(connection, wanted).candidates
    finally:
        become(connection, None)


def best(found: list[ChatCandidate], most: int = NEAREST) -> list[UUID]:
    scores: dict[UUID, float] = {}
    for each in found:
        scores[each.id] = max(each.score, scores.get(each.id, -2.0))
    return sorted(scores, key=lambda message_id: (-scores[message_id], message_id))[:most]


def asked(count: int = 20) -> NDArray[np.float32]:
    return topic_vectors(count, seed=20_261_129)


@pytest.mark.parametrize(
    ("filters", "without"),
    [
        (ChatFilters(), None),
        (ChatFilters(role="assistant"), None),
        (ChatFilters(tags=("t",)), None),
        (ChatFilters(after=START + timedelta(minutes=LARGE - 100)), None),
        (ChatFilters(after=START + timedelta(minutes=LARGE - 1_000), role="user"), None),
        (ChatFilters(before=START + timedelta(minutes=30)), None),
        (ChatFilters(without_output=True), None),
        (ChatFilters(model="unheard"), None),
        (ChatFilters(), "some1 or some3"),
        (ChatFilters(), "common"),
    ],
)
def test_the_nearest_are_those_of_the_exact_pass(crowd: Crowd, filters: ChatFilters, without: str | None) -> None:
    hits = total = 0
    with crowd.connect() as connection:
        found = [search(connection, crowd, vector, filters=filters, without=without) for vector in asked()]
        connection.execute(FORGET)
        exact = [search(connection, crowd, vector, filters=filters, without=without) for vector in asked()]
    for near, true in zip(found, exact, strict=True):
        assert len(best(near, MOST)) == len(best(true, MOST)), "an index must not leave a search with less"
        hits += len(set(best(near)) & set(best(true)))
        total += len(best(true))
    nothing = filters.model is not None or without == "common"
    assert (total == 0) == nothing
    assert hits >= 0.98 * total


def test_a_session_is_searched_alone(crowd: Crowd) -> None:
    with crowd.connect() as connection:
        row = connection.execute(
            "select message.session_id from chat_message_cache as message"
            " join chat_session_tags as label on label.session_id = message.session_id"
            " join chat_embeddings as part on part.message_id = message.id"
            " where message.user_id = %s and part.model_id = %s limit 1",
            (crowd.large, crowd.model),
        ).fetchone()
        assert row is not None
        found = search(connection, crowd, asked()[0], filters=ChatFilters(session_id=row[0]))
        sessions = connection.execute(
            "select distinct session_id from chat_message_cache where id = any (%s)", ([each.id for each in found],)
        ).fetchall()
    assert sessions == [row]
    assert len(found) == LARGE // 50


def test_a_message_is_found_as_soon_as_it_is_embedded_and_no_longer_once_it_is_gone(crowd: Crowd) -> None:
    vector = asked()[0]
    with crowd.connect() as connection:
        (new,) = add_messages_at(connection, crowd.model, crowd.large, [vector])
        assert best(search(connection, crowd, vector))[0] == new
        connection.execute("delete from chat_message_cache where id = %s", (new,))
        assert new not in best(search(connection, crowd, vector), MOST)


def test_what_is_gone_leaves_room_for_what_is_there(crowd: Crowd) -> None:
    vector = asked()[0]
    with crowd.connect() as connection:
        gone = best(search(connection, crowd, vector), MOST)
        connection.execute("delete from chat_message_cache where id = any (%s)", (gone,))
        left = best(search(connection, crowd, vector), MOST)
    assert len(left) == MOST
    assert not set(left) & set(gone)


def test_messages_of_a_deleted_session_are_not_found(crowd: Crowd) -> None:
    with crowd.connect() as connection:
        connection.execute("update chat_sessions set status = 'deleted' where user_id = %s", (crowd.large,))
        assert search(connection, crowd, asked()[0]) == []


@pytest.mark.parametrize("filters", [ChatFilters(), ChatFilters(role="user")])
def test_nobody_finds_the_messages_of_another(crowd: Crowd, filters: ChatFilters) -> None:
    with crowd.connect() as connection:
        for whose in (crowd.large, crowd.unindexed):
            found = search(connection, crowd, asked()[0], whose=whose, filters=filters)
            owners = connection.execute(
                "select distinct user_id from chat_message_cache where id = any (%s)", ([each.id for each in found],)
            ).fetchall()
            assert owners == [(whose,)]


@pytest.mark.parametrize("caller", [ANON, user(UUID(int=1))])
def test_nobody_reads_which_users_have_indexes(crowd: Crowd, caller: Any) -> None:
    with crowd.connect() as connection:
        assert refusal(connection, caller, "select name from chat_ann_indexes") == "42501"


@pytest.mark.parametrize("filters", [ChatFilters(), ChatFilters(role="user")])
def test_the_users_own_index_is_asked_and_no_other(crowd: Crowd, filters: ChatFilters) -> None:
    own = f"chat_ann_{crowd.model}_{crowd.large.hex[:12]}"
    asked_indexes = {}
    for whose in (crowd.large, crowd.unindexed):
        with crowd.connect() as connection:
            conditions = index_conditions(
                connection,
                lambda whose=whose: search(connection, crowd, asked()[0], whose=whose, filters=filters),  # type: ignore[misc]  # binds the loop's value
            )
        asked_indexes[whose] = {name for name, _ in conditions}
    assert any(name.startswith(own) for name in asked_indexes[crowd.large])
    assert "chat_embeddings_scope" not in asked_indexes[crowd.large]
    assert "chat_embeddings_scope" in asked_indexes[crowd.unindexed]
    assert not any(name.startswith(("chat_ann_1", "chat_ann_2")) for name in asked_indexes[crowd.unindexed])


def test_an_index_that_is_no_longer_there_takes_nothing_from_the_answer(crowd: Crowd) -> None:
    vector = asked()[0]
    with crowd.connect() as connection:
        ((name,),) = connection.execute("select name from chat_ann_indexes").fetchall()
        before = search(connection, crowd, vector)
        connection.execute(f"drop index public.{name}".encode())
        after = search(connection, crowd, vector)
    assert best(after) == best(before)
