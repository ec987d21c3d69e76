"""What is asked of chat sessions and their messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from search_api.client.asking import Ask, Page, PageOf, Reply, Whole, given


class ChatSession(Reply, frozen=True):
    """A session of the caller's."""

    id: str
    session_key: str
    title: str
    status: str
    model: str | None
    template: str | None
    message_count: int
    tags: tuple[str, ...]
    created_at: datetime | None
    last_activity: datetime | None


class SessionMessage(Reply, frozen=True):
    """A message of a session as it is stored."""

    id: str
    message_id: str
    role: str
    content: str
    model: str | None
    template: str | None
    token_count: int | None
    execution_time_ms: int | None
    created_at: datetime | None


class ImportOutcome(Reply, frozen=True):
    """What became of imported messages; `known` were there before."""

    session_id: str
    session_key: str
    begun: bool
    added: int
    known: int
    deleted: bool


def import_messages(
    key: str, messages: Sequence[Mapping[str, object]], *, title: str | None = None
) -> Ask[ImportOutcome]:
    """Import messages of a session of another program's; those that are there already are passed over."""
    body = given(key=key, messages=list(messages), title=title)
    return Ask("POST", "/v1/chat/imports", Whole(ImportOutcome), body=body)


def list_sessions(*, after: str | None = None, limit: int | None = None) -> Ask[Page[ChatSession]]:
    """Sessions, the last active first."""
    return Ask("GET", "/v1/chat/sessions", PageOf("sessions", ChatSession), {"after": after, "limit": limit})


def create_session(
    *,
    title: str | None = None,
    model: str | None = None,
    template: str | None = None,
    tags: Sequence[str] | None = None,
) -> Ask[ChatSession]:
    """Begin a session. Not asked twice once it may have arrived."""
    body = given(title=title, model=model, template=template, tags=tags)
    return Ask("POST", "/v1/chat/sessions", Whole(ChatSession), body=body, repeatable=False)


def list_session_messages(
    session_id: str, *, after: str | None = None, limit: int | None = None
) -> Ask[Page[SessionMessage]]:
    """What was said in a session, in order."""
    query = {"after": after, "limit": limit}
    return Ask("GET", f"/v1/chat/sessions/{session_id}/messages", PageOf("messages", SessionMessage), query)


def say_message(
    session_id: str,
    role: str,
    content: str,
    *,
    message_id: str | None = None,
    model: str | None = None,
    template: str | None = None,
    token_count: int | None = None,
    execution_time_ms: int | None = None,
) -> Ask[SessionMessage]:
    """Say something in a session. Not asked twice once it may have arrived."""
    body = given(
        role=role,
        content=content,
        message_id=message_id,
        model=model,
        template=template,
        token_count=token_count,
        execution_time_ms=execution_time_ms,
    )
    return Ask("POST", f"/v1/chat/sessions/{session_id}/messages", Whole(SessionMessage), body=body, repeatable=False)
