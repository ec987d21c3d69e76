"""What a service on somebody's own machine asks as the owner of its database: its user, and names that its code has."""

from __future__ import annotations

from uuid import UUID

import psycopg

from sql.failures import translated
from sql.loading import query


def find_or_create_user(url: str, email: str) -> UUID:
    """The id of the user with this email, who is made when there is none."""
    with translated(), psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query("local/find_or_create_user"), {"email": email}).fetchone()
    if row is None:
        raise LookupError("the user was neither found nor made")
    return UUID(str(row[0]))


def find_user(url: str, email: str) -> UUID | None:
    with translated(), psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query("local/find_user"), {"email": email}).fetchone()
    return None if row is None else UUID(str(row[0]))


def common_symbols(url: str, project_id: UUID, most: int = 5) -> list[str]:
    """Names that a project defines and often mentions, the most common first."""
    with translated(), psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(query("local/common_symbols"), {"project_id": project_id, "most": most}).fetchall()
    return [str(row[0]) for row in rows]
