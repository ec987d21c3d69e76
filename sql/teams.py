"""The caller's teams: pages of them, one more, and what is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.errors import ForbiddenError, NotFoundError
from sql.changes import given
from sql.database import Connection
from sql.loading import query

CHANGEABLE = ("name", "email")


@dataclass(frozen=True, slots=True)
class Team:
    """`role` is the caller's, `place` what lists are ordered by."""

    id: UUID
    name: str
    email: str | None
    tier: str
    role: str
    created_at: datetime | None
    updated_at: datetime | None
    place: str


def list_teams(connection: Connection, *, after: tuple[str, UUID] | None, most: int) -> list[Team]:
    """The teams that the caller is in, by name; `after` is the place and the id of the last one."""
    place, last_id = after or (None, None)
    rows = connection.execute(query("teams/list_teams"), {"place": place, "last_id": last_id, "most": most})
    return [Team(*row) for row in rows.fetchall()]


def create_team(connection: Connection, *, name: str, email: str | None) -> Team:
    row = connection.execute(query("teams/create_team"), {"name": name, "email": email}).fetchone()
    if row is None:
        raise RuntimeError("an insert returned no row")
    return read_team(connection, row[0])


def read_team(connection: Connection, team_id: UUID) -> Team:
    """Raises NotFoundError for a team that the caller is not in."""
    row = connection.execute(query("teams/read_team"), {"team_id": team_id}).fetchone()
    if row is None:
        raise NotFoundError("There is no such team.")
    return Team(*row)


def change_team(
    connection: Connection, team_id: UUID, values: Mapping[str, object], expect: Callable[[Team], None]
) -> Team:
    """The team with these columns changed, if `expect` lets it be. Raises ForbiddenError for plain members."""
    expect(_lock_team(connection, team_id))
    if values:
        connection.execute(query("teams/change_team"), {"team_id": team_id, **given(CHANGEABLE, values)})
    return read_team(connection, team_id)


def delete_team(connection: Connection, team_id: UUID, expect: Callable[[Team], None]) -> None:
    """Raises ForbiddenError for all but owners."""
    expect(_lock_team(connection, team_id))
    if connection.execute(query("teams/delete_team"), {"team_id": team_id}).fetchone() is None:
        raise ForbiddenError("Only an owner of the team deletes it.")


def read_default_team(connection: Connection) -> UUID | None:
    """The team that the caller has chosen and still is in."""
    row = connection.execute(query("teams/read_default_team")).fetchone()
    return None if row is None else row[0]


def choose_default_team(
    connection: Connection, team_id: UUID | None, expect: Callable[[UUID | None], None]
) -> UUID | None:
    """The caller's default from now on, None for none, if `expect` lets it be.

    Raises NotFoundError for a team that the caller is not in.
    """
    connection.execute(query("teams/lock_default_team"))
    expect(read_default_team(connection))
    if team_id is not None:
        read_team(connection, team_id)
    connection.execute(query("teams/clear_default_team"))
    if team_id is not None:
        connection.execute(query("teams/mark_default_team"), {"team_id": team_id})
    return team_id


def _lock_team(connection: Connection, team_id: UUID) -> Team:
    locked = connection.execute(query("teams/lock_team"), {"team_id": team_id}).fetchone()
    team = read_team(connection, team_id)
    if locked is None:
        raise ForbiddenError("Only owners and admins of the team change it.")
    return team
