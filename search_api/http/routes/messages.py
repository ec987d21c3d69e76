"""Routes for a project's messages: read them in order, save one at its place, remove it from there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field, StrictInt

from models.rows import MessageRoleEnum
from search_api.http.documentation import problems
from search_api.http.etags import CHANGED, READ, IfMatch, IfMatchOrNew, IfNoneMatch, send
from search_api.http.service import ProjectMaker, ProjectReader, ProjectWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import LARGEST_INT, MOST_PAGE, WHOLE, StorableJson, Strict
from sql.messages import Message, NewMessage, delete_message, list_messages, read_message, save_message

router = APIRouter(prefix="/v1/projects/{project_id:uuid}/messages", tags=["projects"], route_class=StrictRoute)

Number = Annotated[int, Path(ge=0, le=LARGEST_INT)]


class MessagesQuery(Strict):
    """Which messages; `after` is the `next` of the page before."""

    after: int | None = Field(None, ge=0, le=LARGEST_INT, description="`next` of the page before.")
    limit: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)


class SavedMessage(Strict):
    """A message, at its place in the conversation."""

    sequence_number: Annotated[StrictInt, Field(ge=0, le=LARGEST_INT), WHOLE] = Field(
        description="Its place; what was there is replaced.", examples=[0]
    )
    role: MessageRoleEnum
    content: StorableJson = Field(description="Any JSON.", examples=[[{"type": "text", "text": "A cart, please."}]])
    object_data: StorableJson = Field(None, description="Any JSON; null for none.")
    result_data: StorableJson = Field(None, description="Any JSON; null for none.")


class MessageReply(BaseModel):
    """A message as it is stored."""

    id: UUID
    sequence_number: int
    role: MessageRoleEnum
    content: StorableJson
    object_data: StorableJson
    result_data: StorableJson
    created_at: datetime | None


class MessagesReply(BaseModel):
    """A page of messages in their order; `next` is null on the last one."""

    messages: list[MessageReply]
    next: int | None


@router.get("", responses=problems(404))
def get_messages(
    project_id: UUID, caller: ProjectReader, database: TheDatabase, query: Annotated[MessagesQuery, Query()]
) -> MessagesReply:
    """Read a project's messages in the order of their numbers."""
    with database.acting_as(caller) as connection:
        found = list_messages(connection, project_id, after=query.after, most=query.limit + 1)
    page = [_render(message) for message in found[: query.limit]]
    return MessagesReply(messages=page, next=page[-1].sequence_number if len(found) > query.limit else None)


@router.put("", response_model=MessageReply, responses=problems(400, 404, 412, 413) | CHANGED)
def put_message(
    project_id: UUID, caller: ProjectMaker, database: TheDatabase, expected: IfMatchOrNew, message: SavedMessage
) -> Response:
    """Save a message of one of the caller's own projects, in place of the one of this number."""
    new = NewMessage(message.sequence_number, message.role, message.content, message.object_data, message.result_data)

    def expect(there: Message | None) -> None:
        expected.refuse_other(None if there is None else _render(there))

    with database.acting_as(caller) as connection:
        return send(_render(save_message(connection, project_id, new, expect)))


@router.get("/{sequence_number}", response_model=MessageReply, responses=problems(404) | READ)
def get_message(
    project_id: UUID, sequence_number: Number, caller: ProjectReader, database: TheDatabase, known: IfNoneMatch
) -> Response:
    """Read the message of this number."""
    with database.acting_as(caller) as connection:
        return known.send(_render(read_message(connection, project_id, sequence_number)))


@router.delete("/{sequence_number}", status_code=204, responses=problems(404, 412))
def remove_message(
    project_id: UUID, sequence_number: Number, caller: ProjectWriter, database: TheDatabase, expected: IfMatch
) -> None:
    """Remove the message of this number: the project's owner may, and owners and admins of its team."""
    with database.acting_as(caller) as connection:
        delete_message(connection, project_id, sequence_number, expected.of(MessageReply))


def _render(message: Message) -> MessageReply:
    return MessageReply.model_validate(message, from_attributes=True)
