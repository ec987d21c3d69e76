"""Routes for the caller's teams: list them, make one, read, change and delete it, and say which is the default."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, TypeAdapter

from search_api.http.documentation import problems
from search_api.http.etags import CHANGED, READ, IfMatch, IfNoneMatch, send
from search_api.http.once import CREATED, TheOnce
from search_api.http.pages import Paged, Text, cut
from search_api.http.service import TeamReader, TeamWriter, TheDatabase
from search_api.http.strict_json import StrictRoute
from search_api.limits import STORABLE, Strict, Title, left_out
from sql import teams as sql_teams
from sql.members import TeamRole

router = APIRouter(prefix="/v1/teams", tags=["teams"], route_class=StrictRoute)

PLACE: TypeAdapter[tuple[Text, UUID]] = TypeAdapter(tuple[Text, UUID])

Email = Annotated[str, Field(min_length=3, max_length=320, description="Where the team is written to."), STORABLE]


class NewTeam(Strict):
    """A team to be made."""

    name: Title = Field(examples=["crew"])
    email: Email | None = None


class TeamChange(Strict):
    """What is to be changed; what is left out stays as it is, and null takes an address away."""

    name: Title = Field(default_factory=left_out)
    email: Email | None = None


class TeamReply(BaseModel):
    """A team that the caller is in; `role` is the caller's."""

    id: UUID
    name: str
    email: str | None
    tier: str
    role: TeamRole
    created_at: datetime | None
    updated_at: datetime | None


class DefaultTeam(Strict):
    """The team that the caller's programs suggest for what is new."""

    team_id: UUID | None = Field(description="A team that the caller is in; null for none.")


class DefaultTeamReply(BaseModel):
    """The team that the caller has chosen and still is in; null for none."""

    team_id: UUID | None


class TeamsReply(BaseModel):
    """A page of teams in the order of their names; `next` is null on the last one."""

    teams: list[TeamReply]
    next: str | None


@router.get("", responses=problems())
def get_teams(caller: TeamReader, database: TheDatabase, query: Annotated[Paged, Query()]) -> TeamsReply:
    """List the teams that the caller is in."""
    with database.acting_as(caller) as connection:
        found = sql_teams.list_teams(connection, after=query.place(PLACE), most=query.limit + 1)
    page, following = cut(found, query.limit, lambda last: (last.place, last.id))
    return TeamsReply(teams=[_render(team) for team in page], next=following)


@router.post("", status_code=201, response_model=TeamReply, responses=problems(400, 413) | CREATED)
def post_team(caller: TeamWriter, once: TheOnce, team: NewTeam) -> Response:
    """Make a team, whose owner the caller is."""
    return once.make(
        caller,
        team,
        lambda connection: _render(sql_teams.create_team(connection, name=team.name, email=team.email)),
        name=lambda made: made.id,
    )


@router.get("/default", response_model=DefaultTeamReply, responses=problems() | READ)
def get_default_team(caller: TeamReader, database: TheDatabase, known: IfNoneMatch) -> Response:
    """Read which team is the caller's default."""
    with database.acting_as(caller) as connection:
        return known.send(DefaultTeamReply(team_id=sql_teams.read_default_team(connection)))


@router.put("/default", response_model=DefaultTeamReply, responses=problems(400, 404, 412, 413) | CHANGED)
def put_default_team(caller: TeamWriter, database: TheDatabase, expected: IfMatch, chosen: DefaultTeam) -> Response:
    """Choose the caller's default team, or none: nobody else does."""

    def expect(team_id: UUID | None) -> None:
        expected.refuse_other(DefaultTeamReply(team_id=team_id))

    with database.acting_as(caller) as connection:
        team_id = sql_teams.choose_default_team(connection, chosen.team_id, expect)
    return send(DefaultTeamReply(team_id=team_id))


@router.get("/{team_id:uuid}", response_model=TeamReply, responses=problems(404) | READ)
def get_team(team_id: UUID, caller: TeamReader, database: TheDatabase, known: IfNoneMatch) -> Response:
    """Read a team that the caller is in."""
    with database.acting_as(caller) as connection:
        return known.send(_render(sql_teams.read_team(connection, team_id)))


@router.patch("/{team_id:uuid}", response_model=TeamReply, responses=problems(400, 404, 412, 413) | CHANGED)
def patch_team(
    team_id: UUID, caller: TeamWriter, database: TheDatabase, expected: IfMatch, change: TeamChange
) -> Response:
    """Change a team: its owners and admins may."""
    values = change.model_dump(include=change.model_fields_set)
    with database.acting_as(caller) as connection:
        return send(_render(sql_teams.change_team(connection, team_id, values, expected.of(TeamReply))))


@router.delete("/{team_id:uuid}", status_code=204, responses=problems(404, 412))
def delete_team(team_id: UUID, caller: TeamWriter, database: TheDatabase, expected: IfMatch) -> None:
    """Delete a team for good: its owners may. Projects of the team stay with their owners."""
    with database.acting_as(caller) as connection:
        sql_teams.delete_team(connection, team_id, expected.of(TeamReply))


def _render(team: sql_teams.Team) -> TeamReply:
    return TeamReply.model_validate(team, from_attributes=True)
