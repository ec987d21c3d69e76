"""The caller's chat sessions and what was said in them: pages of both, and one more of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from models.errors import NotFoundError
from sql.database import Connection
from sql.loading import query

ChatRole = Literal["user", "assistant", "system"]


@dataclass(frozen=True, slots=True)
class NewSession:
    title: str | None
    model: str | None
    template: str | None
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Session:
    id: UUID
    session_key: str
    title: str
    status: str
    model: str | None
    template: str | None
    message_count: int
    tags: Sequence[str]
    created_at: datetime | None
    last_activity: datetime | None


@dataclass(frozen=True, slots=True)
class NewSessionMessage:
    """What is said; without a `message_id` it gets one."""

    message_id: str | None
    role: ChatRole
    content: str
    model: str | None
    template: str | None
    token_count: int | None
    execution_time_ms: int | None


@dataclass(frozen=True, slots=True)
class SessionMessage:
    id: UUID
    message_id: str
    role: ChatRole
    content: str
    model: str | None
    template: str | None
    token_count: int | None
    execution_time_ms: int | None
    created_at: datetime | None


def list_sessions(
    connection: Connection, *, session_id: UUID | None = None, after: UUID | None = None, most: int
) -> Sequence[Session]:
    """The caller's sessions, the last active first; `after` is the last one of the page before."""
    parameters = {"session_id": session_id, "after": after, "most": most}
    return [Session(*row) for row in connection.execute(query("sessions/list_sessions"), parameters).fetchall()]


def create_session(connection: Connection, session: NewSession) -> Session:
    row = connection.execute(query("sessions/create_session"), _parameters(session)).fetchone()
    if row is None:
        raise RuntimeError("an insert returned no row")
    tags = list(dict.fromkeys(session.tags))
    connection.execute(query("sessions/tag_session"), {"session_id": row[0], "tags": tags})
    return list_sessions(connection, session_id=row[0], most=1)[0]


def list_session_messages(
    connection: Connection, session_id: UUID, *, after: UUID | None, most: int
) -> Sequence[SessionMessage]:
    """Messages in the order they were said. Raises NotFoundError for a session the caller cannot see."""
    parameters = {"session_id": session_id, "after": after, "most": most}
    _refuse_unknown_session(connection, session_id)
    rows = connection.execute(query("sessions/list_session_messages"), parameters).fetchall()
    return [SessionMessage(*row) for row in rows]


def say_message(connection: Connection, session_id: UUID, message: NewSessionMessage) -> SessionMessage:
    """Raises NotFoundError for a session the caller cannot see, ForbiddenError for one that is not the caller's own."""
    # Before anything is written: to a stranger, a refusal would tell that the session exists.
    _refuse_unknown_session(connection, session_id)
    row = connection.execute(
        query("sessions/say_message"), {"session_id": session_id, **_parameters(message)}
    ).fetchone()
    if row is None:
        raise RuntimeError("an insert returned no row")
    return SessionMessage(*row)


def _parameters(new: NewSession | NewSessionMessage) -> dict[str, object]:
    return {field.name: getattr(new, field.name) for field in dataclasses.fields(new)}


def _refuse_unknown_session(connection: Connection, session_id: UUID) -> None:
    visible = connection.execute(query("chat/session_is_visible"), {"session_id": session_id})
    if visible.fetchone() != (True,):
        raise NotFoundError("There is no such session.")
