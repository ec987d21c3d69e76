"""Routes for what was said in chat sessions: read it, say one thing or many, change and remove one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StrictInt, TypeAdapter, model_validator

from search_api.http.documentation import problems
from search_api.http.etags import CHANGED, READ, IfMatch, IfNoneMatch, send
from search_api.http.once import CREATED, TheOnce
from search_api.http.pages import Cursor, Paged, StoredMoment, read_cursor, write_cursor
from search_api.http.routes.chat import Name
from search_api.http.service import ChatReader, ChatWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import (
    LARGEST_FILE_CHARS,
    LARGEST_INT,
    MOST_PAGE,
    STORABLE,
    WHOLE,
    Moment,
    Strict,
    left_out,
    refuse_repeated,
)
from search_api.session_pages import Place, SessionPage, read_after, read_around, read_before
from sql import session_messages as sql_messages
from sql.chat_imports import MessageKind
from sql.database import Connection
from sql.session_messages import NewSessionMessage, SessionMessage
from sql.sessions import ChatRole

router = APIRouter(prefix="/v1/chat/sessions/{session_id:uuid}/messages", tags=["chat"], route_class=StrictRoute)

PLACE: TypeAdapter[Place] = TypeAdapter(tuple[StoredMoment | None, UUID])

Count = Annotated[StrictInt, Field(ge=0, le=LARGEST_INT), WHOLE]
Text = Annotated[str, Field(min_length=1, max_length=LARGEST_FILE_CHARS), STORABLE]


class SaidMessage(Strict):
    """A message to be said now."""

    role: ChatRole
    kind: MessageKind = Field("message", description="`tool` for what tools were asked and answered.")
    content: Text
    message_id: Name | None = Field(None, description="The caller's own id of it; one is made without.")
    model: Name | None = None
    template: Name | None = None
    token_count: Count | None = None
    execution_time_ms: Count | None = None


class SessionMessageReply(BaseModel):
    """A message as it is stored."""

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


class SessionMessagesReply(BaseModel):
    """A page of messages in the order they were said."""

    messages: list[SessionMessageReply]
    previous: str | None = Field(description="For `before`; null on the page with the first message.")
    next: str | None = Field(description="For `after`; null on the page with the last message.")


class SessionPart(Paged):
    """Which page: the first, the one after or before another, or that of a message."""

    before: Cursor | None = Field(None, description="`previous` of the page after.")
    around: UUID | None = Field(
        None, description="The id of a message, which comes with what was said before and after it."
    )

    @model_validator(mode="after")
    def _refuse_two_places(self) -> Self:
        if sum(each is not None for each in (self.after, self.before, self.around)) > 1:
            raise ValueError("only one of after, before and around says where a page begins")
        return self

    def read(self, connection: Connection, session_id: UUID) -> SessionPage:
        if self.around is not None:
            return read_around(connection, session_id, self.around, self.limit)
        if self.before is not None:
            place = read_cursor("before", self.before, PLACE)
            return read_before(connection, session_id, place, self.limit)
        return read_after(connection, session_id, self.place(PLACE), self.limit)


class PastMessage(SaidMessage):
    """A message that was said now or before."""

    created_at: Moment | None = Field(None, description="With a time zone; null for now.")


class MessageBatch(Strict):
    """Messages in the order in which they were said."""

    messages: list[PastMessage] = Field(min_length=1, max_length=MOST_PAGE)

    @model_validator(mode="after")
    def _refuse_repeated(self) -> Self:
        refuse_repeated("messages", [each.message_id for each in self.messages if each.message_id is not None])
        return self


class AddedMessageReply(BaseModel):
    """A message that is in the session now."""

    id: UUID
    message_id: str


class MessageBatchReply(BaseModel):
    """What was added, in order; `known` are those whose ids the session had, which stay as they were."""

    added: list[AddedMessageReply]
    known: int


class MessageChange(Strict):
    """What is to be changed; what is left out stays as it is, and null takes a count away."""

    content: Text = Field(default_factory=left_out)
    token_count: Count | None = None


@router.get("", responses=problems(404))
def get_session_messages(
    session_id: UUID, caller: ChatReader, database: TheDatabase, query: Annotated[SessionPart, Query()]
) -> SessionMessagesReply:
    """Read what was said in a session, in order: from its beginning, or around one message and on both ways."""
    with database.acting_as(caller) as connection:
        page = query.read(connection, session_id)
    return SessionMessagesReply(
        messages=[_render(message) for message in page.messages],
        previous=None if page.previous is None else write_cursor(page.previous),
        next=None if page.next is None else write_cursor(page.next),
    )


@router.post("", status_code=201, response_model=SessionMessageReply, responses=problems(400, 404, 413) | CREATED)
def post_session_message(session_id: UUID, caller: ChatWriter, once: TheOnce, message: SaidMessage) -> Response:
    """Say something in a session; a search finds it from then on."""
    new = NewSessionMessage(**message.model_dump())
    return once.make(
        caller,
        message,
        lambda connection: _render(sql_messages.say_message(connection, session_id, new)),
        name=lambda said: said.id,
    )


@router.post("/batch", status_code=201, response_model=MessageBatchReply, responses=problems(400, 404, 413))
def post_session_messages(session_id: UUID, caller: ChatWriter, once: TheOnce, batch: MessageBatch) -> Response:
    """Put many messages into a session, all or none; those that it has by their `message_id` are left as they are."""
    messages = batch.model_dump(mode="json")["messages"]

    def add(connection: Connection) -> MessageBatchReply:
        added = sql_messages.add_messages(connection, session_id, messages)
        replies = [AddedMessageReply.model_validate(each, from_attributes=True) for each in added]
        return MessageBatchReply(added=replies, known=len(messages) - len(added))

    return once.make(caller, batch, add, tagged=False)


@router.get("/{row_id:uuid}", response_model=SessionMessageReply, responses=problems(404) | READ)
def get_session_message(
    session_id: UUID, row_id: UUID, caller: ChatReader, database: TheDatabase, known: IfNoneMatch
) -> Response:
    """Read one message."""
    with database.acting_as(caller) as connection:
        return known.send(_render(sql_messages.read_message(connection, session_id, row_id)))


@router.patch("/{row_id:uuid}", response_model=SessionMessageReply, responses=problems(400, 404, 412, 413) | CHANGED)
def patch_session_message(
    session_id: UUID, row_id: UUID, caller: ChatWriter, database: TheDatabase, expected: IfMatch, change: MessageChange
) -> Response:
    """Change what was said; a search finds what it is now."""
    values = change.model_dump(include=change.model_fields_set)
    with database.acting_as(caller) as connection:
        changed = sql_messages.change_message(connection, session_id, row_id, values, expected.of(SessionMessageReply))
    return send(_render(changed))


@router.delete("/{row_id:uuid}", status_code=204, responses=problems(404, 412))
def delete_session_message(
    session_id: UUID, row_id: UUID, caller: ChatWriter, database: TheDatabase, expected: IfMatch
) -> None:
    """Remove a message for good."""
    with database.acting_as(caller) as connection:
        sql_messages.delete_message(connection, session_id, row_id, expected.of(SessionMessageReply))


def _render(message: SessionMessage) -> SessionMessageReply:
    return SessionMessageReply.model_validate(message, from_attributes=True)
