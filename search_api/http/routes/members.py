"""Routes for who is in a team: list members, take one in, give one another role, take one out or leave."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from search_api.http.documentation import problems
from search_api.http.etags import CHANGED, READ, IfMatch, IfNoneMatch, send
from search_api.http.once import CREATED, TheOnce
from search_api.http.service import TeamReader, TeamWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import MOST_PAGE, Strict
from sql import members as sql_members
from sql.members import TeamRole

router = APIRouter(prefix="/v1/teams/{team_id:uuid}/members", tags=["teams"], route_class=StrictRoute)


class MembersQuery(Strict):
    """Which members; `after` is the `next` of the page before."""

    after: UUID | None = Field(None, description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=MOST_PAGE)


class NewMember(Strict):
    """A user to be taken in."""

    user_id: UUID
    role: TeamRole = "member"


class MemberChange(Strict):
    """Another role."""

    role: TeamRole


class MemberReply(BaseModel):
    """One who is in a team."""

    user_id: UUID
    role: TeamRole
    created_at: datetime | None
    updated_at: datetime | None


class MembersReply(BaseModel):
    """A page of members in the order of their ids; `next` is null on the last one."""

    members: list[MemberReply]
    next: UUID | None


@router.get("", responses=problems(404))
def get_members(
    team_id: UUID, caller: TeamReader, database: TheDatabase, query: Annotated[MembersQuery, Query()]
) -> MembersReply:
    """List who is in a team of the caller's."""
    with database.acting_as(caller) as connection:
        found = sql_members.list_members(connection, team_id, after=query.after, most=query.limit + 1)
    page = [_render(member) for member in found[: query.limit]]
    return MembersReply(members=page, next=page[-1].user_id if len(found) > query.limit else None)


@router.post("", status_code=201, response_model=MemberReply, responses=problems(400, 404, 409, 413) | CREATED)
def post_member(team_id: UUID, caller: TeamWriter, once: TheOnce, member: NewMember) -> Response:
    """Take a user into a team: owners take in anybody, admins all but owners."""
    return once.make(
        caller,
        member,
        lambda connection: _render(sql_members.add_member(connection, team_id, member.user_id, member.role)),
        name=lambda made: made.user_id,
    )


@router.get("/{user_id:uuid}", response_model=MemberReply, responses=problems(404) | READ)
def get_member(team_id: UUID, user_id: UUID, caller: TeamReader, database: TheDatabase, known: IfNoneMatch) -> Response:
    """Read one who is in a team of the caller's."""
    with database.acting_as(caller) as connection:
        return known.send(_render(sql_members.read_member(connection, team_id, user_id)))


@router.patch("/{user_id:uuid}", response_model=MemberReply, responses=problems(400, 404, 409, 412, 413) | CHANGED)
def patch_member(
    team_id: UUID, user_id: UUID, caller: TeamWriter, database: TheDatabase, expected: IfMatch, change: MemberChange
) -> Response:
    """Give a member another role: owners anybody, admins members and admins. A team keeps at least one owner."""
    with database.acting_as(caller) as connection:
        changed = sql_members.change_member(connection, team_id, user_id, change.role, expected.of(MemberReply))
    return send(_render(changed))


@router.delete("/{user_id:uuid}", status_code=204, responses=problems(404, 409, 412))
def delete_member(team_id: UUID, user_id: UUID, caller: TeamWriter, database: TheDatabase, expected: IfMatch) -> None:
    """Take a member out, as roles are given; anybody leaves, but the last owner."""
    with database.acting_as(caller) as connection:
        sql_members.remove_member(connection, team_id, user_id, expected.of(MemberReply))


def _render(member: sql_members.Member) -> MemberReply:
    return MemberReply.model_validate(member, from_attributes=True)
