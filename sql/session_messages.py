"""What was said in the caller's chat sessions: a page of it, one message, one more, many more, and what is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from models.errors import NotFoundError
from sql.changes import given
from sql.chat_imports import MessageKind
from sql.database import Connection
from sql.loading import query
from sql.sessions import ChatRole, lock_session, parameters_of, read_session

CHANGEABLE = ("content", "token_count")
# Before every message; as text, since no datetime is that early.
BEGINNING = ("-infinity", UUID(int=0))


@dataclass(frozen=True, slots=True)
class NewSessionMessage:
    """What is said; without a `message_id` it gets one."""

    message_id: str | None
    role: ChatRole
    kind: MessageKind
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
    kind: MessageKind
    content: str
    model: str | None
    template: str | None
    token_count: int | None
    execution_time_ms: int | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class AddedMessage:
    id: UUID
    message_id: str


def list_session_messages(
    connection: Connection, session_id: UUID, *, after: tuple[datetime | None, UUID] | None, most: int
) -> Sequence[SessionMessage]:
    """Messages in the order they were said; `after` is the moment and the id of the last one.

    Raises NotFoundError for a session the caller cannot see.
    """
    read_session(connection, session_id)
    moment, last_id = after or BEGINNING
    parameters = {"session_id": session_id, "moment": moment, "last_id": last_id, "most": most}
    rows = connection.execute(query("sessions/list_session_messages"), parameters).fetchall()
    return [SessionMessage(*row) for row in rows]


def list_earlier_messages(
    connection: Connection, session_id: UUID, *, before: tuple[datetime | None, UUID], most: int
) -> Sequence[SessionMessage]:
    """The nearest messages before the moment and the id of one, in the order they were said.

    Raises NotFoundError for a session the caller cannot see.
    """
    read_session(connection, session_id)
    moment, first_id = before
    parameters = {"session_id": session_id, "moment": moment, "first_id": first_id, "most": most}
    rows = connection.execute(query("sessions/list_earlier_messages"), parameters).fetchall()
    return [SessionMessage(*row) for row in reversed(rows)]


def read_message(connection: Connection, session_id: UUID, row_id: UUID) -> SessionMessage:
    """Raises NotFoundError for a session the caller cannot see, and for a message that is not the caller's."""
    read_session(connection, session_id)
    row = connection.execute(query("sessions/read_message"), {"session_id": session_id, "id": row_id}).fetchone()
    if row is None:
        raise NotFoundError("There is no such message.")
    return SessionMessage(*row)


def say_message(connection: Connection, session_id: UUID, message: NewSessionMessage) -> SessionMessage:
    """Raises NotFoundError for a session the caller cannot see, ForbiddenError for one that is not the caller's own."""
    # Before anything is written: to a stranger, a refusal would tell that the session exists.
    read_session(connection, session_id)
    parameters = {"session_id": session_id, **parameters_of(message)}
    row = connection.execute(query("sessions/say_message"), parameters).fetchone()
    if row is None:
        raise RuntimeError("an insert returned no row")
    return SessionMessage(*row)


def add_messages(
    connection: Connection, session_id: UUID, messages: Sequence[Mapping[str, object]]
) -> Sequence[AddedMessage]:
    """Those that were added, in order; a message whose `message_id` the session has already is left as it is.

    Each has the fields of NewSessionMessage, and `created_at` as text or None for now. Raises as `lock_session` does,
    and ForbiddenError for a session that is not the caller's own.
    """
    # One batch after the other: the second sees which ids the first has brought.
    lock_session(connection, session_id)
    parameters = {"session_id": session_id, "messages": Jsonb(list(messages))}
    rows = connection.execute(query("sessions/add_messages"), parameters).fetchall()
    return [AddedMessage(*row) for row in rows]


def change_message(
    connection: Connection,
    session_id: UUID,
    row_id: UUID,
    values: Mapping[str, object],
    expect: Callable[[SessionMessage], None],
) -> SessionMessage:
    """The message with these columns changed, if `expect` lets it be.

    Raises as `read_message` and `lock_session` do.
    """
    lock_session(connection, session_id)
    expect(read_message(connection, session_id, row_id))
    if values:
        parameters = {"session_id": session_id, "id": row_id, **given(CHANGEABLE, values)}
        connection.execute(query("sessions/change_message"), parameters)
    return read_message(connection, session_id, row_id)


def delete_message(
    connection: Connection, session_id: UUID, row_id: UUID, expect: Callable[[SessionMessage], None]
) -> None:
    """Raises as `change_message` does."""
    lock_session(connection, session_id)
    expect(read_message(connection, session_id, row_id))
    connection.execute(query("sessions/delete_message"), {"session_id": session_id, "id": row_id})
