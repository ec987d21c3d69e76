"""A project's messages: those of a page, and one that is saved at its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from models.rows import Json, MessageRoleEnum
from sql.database import Connection
from sql.loading import query
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


def save_message(connection: Connection, project_id: UUID, message: NewMessage) -> Message:
    """The message as it is stored.

    Raises NotFoundError for a project the caller cannot see, ForbiddenError for one that is not the caller's own.
    """
    # Before anything is written: to a stranger, a refusal would tell that the project exists.
    refuse_unknown_project(
        project_id, connection.execute(query("search/project_is_visible"), {"project_id": project_id})
    )
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
