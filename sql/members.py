"""Who is in a team: pages of members, one more, another role, one less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import psycopg

from models.errors import ConflictError, ForbiddenError, NotFoundError
from sql.database import Connection
from sql.loading import query
from sql.teams import read_team

TeamRole = Literal["owner", "admin", "member"]


@dataclass(frozen=True, slots=True)
class Member:
    user_id: UUID
    role: TeamRole
    created_at: datetime | None
    updated_at: datetime | None


def list_members(connection: Connection, team_id: UUID, *, after: UUID | None, most: int) -> list[Member]:
    """Members with greater ids than `after`. Raises NotFoundError for a team that the caller is not in."""
    read_team(connection, team_id)
    parameters = {"team_id": team_id, "after": after, "most": most}
    return [Member(*row) for row in connection.execute(query("teams/list_members"), parameters).fetchall()]


def read_member(connection: Connection, team_id: UUID, user_id: UUID) -> Member:
    """Raises NotFoundError for a team that the caller is not in, and for a user who is not."""
    read_team(connection, team_id)
    row = connection.execute(query("teams/read_member"), {"team_id": team_id, "user_id": user_id}).fetchone()
    if row is None:
        raise NotFoundError("There is no such member.")
    return Member(*row)


def add_member(connection: Connection, team_id: UUID, user_id: UUID, role: TeamRole) -> Member:
    """Raises ForbiddenError for plain members, and for admins who would make an owner."""
    read_team(connection, team_id)
    with _explained():
        connection.execute(query("teams/add_member"), {"team_id": team_id, "user_id": user_id, "role": role})
        return read_member(connection, team_id, user_id)


def change_member(
    connection: Connection, team_id: UUID, user_id: UUID, role: TeamRole, expect: Callable[[Member], None]
) -> Member:
    """The member with another role, if `expect` lets it be.

    Raises ForbiddenError for plain members and for admins who would make or unmake an owner, ConflictError for the last
    owner's.
    """
    locked = connection.execute(query("teams/lock_member"), {"team_id": team_id, "user_id": user_id}).fetchone()
    member = read_member(connection, team_id, user_id)
    if locked is None:
        raise ForbiddenError("Owners of the team change everybody's role, admins that of members and admins.")
    expect(member)
    with _explained():
        connection.execute(query("teams/change_member"), {"team_id": team_id, "user_id": user_id, "role": role})
        return read_member(connection, team_id, user_id)


def remove_member(connection: Connection, team_id: UUID, user_id: UUID, expect: Callable[[Member], None]) -> None:
    """Take one out, if `expect` lets it be. Raises as `change_member` does, but anybody may leave."""
    read_member(connection, team_id, user_id)
    with _explained():
        removed = connection.execute(query("teams/remove_member"), {"team_id": team_id, "user_id": user_id}).fetchone()
    if removed is None:
        raise ForbiddenError("Owners of the team remove everybody, admins members and admins, and others themselves.")
    # Afterwards: who leaves may not lock the row. What `expect` raises brings it back.
    expect(Member(*removed))


@contextmanager
def _explained() -> Iterator[None]:
    """What the table refuses, in words; in a pipeline it tells so when the next rows are fetched."""
    try:
        yield
    except psycopg.errors.UniqueViolation:
        raise ConflictError("The user is in the team already.") from None
    except psycopg.errors.ForeignKeyViolation:
        raise NotFoundError("There is no such user.") from None
    except psycopg.errors.CheckViolation:
        raise ConflictError(
            "A team keeps at least one owner.", hint="Make another member an owner first, or delete the team."
        ) from None
