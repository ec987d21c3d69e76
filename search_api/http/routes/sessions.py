"""Routes for the caller's chat sessions: list, begin, read, change and tag them, delete them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, TypeAdapter

from search_api.http.documentation import problems
from search_api.http.etags import CHANGED, READ, IfMatch, IfNoneMatch, send
from search_api.http.once import CREATED, TheOnce
from search_api.http.pages import Paged, StoredMoment, cut
from search_api.http.routes.chat import MOST_TAGS, Name
from search_api.http.service import ChatReader, ChatWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import Strict, Title, left_out
from sql import sessions as sql_sessions
from sql.sessions import NewSession, Session

router = APIRouter(prefix="/v1/chat/sessions", tags=["chat"], route_class=StrictRoute)

PLACE: TypeAdapter[tuple[StoredMoment | None, UUID]] = TypeAdapter(tuple[StoredMoment | None, UUID])

Tags = Annotated[list[Name], Field(max_length=MOST_TAGS)]


class SessionsQuery(Paged):
    """Which sessions."""

    team_id: UUID | None = Field(None, description="Those of this team of the caller's, and not the caller's own.")


class BegunSession(Strict):
    """A session to be begun."""

    title: Title | None = None
    team_id: UUID | None = Field(None, description="A team of the caller's, whose members see it without what is said.")
    model: Name | None = None
    template: Name | None = None
    tags: list[Name] = Field([], max_length=MOST_TAGS, description="Of the same tag, one is kept.")


class SessionChange(Strict):
    """What is to be changed; what is left out stays as it is, and null takes away what may be missing."""

    title: Title | None = None
    team_id: UUID | None = None
    model: Name | None = None
    template: Name | None = None
    status: Literal["active", "archived"] = Field(default_factory=left_out)
    tags: Tags = Field(default_factory=left_out, description="All that it is to have.")


class TagChange(Strict):
    """Tags to be taken off and tags to be added, in this order."""

    add: Tags = Field(default_factory=list)
    remove: Tags = Field(default_factory=list)


class SessionReply(BaseModel):
    """A session that the caller may see; its tags are shown to its owner."""

    id: UUID
    session_key: str = Field(description="The session's id in exports and search results.")
    user_id: UUID = Field(description="Whose it is.")
    team_id: UUID | None
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
    next: str | None


@router.get("", responses=problems())
def get_sessions(caller: ChatReader, database: TheDatabase, query: Annotated[SessionsQuery, Query()]) -> SessionsReply:
    """List the caller's own sessions or those of a team, the last active first."""
    with database.acting_as(caller) as connection:
        found = sql_sessions.list_sessions(
            connection, team_id=query.team_id, after=query.place(PLACE), most=query.limit + 1
        )
    page, following = cut(found, query.limit, lambda last: (last.last_activity, last.id))
    return SessionsReply(sessions=[_render(session) for session in page], next=following)


@router.post("", status_code=201, response_model=SessionReply, responses=problems(400, 413) | CREATED)
def post_session(caller: ChatWriter, once: TheOnce, session: BegunSession) -> Response:
    """Begin a session."""
    new = NewSession(session.title, session.team_id, session.model, session.template, session.tags)
    return once.make(
        caller,
        session,
        lambda connection: _render(sql_sessions.create_session(connection, new)),
        name=lambda made: made.id,
    )


@router.get("/{session_id:uuid}", response_model=SessionReply, responses=problems(404) | READ)
def get_session(session_id: UUID, caller: ChatReader, database: TheDatabase, known: IfNoneMatch) -> Response:
    """Read a session of the caller's or of the caller's teams."""
    with database.acting_as(caller) as connection:
        return known.send(_render(sql_sessions.read_session(connection, session_id)))


@router.patch("/{session_id:uuid}", response_model=SessionReply, responses=problems(400, 404, 412, 413) | CHANGED)
def patch_session(
    session_id: UUID, caller: ChatWriter, database: TheDatabase, expected: IfMatch, change: SessionChange
) -> Response:
    """Change a session: its owner may, and but for the tags the owners and admins of its team."""
    values = change.model_dump(include=change.model_fields_set - {"tags"})
    with database.acting_as(caller) as connection:
        changed = sql_sessions.change_session(
            connection, session_id, values, expected.of(SessionReply), tags=change.tags
        )
    return send(_render(changed))


@router.post("/{session_id:uuid}/tags", response_model=SessionReply, responses=problems(400, 404, 413) | CHANGED)
def post_tags(session_id: UUID, caller: ChatWriter, database: TheDatabase, change: TagChange) -> Response:
    """Tag a session without knowing which tags it has; to send it again changes nothing."""
    with database.acting_as(caller) as connection:
        return send(_render(sql_sessions.change_tags(connection, session_id, add=change.add, remove=change.remove)))


@router.delete("/{session_id:uuid}", status_code=204, responses=problems(404, 412))
def delete_session(session_id: UUID, caller: ChatWriter, database: TheDatabase, expected: IfMatch) -> None:
    """Delete a session: no list has it and no search finds what was said in it."""
    with database.acting_as(caller) as connection:
        sql_sessions.delete_session(connection, session_id, expected.of(SessionReply))


def _render(session: Session) -> SessionReply:
    return SessionReply.model_validate(session, from_attributes=True)
