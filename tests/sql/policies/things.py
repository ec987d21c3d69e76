"""What a row of a tenant is made of, and how it is planted; the kinds of rows stand in kinds.py."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sql.database import Connection


@dataclass(frozen=True, slots=True)
class The:
    """The key of another thing of the same tenant, or one of its people."""

    name: str


class Fresh(Enum):
    """A text that no row has yet."""

    TEXT = "text"


FRESH = Fresh.TEXT


@dataclass(frozen=True, slots=True)
class Thing:
    """A row to plant. `owned_by` names its owner's column; what is `inside` something is added in the adder's own name.

    `once`: there can be one only, so it is removed before somebody tries to add it. `change` is a column to be written.
    """

    name: str
    table: str
    row: Mapping[str, object]
    change: str
    owned_by: str | None = "user_id"
    inside: bool = False
    once: bool = False
    public: bool = False
    key: str = "id"


Row = Mapping[str, object]
NOTHING: Row = {}


def own(name: str, table: str, change: str, row: Row = NOTHING, once: bool = False, public: bool = False) -> Thing:
    """A row that belongs to a user and to nothing else."""
    return Thing(name, table, {"user_id": The("owner"), **row}, change, once=once, public=public)


def held(name: str, table: str, change: str, row: Row, once: bool = False, public: bool = False) -> Thing:
    """A row that belongs to what holds it, and names no user."""
    return Thing(name, table, row, change, owned_by=None, once=once, public=public)


def inside(name: str, table: str, change: str, row: Row, once: bool = False, by: str = "user_id") -> Thing:
    """A row that belongs to a user and to what holds it."""
    return Thing(name, table, {by: The("owner"), **row}, change, owned_by=by, inside=True, once=once)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A team, its people, a row of each kind; the rows are of the user `owner`, who is a plain member of the team."""

    keys: dict[str, object] = field(default_factory=dict)

    def values(self, thing: Thing) -> dict[str, object]:
        """The row as it would be written again."""
        return {column: self._value(value) for column, value in thing.row.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, The):
            return self.keys[value.name]
        return str(uuid.uuid4()) if value is FRESH else value


def insert_row(table: str, row: Mapping[str, object], returning: str = "") -> str:
    columns = ", ".join(row)
    places = ", ".join(f"%({column})s" for column in row)
    ending = f" returning {returning}" if returning else ""
    return f"insert into {table} ({columns}) values ({places}){ending}"


def plant(connection: Connection, tenant: Tenant, thing: Thing) -> None:
    """Write the row as the database's owner and remember its key."""
    row = tenant.values(thing)
    if thing.once and thing.table == "public.code_index_state":
        # A trigger makes these with the file or the model.
        connection.execute(b"delete from public.code_index_state where file_id = %(file_id)s", row)
    if thing.once and thing.table == "public.chat_index_state":
        connection.execute(b"delete from public.chat_index_state where message_id = %(message_id)s", row)
    found = connection.execute(insert_row(thing.table, row, thing.key).encode(), row).fetchone()
    assert found is not None
    tenant.keys[thing.name] = found[0]
