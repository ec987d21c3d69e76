"""Routes for the caller's chat sessions and their messages: list, begin, read, say."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StrictInt

from search_api.http.documentation import problems
from search_api.http.routes.chat import MOST_TAGS, Name
from search_api.http.service import ChatReader, ChatWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import LARGEST_FILE_CHARS, LARGEST_INT, MOST_PAGE, STORABLE, WHOLE, Strict, Title
from sql.sessions import (
    ChatRole,
    NewSession,
    NewSessionMessage,
    create_session,
    list_session_messages,
    list_sessions,
    say_message,
)

router = APIRouter(prefix="/v1/chat/sessions", tags=["chat"], route_class=StrictRoute)

Count = Annotated[StrictInt, Field(ge=0, le=LARGEST_INT), WHOLE]


class Page(Strict):
    """Which page; `after` is the `next` of the page before."""

    after: UUID | None = Field(None, description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=MOST_PAGE)


class BegunSession(Strict):
    """A session to be begun."""

    title: Title | None = None
    model: Name | None = None
    template: Name | None = None
    tags: list[Name] = Field([], max_length=MOST_TAGS, description="Of the same tag, one is kept.")


class SessionReply(BaseModel):
    """A session of the caller's."""

    id: UUID
    session_key: str = Field(description="The session's id in exports and search results.")
    title: str
    status: str
    model: str | None
    template: str | None
    message_count: int
    tags: list[str]
    created_at: datetime | None
    last_activity: datetime | None


class SessionsReply(BaseModel):
    """A page of sessions, the last active first; `next` is null on the last one."""

    sessions: list[SessionReply]
    next: UUID | None


class SaidMessage(Strict):
    """A message to be said now."""

    role: ChatRole
    content: Annotated[str, Field(min_length=1, max_length=LARGEST_FILE_CHARS), STORABLE]
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
    content: str
    model: str | None
    template: str | None
    token_count: int | None
    execution_time_ms: int | None
    created_at: datetime | None


class SessionMessagesReply(BaseModel):
    """A page of messages in the order they were said; `next` is null on the last one."""

    messages: list[SessionMessageReply]
    next: UUID | None


@router.get("", responses=problems())
def get_sessions(caller: ChatReader, database: TheDatabase, query: Annotated[Page, Query()]) -> SessionsReply:
    """List the caller's own sessions, the last active first."""
    with database.acting_as(caller) as connection:
        found = list_sessions(connection, after=query.after, most=query.limit + 1)
    page = [SessionReply.model_validate(each, from_attributes=True) for each in found[: query.limit]]
    return SessionsReply(sessions=page, next=page[-1].id if len(found) > query.limit else None)


@router.post("", status_code=201, responses=problems(400, 413))
def post_session(caller: ChatWriter, database: TheDatabase, session: BegunSession) -> SessionReply:
    """Begin a session."""
    new = NewSession(session.title, session.model, session.template, session.tags)
    with database.acting_as(caller) as connection:
        return SessionReply.model_validate(create_session(connection, new), from_attributes=True)


@router.get("/{session_id:uuid}/messages", responses=problems(404))
def get_session_messages(
    session_id: UUID, caller: ChatReader, database: TheDatabase, query: Annotated[Page, Query()]
) -> SessionMessagesReply:
    """Read what was said in a session, in order."""
    with database.acting_as(caller) as connection:
        found = list_session_messages(connection, session_id, after=query.after, most=query.limit + 1)
    page = [SessionMessageReply.model_validate(each, from_attributes=True) for each in found[: query.limit]]
    return SessionMessagesReply(messages=page, next=page[-1].id if len(found) > query.limit else None)


@router.post("/{session_id:uuid}/messages", status_code=201, responses=problems(400, 404, 413))
def post_session_message(
    session_id: UUID, caller: ChatWriter, database: TheDatabase, message: SaidMessage
) -> SessionMessageReply:
    """Say something in a session; a search finds it from then on."""
    new = NewSessionMessage(
        message.message_id,
        message.role,
        message.content,
        message.model,
        message.template,
        message.token_count,
        message.execution_time_ms,
    )
    with database.acting_as(caller) as connection:
        return SessionMessageReply.model_validate(say_message(connection, session_id, new), from_attributes=True)
