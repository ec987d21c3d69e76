"""A project's messages: those of a page, one, and one that is saved at its place or removed from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from models.errors import NotFoundError
from models.rows import Json, MessageRoleEnum
from sql.database import Connection
from sql.loading import query
from sql.projects import lock_project
from sql.search import refuse_unknown_project


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What is saved; `object_data` and `result_data` may be None for nothing."""

    sequence_number: int
    role: MessageRoleEnum
    content: Json
    object_data: Json
    result_data: Json


@dataclass(frozen=True, slots=True)
class Message:
    id: UUID
    sequence_number: int
    role: MessageRoleEnum
    content: Json
    object_data: Json
    result_data: Json
    created_at: datetime | None


def list_messages(connection: Connection, project_id: UUID, *, after: int | None, most: int) -> Sequence[Message]:
    """Messages with greater numbers than `after`. Raises NotFoundError for a project the caller cannot see."""
    parameters = {"project_id": project_id, "after": after, "most": most}
    visible = connection.execute(query("search/project_is_visible"), parameters)
    found = connection.execute(query("messages/list_messages"), parameters)
    refuse_unknown_project(project_id, visible)
    return [Message(*row) for row in found.fetchall()]


def read_message(connection: Connection, project_id: UUID, sequence_number: int) -> Message:
    """Raises NotFoundError for a project the caller cannot see, and where there is no message."""
    found = list_messages(connection, project_id, after=sequence_number - 1, most=1)
    if not found or found[0].sequence_number != sequence_number:
        raise NotFoundError("There is no such message.")
    return found[0]


def delete_message(
    connection: Connection, project_id: UUID, sequence_number: int, expect: Callable[[Message], None]
) -> None:
    """Raises as `read_message` does, and ForbiddenError for a project that the caller may only read."""
    lock_project(connection, project_id)
    expect(read_message(connection, project_id, sequence_number))
    connection.execute(query("messages/delete_message"), {"project_id": project_id, "sequence_number": sequence_number})


def save_message(
    connection: Connection, project_id: UUID, message: NewMessage, expect: Callable[[Message | None], None]
) -> Message:
    """The message as it is stored, if `expect` lets what is there, or None, be replaced.

    Raises NotFoundError for a project the caller cannot see, ForbiddenError for one that is not the caller's own.
    """
    # Before anything is written: to a stranger, a refusal would tell that the project exists.
    refuse_unknown_project(
        project_id, connection.execute(query("search/project_is_visible"), {"project_id": project_id})
    )
    # The lock that the function takes too: of two who saw the same message one comes first.
    connection.execute(query("projects/lock_project"), {"project_id": project_id})
    before = list_messages(connection, project_id, after=message.sequence_number - 1, most=1)
    there = [each for each in before if each.sequence_number == message.sequence_number]
    expect(there[0] if there else None)
    connection.execute(
        query("messages/save_message"),
        {
            "project_id": project_id,
            "role": message.role,
            "content": Jsonb(message.content),
            "object_data": None if message.object_data is None else Jsonb(message.object_data),
            "result_data": None if message.result_data is None else Jsonb(message.result_data),
            "sequence_number": message.sequence_number,
        },
    )
    parameters = {"project_id": project_id, "after": message.sequence_number - 1, "most": 1}
    row = connection.execute(query("messages/list_messages"), parameters).fetchone()
    if row is None:
        raise RuntimeError("a saved message is not there")
    return Message(*row)
