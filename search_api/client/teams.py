"""What is asked of teams and their members."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, UnsetType

from search_api.client.asking import Ask, Nothing, One, Page, PageOf, Versioned, given, making, sent


class Team(Versioned, frozen=True):
    """A team that the caller is in; `role` is the caller's."""

    id: str
    name: str
    email: str | None
    tier: str
    role: str
    created_at: datetime | None
    updated_at: datetime | None


class DefaultTeam(Versioned, frozen=True):
    """The team that the caller has chosen and still is in."""

    team_id: str | None


class TeamMember(Versioned, frozen=True):
    """One who is in a team."""

    user_id: str
    role: str
    created_at: datetime | None
    updated_at: datetime | None


def list_teams(*, after: str | None = None, limit: int | None = None) -> Ask[Page[Team]]:
    """Teams that the caller is in, in the order of their names."""
    return Ask("GET", "/v1/teams", PageOf("teams", Team), {"after": after, "limit": limit})


def create_team(name: str, *, email: str | None = None) -> Ask[Team]:
    """Make a team, whose owner the caller is."""
    return making("/v1/teams", One(Team), given(name=name, email=email))


def read_team(team_id: str) -> Ask[Team]:
    """A team that the caller is in."""
    return Ask("GET", f"/v1/teams/{team_id}", One(Team))


def change_team(
    team_id: str,
    *,
    name: UnsetType | str = UNSET,
    email: UnsetType | str | None = UNSET,
    if_match: UnsetType | str | None = UNSET,
) -> Ask[Team]:
    """Change what is given; None takes the address away."""
    return Ask("PATCH", f"/v1/teams/{team_id}", One(Team), body=sent(name=name, email=email)).expecting(if_match)


def delete_team(team_id: str, *, if_match: UnsetType | str | None = UNSET) -> Ask[None]:
    """Delete a team for good; projects of it stay with their owners."""
    return Ask("DELETE", f"/v1/teams/{team_id}", Nothing(), repeatable=False).expecting(if_match)


def read_default_team() -> Ask[DefaultTeam]:
    """Which team is the caller's default."""
    return Ask("GET", "/v1/teams/default", One(DefaultTeam))


def choose_default_team(team_id: str | None, *, if_match: UnsetType | str | None = UNSET) -> Ask[DefaultTeam]:
    """Choose the caller's default team; None for none."""
    return Ask("PUT", "/v1/teams/default", One(DefaultTeam), body={"team_id": team_id}).expecting(if_match)


def list_members(team_id: str, *, after: str | None = None, limit: int | None = None) -> Ask[Page[TeamMember]]:
    """Who is in a team, in the order of their ids."""
    query = {"after": after, "limit": limit}
    return Ask("GET", f"/v1/teams/{team_id}/members", PageOf("members", TeamMember), query)


def add_member(team_id: str, user_id: str, *, role: str | None = None) -> Ask[TeamMember]:
    """Take a user into a team, as a `member` when no role is given."""
    return making(f"/v1/teams/{team_id}/members", One(TeamMember), given(user_id=user_id, role=role))


def read_member(team_id: str, user_id: str) -> Ask[TeamMember]:
    """One who is in a team."""
    return Ask("GET", f"/v1/teams/{team_id}/members/{user_id}", One(TeamMember))


def change_member(
    team_id: str, user_id: str, role: str, *, if_match: UnsetType | str | None = UNSET
) -> Ask[TeamMember]:
    """Give a member another role."""
    ask = Ask("PATCH", f"/v1/teams/{team_id}/members/{user_id}", One(TeamMember), body={"role": role})
    return ask.expecting(if_match)


def remove_member(team_id: str, user_id: str, *, if_match: UnsetType | str | None = UNSET) -> Ask[None]:
    """Take a member out of a team, or leave it."""
    return Ask("DELETE", f"/v1/teams/{team_id}/members/{user_id}", Nothing(), repeatable=False).expecting(if_match)
