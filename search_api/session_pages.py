"""Which part of a chat session is read: from its beginning on, after or before a place, or around one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sql.database import Connection
from sql.session_messages import SessionMessage, list_earlier_messages, list_session_messages, read_message

# What messages are ordered by.
Place = tuple[datetime | None, UUID]


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Messages in the order they were said; the places are where the pages before and after begin, None without one."""

    messages: Sequence[SessionMessage]
    previous: Place | None
    next: Place | None


def read_after(connection: Connection, session_id: UUID, after: Place | None, limit: int) -> SessionPage:
    """The page after a place, or the first one; raises NotFoundError for a session the caller cannot see."""
    found = list_session_messages(connection, session_id, after=after, most=limit + 1)
    return _page(found[:limit], earlier=after is not None, later=len(found) > limit)


def read_before(connection: Connection, session_id: UUID, before: Place, limit: int) -> SessionPage:
    """The page before a place; raises NotFoundError for a session the caller cannot see."""
    found = list_earlier_messages(connection, session_id, before=before, most=limit + 1)
    return _page(found[-limit:], earlier=len(found) > limit, later=True)


def read_around(connection: Connection, session_id: UUID, row_id: UUID, limit: int) -> SessionPage:
    """A message with what was said before it, half a page at most, and after it.

    Raises NotFoundError for a session the caller cannot see, and for a message that is not in it.
    """
    message = read_message(connection, session_id, row_id)
    half = limit // 2
    earlier = list_earlier_messages(connection, session_id, before=_place_of(message), most=half + 1)
    before = list(earlier[-half:]) if half else []
    room = limit - len(before) - 1
    later = list_session_messages(connection, session_id, after=_place_of(message), most=room + 1)
    return _page([*before, message, *later[:room]], earlier=len(earlier) > half, later=len(later) > room)


def _page(messages: Sequence[SessionMessage], *, earlier: bool, later: bool) -> SessionPage:
    return SessionPage(
        messages,
        previous=_place_of(messages[0]) if messages and earlier else None,
        next=_place_of(messages[-1]) if messages and later else None,
    )


def _place_of(message: SessionMessage) -> Place:
    return message.created_at, message.id
