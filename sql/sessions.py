"""The caller's chat sessions and their tags: a page of them, one, one more, and what is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from models.errors import ForbiddenError, NotFoundError
from sql.changes import given
from sql.database import Connection
from sql.loading import query

ChatRole = Literal["user", "assistant", "system"]
CHANGEABLE = ("title", "team_id", "model", "template", "status")


@dataclass(frozen=True, slots=True)
class NewSession:
    title: str | None
    team_id: UUID | None
    model: str | None
    template: str | None
    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Session:
    id: UUID
    session_key: str
    user_id: UUID
    team_id: UUID | None
    title: str
    status: str
    model: str | None
    template: str | None
    message_count: int
    tags: Sequence[str]
    created_at: datetime | None
    last_activity: datetime | None


def list_sessions(
    connection: Connection, *, team_id: UUID | None, after: tuple[datetime | None, UUID] | None, most: int
) -> Sequence[Session]:
    """The caller's sessions, or those of a team that the caller is in, the last active first.

    `after` is the last activity and the id of the last one.
    """
    moment, last_id = after or (None, None)
    parameters = {"team_id": team_id, "moment": moment, "last_id": last_id, "most": most}
    name = "sessions/list_sessions" if team_id is None else "sessions/list_team_sessions"
    return [Session(*row) for row in connection.execute(query(name), parameters).fetchall()]


def read_session(connection: Connection, session_id: UUID) -> Session:
    """Raises NotFoundError for a session that is deleted or that the caller may not see."""
    row = connection.execute(query("sessions/read_session"), {"session_id": session_id}).fetchone()
    if row is None:
        raise NotFoundError("There is no such session.")
    return Session(*row)


def create_session(connection: Connection, session: NewSession) -> Session:
    row = connection.execute(query("sessions/create_session"), parameters_of(session)).fetchone()
    if row is None:
        raise RuntimeError("an insert returned no row")
    add_tags(connection, row[0], session.tags)
    return read_session(connection, row[0])


def change_session(
    connection: Connection,
    session_id: UUID,
    values: Mapping[str, object],
    expect: Callable[[Session], None],
    *,
    tags: Sequence[str] | None = None,
) -> Session:
    """The session with these columns changed, and these tags and no others, if `expect` lets it be.

    Raises as `lock_session` does, and ForbiddenError for tags of a session that is the team's only.
    """
    expect(lock_session(connection, session_id))
    if tags is not None:
        _refuse_foreign_tags(connection, session_id)
        connection.execute(query("sessions/keep_tags"), {"session_id": session_id, "tags": list(tags)})
        add_tags(connection, session_id, tags)
    if values:
        parameters = {"session_id": session_id, **given(CHANGEABLE, values)}
        connection.execute(query("sessions/change_session"), parameters)
    return read_session(connection, session_id)


def delete_session(connection: Connection, session_id: UUID, expect: Callable[[Session], None]) -> None:
    """Mark it as deleted, if `expect` lets it be. Raises as `lock_session` does."""
    change_session(connection, session_id, {}, expect)
    parameters = {"session_id": session_id, **given(CHANGEABLE, {"status": "deleted"})}
    connection.execute(query("sessions/change_session"), parameters)


def add_tags(connection: Connection, session_id: UUID, tags: Sequence[str]) -> None:
    parameters = {"session_id": session_id, "tags": list(dict.fromkeys(tags))}
    connection.execute(query("sessions/tag_session"), parameters)


def change_tags(connection: Connection, session_id: UUID, *, add: Sequence[str], remove: Sequence[str]) -> Session:
    """The session with some tags more and others less. Raises as `change_session` does."""
    lock_session(connection, session_id)
    _refuse_foreign_tags(connection, session_id)
    connection.execute(query("sessions/untag_session"), {"session_id": session_id, "tags": list(remove)})
    add_tags(connection, session_id, add)
    return read_session(connection, session_id)


def lock_session(connection: Connection, session_id: UUID) -> Session:
    """The session as it is until the end of the transaction.

    Raises NotFoundError for one that the caller cannot see, ForbiddenError for one that the caller may only read.
    """
    locked = connection.execute(query("sessions/lock_session"), {"session_id": session_id}).fetchone()
    session = read_session(connection, session_id)
    if locked is None:
        raise ForbiddenError("The session can be read and not be changed.")
    return session


def parameters_of(new: Any) -> dict[str, object]:
    """The fields of a record; Any: of any dataclass."""
    return {field.name: getattr(new, field.name) for field in dataclasses.fields(new)}


def _refuse_foreign_tags(connection: Connection, session_id: UUID) -> None:
    # The policies would let a team's admin take none away without a word.
    if connection.execute(query("sessions/owns_session"), {"session_id": session_id}).fetchone() != (True,):
        raise ForbiddenError("Only the owner of a session tags it.")
