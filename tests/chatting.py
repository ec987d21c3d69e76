"""What the tests of chat search say and ask: sessions and messages written by plain SQL, searches as their callers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from uuid import UUID

from models.caller import user
from sql.chat import ChatCandidate, ChatCandidateQuery, ChatFilters, WordGroup, find_chat_candidates
from sql.database import Connection
from tests.conftest import become

START = datetime(2026, 1, 1, tzinfo=UTC)


def new_session(connection: Connection, user_id: UUID, title: str | None = None, *, tags: tuple[str, ...] = ()) -> UUID:
    session_id = uuid.uuid4()
    connection.execute(
        "insert into chat_sessions (id, session_id, user_id, title) values (%s, %s, %s, %s)",
        (session_id, f"key-{session_id}", user_id, title),
    )
    for tag in tags:
        connection.execute("insert into chat_session_tags (session_id, tag) values (%s, %s)", (session_id, tag))
    return session_id


def say(
    connection: Connection,
    session_id: UUID,
    content: str,
    *,
    minute: int = 0,
    role: str = "user",
    model: str | None = None,
) -> UUID:
    """Write a message as any client would; its user comes from the session."""
    row = connection.execute(
        """insert into chat_message_cache (session_id, message_id, role, content, model, created_at)
        values (%s, %s, %s, %s, %s, %s) returning id""",
        (session_id, f"m{minute}", role, content, model, START + timedelta(minutes=minute)),
    ).fetchone()
    assert row is not None
    message_id: UUID = row[0]
    return message_id


def asking(
    words: str | None = None,
    *,
    literal: str | None = None,
    any_words: tuple[str, ...] | None = None,
    similar: tuple[str, ...] | None = None,
    widen_known: bool = True,
    filters: ChatFilters | None = None,
    newest: bool = False,
    enough: int = 1,
    most: int = 50,
) -> ChatCandidateQuery:
    return ChatCandidateQuery(
        groups=() if words is None else (WordGroup(words),),
        literal=literal,
        any_words=any_words,
        similar=similar,
        without=None,
        widen_known=widen_known,
        enough=enough,
        filters=filters or ChatFilters(),
        newest=newest,
        most=most,
    )


def candidates(connection: Connection, user_id: UUID, wanted: ChatCandidateQuery) -> list[ChatCandidate]:
    """Candidates as the user, in the owner's open transaction."""
    become(connection, user(user_id))
    try:
        return find_chat_candidates(connection, wanted).candidates
    finally:
        become(connection, None)


def found(connection: Connection, user_id: UUID, wanted: ChatCandidateQuery) -> list[UUID]:
    return [candidate.id for candidate in candidates(connection, user_id, wanted)]
