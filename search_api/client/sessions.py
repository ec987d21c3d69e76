"""What is asked of chat sessions and their messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType

from search_api.client.asking import Ask, Nothing, One, Page, PageOf, Reply, Versioned, Whole, given, making, sent


class ChatSession(Versioned, frozen=True):
    """A session of the caller's or of the caller's teams; `user_id` is whose it is."""

    id: str
    session_key: str
    user_id: str
    team_id: str | None
    title: str
    status: str
    model: str | None
    template: str | None
    message_count: int
    tags: tuple[str, ...]
    created_at: datetime | None
    last_activity: datetime | None


class SessionMessage(Versioned, frozen=True):
    """A message of a session as it is stored."""

    id: str
    message_id: str
    role: str
    kind: str
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


class AddedMessage(Reply, frozen=True):
    """A message that is in the session now."""

    id: str
    message_id: str


class AddedMessages(Reply, frozen=True):
    """What was added, in order; `known` are those whose ids the session had, which stay as they were."""

    added: tuple[AddedMessage, ...]
    known: int


def list_sessions(
    *, team_id: str | None = None, after: str | None = None, limit: int | None = None
) -> Ask[Page[ChatSession]]:
    """The caller's sessions, or those of a team, the last active first."""
    query = {"team_id": team_id, "after": after, "limit": limit}
    return Ask("GET", "/v1/chat/sessions", PageOf("sessions", ChatSession), query)


def create_session(
    *,
    title: str | None = None,
    team_id: str | None = None,
    model: str | None = None,
    template: str | None = None,
    tags: Sequence[str] | None = None,
) -> Ask[ChatSession]:
    """Begin a session."""
    body = given(title=title, team_id=team_id, model=model, template=template, tags=tags)
    return making("/v1/chat/sessions", One(ChatSession), body)


def list_session_messages(
    session_id: str,
    *,
    after: str | None = None,
    before: str | None = None,
    around: str | None = None,
    limit: int | None = None,
) -> Ask[Page[SessionMessage]]:
    """What was said in a session, in order; `around` is the id of a message, which comes with its surroundings."""
    query = {"after": after, "before": before, "around": around, "limit": limit}
    return Ask("GET", f"/v1/chat/sessions/{session_id}/messages", PageOf("messages", SessionMessage), query)


def say_message(
    session_id: str,
    role: str,
    content: str,
    *,
    kind: str | None = None,
    message_id: str | None = None,
    model: str | None = None,
    template: str | None = None,
    token_count: int | None = None,
    execution_time_ms: int | None = None,
) -> Ask[SessionMessage]:
    """Say something in a session; `kind` is `tool` for what tools were asked and answered."""
    body = given(
        role=role,
        kind=kind,
        content=content,
        message_id=message_id,
        model=model,
        template=template,
        token_count=token_count,
        execution_time_ms=execution_time_ms,
    )
    return making(f"/v1/chat/sessions/{session_id}/messages", One(SessionMessage), body)


def read_session(session_id: str) -> Ask[ChatSession]:
    """A session of the caller's or of the caller's teams."""
    return Ask("GET", f"/v1/chat/sessions/{session_id}", One(ChatSession))


def change_session(
    session_id: str,
    *,
    title: UnsetType | str | None = UNSET,
    team_id: UnsetType | str | None = UNSET,
    model: UnsetType | str | None = UNSET,
    template: UnsetType | str | None = UNSET,
    status: UnsetType | str = UNSET,
    tags: UnsetType | Sequence[str] = UNSET,
    if_match: UnsetType | str | None = UNSET,
) -> Ask[ChatSession]:
    """Change what is given; `tags` are all that it is to have, and None for `team_id` takes it out of its team."""
    body = sent(title=title, team_id=team_id, model=model, template=template, status=status, tags=tags)
    return Ask("PATCH", f"/v1/chat/sessions/{session_id}", One(ChatSession), body=body).expecting(if_match)


def tag_session(
    session_id: str, *, add: Sequence[str] | None = None, remove: Sequence[str] | None = None
) -> Ask[ChatSession]:
    """Take tags off a session and add others, whichever it has."""
    return Ask("POST", f"/v1/chat/sessions/{session_id}/tags", One(ChatSession), body=given(add=add, remove=remove))


def delete_session(session_id: str, *, if_match: UnsetType | str | None = UNSET) -> Ask[None]:
    """Delete a session, so that no list has it and no search finds what was said in it."""
    return Ask("DELETE", f"/v1/chat/sessions/{session_id}", Nothing(), repeatable=False).expecting(if_match)


def add_messages(session_id: str, messages: Sequence[Any]) -> Ask[AddedMessages]:
    """Put many messages into a session, all or none; Any: each has the fields of `say_message`, and `created_at`."""
    return making(f"/v1/chat/sessions/{session_id}/messages/batch", Whole(AddedMessages), {"messages": messages})


def read_session_message(session_id: str, message: str) -> Ask[SessionMessage]:
    """One message, by its `id`."""
    return Ask("GET", f"/v1/chat/sessions/{session_id}/messages/{message}", One(SessionMessage))


def change_session_message(
    session_id: str,
    message: str,
    *,
    content: UnsetType | str = UNSET,
    token_count: UnsetType | int | None = UNSET,
    if_match: UnsetType | str | None = UNSET,
) -> Ask[SessionMessage]:
    """Change what was said, by the message's `id`."""
    body = sent(content=content, token_count=token_count)
    return Ask("PATCH", f"/v1/chat/sessions/{session_id}/messages/{message}", One(SessionMessage), body=body).expecting(
        if_match
    )


def delete_session_message(session_id: str, message: str, *, if_match: UnsetType | str | None = UNSET) -> Ask[None]:
    """Remove a message for good, by its `id`."""
    return Ask("DELETE", f"/v1/chat/sessions/{session_id}/messages/{message}", Nothing(), repeatable=False).expecting(
        if_match
    )
