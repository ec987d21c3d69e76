"""When a user's messages get an approximate index of their own, and how widely a search has to look in it.

Code has IVFFLAT; among messages HNSW finds more in less time. Of 200,000 real texts (docstrings and functions) 60 of
447 lists gave a recall@10 of 0.90 in 11 ms and 90 lists 0.92 in 16, a graph 0.995 in 6 ms, where the exact pass took
98. It takes nine times as long to build (63 s), and needs no new cut when it grows. Among texts without any
structure, words drawn by chance, neither finds enough: then no index is kept, and searches stay exact.
"""

from __future__ import annotations

import logging
import time
from uuid import UUID

from indexer.approximate import NEIGHBOURS, SAMPLED_QUERIES, Maintained, Thresholds
from sql import approximate_chats
from sql.approximate import maintaining
from sql.approximate_chats import ChatIndex, ChatUser
from sql.database import Connection

log = logging.getLogger("codingit.worker")

# Of the entries that a search keeps in view: it takes 600 parts, and pgvector allows 1,000.
WIDTHS = (600, 1000)
# The recall@10 that an index must have. It is asked by vectors between two messages that have nothing to do with each
# other, where little is near: an index that finds 0.965 of their neighbours finds 0.995 of a real question's.
WANTED = 0.95


def maintain_chat_indexes(
    owner_url: str, *, model_id: int, dimensions: int, thresholds: Thresholds | None = None
) -> Maintained:
    """Make and drop the approximate indexes of a generation's messages; nobody is kept from reading or writing.

    `owner_url` connects as the owner of the tables: nobody else may make an index.
    """
    limits = thresholds or Thresholds(recall=WANTED)
    with maintaining(owner_url) as connection:
        if connection is None:
            return Maintained()
        known = approximate_chats.known_indexes(connection, model_id)
        built: list[str] = []
        recalls: dict[UUID, float] = {}
        for user in approximate_chats.users_by_size(connection, model_id, limits.build):
            index = known.get(user.user_id)
            if index is not None and user.parts < limits.drop:
                approximate_chats.forget_index(connection, index.name)
            elif user.parts >= limits.build and _is_wanted(index, user, limits):
                index, recalls[user.user_id] = _build(connection, model_id, dimensions, user, limits)
                built.append(index.name)
            elif (
                index is not None
                and index.ef_search is not None
                and limits.wants_check(user.parts, index.rows_at_check, index.seconds_since_check)
            ):
                recalls[user.user_id] = _check(connection, model_id, dimensions, user, index, limits)
        dropped = approximate_chats.drop_unusable_indexes(connection)
    return Maintained(tuple(built), dropped, recalls)


def _is_wanted(index: ChatIndex | None, user: ChatUser, limits: Thresholds) -> bool:
    """Where an index was not good enough, others may be among many more messages."""
    return index is None or (index.ef_search is None and user.parts >= limits.growth * index.rows_at_build)


def _build(
    connection: Connection, model_id: int, dimensions: int, user: ChatUser, limits: Thresholds
) -> tuple[ChatIndex, float]:
    name = f"chat_ann_{model_id}_{user.user_id.hex[:12]}_{int(time.time() * 1000):x}"
    approximate_chats.build_index(
        connection, name=name, model_id=model_id, user_id=user.user_id, dimensions=dimensions, rows=user.parts
    )
    ef_search, recall = _calibrate(connection, model_id, dimensions, user, limits.recall)
    index = ChatIndex(name, user.user_id, ef_search, user.parts, user.parts)
    approximate_chats.record_index(connection, model_id, index, recall)
    log.info("built %s: %d parts of messages, ef_search %s, recall %.3f", name, user.parts, ef_search, recall)
    return index, recall


def _check(
    connection: Connection, model_id: int, dimensions: int, user: ChatUser, index: ChatIndex, limits: Thresholds
) -> float:
    """Compare with exact results once more: messages came and went since the index was made."""
    ef_search, recall = _calibrate(connection, model_id, dimensions, user, limits.recall)
    approximate_chats.record_check(connection, index.name, ef_search=ef_search, recall=recall, rows=user.parts)
    log.info("checked %s: %d parts of messages, ef_search %s, recall %.3f", index.name, user.parts, ef_search, recall)
    return recall


def _calibrate(
    connection: Connection, model_id: int, dimensions: int, user: ChatUser, wanted: float
) -> tuple[int | None, float]:
    """The least width at which a sample of the user's own vectors finds its true neighbours, and the recall there.

    None where no width does.
    """
    queries = approximate_chats.sample_vectors(connection, model_id, user.user_id, SAMPLED_QUERIES)
    truths = [
        approximate_chats.exact_distances(connection, model_id, user.user_id, each, NEIGHBOURS) for each in queries
    ]
    recall = 0.0
    for ef_search in WIDTHS:
        found = [
            approximate_chats.indexed_distances(
                connection,
                model_id=model_id,
                user_id=user.user_id,
                dimensions=dimensions,
                vector=each,
                ef_search=ef_search,
                most=NEIGHBOURS,
            )
            for each in queries
        ]
        hits = sum(each <= truth[-1] for truth, near in zip(truths, found, strict=True) if truth for each in near)
        recall = hits / max(1, sum(len(truth) for truth in truths))
        if recall >= wanted:
            return ef_search, recall
    return None, recall
