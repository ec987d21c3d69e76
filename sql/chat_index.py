"""What the worker asks about chat messages, one function a query; all of them run under the service role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from sql.database import Connection
from sql.loading import query

# The first number of the advisory locks on messages; the generation's id is added. Files have another.
LOCK_CLASS = 0x0C0D8000
COPY_TYPES = ["uuid", "int2", "int2", "uuid", "int4", "int4", "halfvec"]


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A stale message: its text, or both ends of a long one, and the hash that the index will carry once it holds it.

    `tail` continues `head` where `characters` is their length together; else the middle was left out.
    """

    id: UUID
    user_id: UUID
    is_output: bool
    title: str | None
    head: str
    tail: str
    characters: int
    wanted_hash: bytes


@dataclass(frozen=True, slots=True)
class PartRow:
    """A row of chat_embeddings: characters `start_at` to `end_at` of a message, and their unit vector."""

    message_id: UUID
    part: int
    user_id: UUID
    start_at: int
    end_at: int
    embedding: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class IndexedMessage:
    message_id: UUID
    wanted_hash: bytes
    parts: int
    unread: int
    masked: int


@dataclass(frozen=True, slots=True)
class FailedMessage:
    message_id: UUID
    wanted_hash: bytes
    error: str


def claim_messages(connection: Connection, model_id: int, most: int) -> list[UUID]:
    # Other workers' messages are passed over; looking past a few batches of theirs finds free ones.
    parameters = {"model_id": model_id, "most": most, "look": most * 4 + 1000, "lock_class": LOCK_CLASS}
    return [row[0] for row in connection.execute(query("chat_index/claim_messages"), parameters).fetchall()]


def release_messages(connection: Connection, model_id: int, message_ids: Sequence[UUID]) -> None:
    parameters = {"model_id": model_id, "message_ids": list(message_ids), "lock_class": LOCK_CLASS}
    connection.execute(query("chat_index/release_messages"), parameters)


def read_claimed_messages(
    connection: Connection, model_id: int, message_ids: Sequence[UUID], most_characters: int
) -> list[ClaimedMessage]:
    """Those still stale, each with at most so many characters from either end."""
    parameters = {"model_id": model_id, "message_ids": list(message_ids), "most_characters": most_characters}
    rows = connection.execute(query("chat_index/read_claimed_messages"), parameters).fetchall()
    return [ClaimedMessage(*row) for row in rows]


def lock_messages(connection: Connection, model_id: int, read: Sequence[tuple[UUID, bytes]]) -> set[UUID]:
    parameters = {
        "model_id": model_id,
        "message_ids": [message_id for message_id, _ in read],
        "wanted_hashes": [wanted_hash for _, wanted_hash in read],
    }
    return {row[0] for row in connection.execute(query("chat_index/lock_messages"), parameters).fetchall()}


def replace_parts(
    connection: Connection, model_id: int, done: Sequence[IndexedMessage], rows: Sequence[PartRow]
) -> None:
    """Put the messages' parts in the place of those that were there, and say that they are indexed."""
    if not done:
        return
    ids = [message.message_id for message in done]
    connection.execute(query("chat_index/delete_parts"), {"model_id": model_id, "message_ids": ids})
    with connection.cursor() as cursor, cursor.copy(query("chat_index/copy_parts")) as copy:
        copy.set_types(COPY_TYPES)
        for row in rows:
            copy.write_row(_copied(model_id, row))
    parameters = {
        "model_id": model_id,
        "message_ids": ids,
        "wanted_hashes": [message.wanted_hash for message in done],
        "parts": [message.parts for message in done],
        "unread": [message.unread for message in done],
        "masked": [message.masked for message in done],
    }
    connection.execute(query("chat_index/mark_messages_indexed"), parameters)


def mark_messages_failed(connection: Connection, model_id: int, failed: Sequence[FailedMessage]) -> None:
    parameters = {
        "model_id": model_id,
        "message_ids": [message.message_id for message in failed],
        "wanted_hashes": [message.wanted_hash for message in failed],
        "errors": [message.error for message in failed],
    }
    connection.execute(query("chat_index/mark_messages_failed"), parameters)


def add_missing_message_states(connection: Connection, model_id: int) -> int:
    return connection.execute(query("chat_index/add_missing_message_states"), {"model_id": model_id}).rowcount


def count_messages_never_indexed(connection: Connection, model_id: int) -> int:
    row = connection.execute(query("chat_index/count_messages_never_indexed"), {"model_id": model_id}).fetchone()
    return int(row[0]) if row else 0


def seconds_to_next_message_retry(connection: Connection, model_id: int) -> float | None:
    row = connection.execute(query("chat_index/next_message_retry"), {"model_id": model_id}).fetchone()
    return None if row is None or row[0] is None else float(row[0])


def delete_retired_messages(connection: Connection, most: int) -> int:
    """Take away a part of what retired generations left; 0 when nothing is left."""
    for part in ("states", "parts"):
        deleted = connection.execute(query(f"chat_index/delete_retired_{part}"), {"most": most}).rowcount
        if deleted:
            return deleted
    return 0


def _copied(model_id: int, row: PartRow) -> tuple[Any, ...]:
    vector = HalfVector(row.embedding)
    return (row.message_id, model_id, row.part, row.user_id, row.start_at, row.end_at, vector)
