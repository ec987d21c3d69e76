"""What a database says of itself: its version, extensions, roles, migrations and the model of its index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from models.caller import Role
from sql.database import Connection
from sql.failures import translated
from sql.index import ActiveGeneration, active_generation
from sql.loading import query
from sql.migrating import pending_migrations


@dataclass(frozen=True, slots=True)
class Extension:
    """Versions as the server writes them; None for not installed, or not to be had."""

    name: str
    installed: str | None
    offered: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a connection is, and what that role could do past row level security."""

    role: str
    superuser: bool
    bypasses_policies: bool
    owns_tables: bool


@contextmanager
def inspecting(url: str) -> Iterator[Connection]:
    """A connection that changes nothing. Raises CodingitError."""
    with (
        translated(),
        psycopg.connect(url, autocommit=True, connect_timeout=5, application_name="codingit-doctor") as it,
    ):
        it.execute("set default_transaction_read_only = on")
        yield it


def server_version(connection: Connection) -> int:
    """As PostgreSQL numbers it: 150004 for 15.4."""
    return connection.info.server_version


def read_extensions(connection: Connection, names: Sequence[str]) -> list[Extension]:
    rows = connection.execute(query("doctor/extensions"), {"names": list(names)}).fetchall()
    return [Extension(*row) for row in rows]


def missing_roles(connection: Connection) -> tuple[list[str], list[str]]:
    """Roles that do not exist, and roles that this connection may not switch to."""
    rows: list[tuple[Any, ...]] = connection.execute(
        query("doctor/missing_roles"), {"names": [role.value for role in Role]}
    ).fetchall()
    return [name for name, exists in rows if not exists], [name for name, exists in rows if exists]


def read_identity(connection: Connection) -> Identity:
    row = connection.execute(query("doctor/identity")).fetchone()
    if row is None:
        raise LookupError("a connection without a role")
    return Identity(*row)


def unapplied_migrations(connection: Connection) -> tuple[str, ...]:
    return pending_migrations(connection)


def read_active_generation(connection: Connection) -> ActiveGeneration | None:
    """What searches use; None before anything was indexed. The connection must be allowed to act for the service."""
    with connection.transaction():
        connection.execute("select set_config('role', %s, true)", (Role.SERVICE.value,))
        return active_generation(connection)
