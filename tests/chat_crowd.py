"""Users with many messages whose vectors lie in clusters, as those of real ones do."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import HalfVector
from pgvector.psycopg import register_vector

from sql.chat_index import COPY_TYPES
from sql.database import Connection
from sql.loading import query
from tests.tenants import topic_vectors

START = datetime(2026, 1, 1, tzinfo=UTC)
ROLES = ("user", "assistant")
# One message in so many is in the tagged session.
TAGGED = 50


def make_speaker(connection: Connection) -> UUID:
    user_id = uuid.uuid4()
    connection.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, f"{user_id}@example.org"))
    return user_id


def add_messages(connection: Connection, model_id: int, user_id: UUID, count: int, seed: int = 1) -> list[UUID]:
    """So many messages more, a minute apart, embedded; each holds the word 'common' and one of 100. Their ids."""
    return add_messages_at(connection, model_id, user_id, topic_vectors(count, seed))


def add_messages_at(
    connection: Connection, model_id: int, user_id: UUID, vectors: NDArray[np.float32] | Sequence[NDArray[np.float32]]
) -> list[UUID]:
    plain, tagged = uuid.uuid4(), uuid.uuid4()
    for session in (plain, tagged):
        connection.execute(
            "insert into chat_sessions (id, session_id, user_id) values (%s, %s, %s)", (session, str(session), user_id)
        )
    connection.execute("insert into chat_session_tags (session_id, tag) values (%s, 't')", (tagged,))
    ids = [uuid.uuid4() for _ in vectors]
    with connection.cursor().copy(
        "copy chat_message_cache (id, session_id, message_id, role, content, created_at) from stdin"
    ) as copy:
        for place, message_id in enumerate(ids):
            session = plain if place % TAGGED else tagged
            said = f"common some{place % 100}"
            copy.write_row((message_id, session, str(place), ROLES[place % 2], said, START + timedelta(minutes=place)))
    with connection.cursor().copy(query("chat_index/copy_parts")) as copy:
        copy.set_types(COPY_TYPES)
        for message_id, vector in zip(ids, vectors, strict=True):
            copy.write_row((message_id, model_id, 0, user_id, 0, 6, HalfVector(vector)))
    return ids


def put_speaker(url: str, model_id: int, count: int, seed: int = 1) -> UUID:
    """A new user with so many messages, committed and analysed."""
    with psycopg.connect(url) as connection:
        register_vector(connection)
        user_id = make_speaker(connection)
        add_messages(connection, model_id, user_id, count, seed)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze chat_message_cache, chat_embeddings")
    return user_id
