"""The caller's API keys: a page of them, one more, which is shown once, one changed, and one less."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from models.errors import InvalidRequestError, NotFoundError
from models.rows import Json
from sql.changes import given
from sql.database import Connection
from sql.loading import query

CHANGEABLE = ("name", "expires_at")


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key without its hash; `made_by` is the key with which it was made, None where its user had signed in."""

    id: UUID
    name: str
    prefix: str
    permissions: Json
    made_by: UUID | None
    is_active: bool
    last_used_at: datetime | None
    expires_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None


def list_keys(connection: Connection, *, after: tuple[datetime | None, UUID] | None, most: int) -> list[StoredKey]:
    """The newest first; `after` is the moment and the id of the last one."""
    moment, last_id = after or (None, None)
    rows = connection.execute(query("api_keys/list_keys"), {"moment": moment, "last_id": last_id, "most": most})
    return [StoredKey(*row) for row in rows.fetchall()]


def read_key(connection: Connection, key_id: UUID) -> StoredKey:
    """Raises NotFoundError for a key that is not the caller's."""
    row = connection.execute(query("api_keys/read_key"), {"key_id": key_id}).fetchone()
    if row is None:
        raise NotFoundError("There is no such API key.")
    return StoredKey(*row)


def create_key(
    connection: Connection, *, name: str, scopes: Sequence[str] | None, expires_at: datetime | None
) -> tuple[str, StoredKey]:
    """The key itself and what is stored of it; None for `scopes` allows everything.

    Raises InvalidRequestError for an expiry in the past, LimitedKeyError for a key that would be more than the one that
    asks.
    """
    permissions = Jsonb({} if scopes is None else {"scopes": list(scopes)})
    parameters = {"name": name, "permissions": permissions, "expires_at": expires_at}
    row = connection.execute(query("api_keys/create_key"), parameters).fetchone()
    if row is None:
        raise RuntimeError("a function returned no row")
    key: str = row[0]
    stored = connection.execute(query("api_keys/find_new_key"), {"key": key}).fetchone()
    if stored is None:
        raise RuntimeError("a key that was made is not there")
    return key, StoredKey(*stored)


def change_key(
    connection: Connection, key_id: UUID, values: Mapping[str, object], expect: Callable[[StoredKey], None]
) -> StoredKey:
    """The key with these columns changed, if `expect` lets it be; keys that it made end when it does.

    Raises as `read_key` does, InvalidRequestError for an expiry in the past, LimitedKeyError for one that is later than
    who asks may make it.
    """
    parameters = {"key_id": key_id, **given(CHANGEABLE, values)}
    locked = connection.execute(query("api_keys/lock_key"), parameters).fetchone()
    expect(read_key(connection, key_id))
    if locked == (True,):
        raise InvalidRequestError("expires_at: a key expires in the future", hint="Revoke the key to end it now.")
    if values:
        connection.execute(query("api_keys/change_key"), parameters)
    return read_key(connection, key_id)


def revoke_key(connection: Connection, key_id: UUID) -> list[UUID]:
    """The ids of the key and of those that it made, which all end. Raises NotFoundError as `read_key` does."""
    if connection.execute(query("api_keys/revoke_key"), {"key_id": key_id}).fetchone() is None:
        raise NotFoundError("There is no such API key.")
    return list_family(connection, key_id)


def list_family(connection: Connection, key_id: UUID) -> list[UUID]:
    """The ids of the key and of those that it made, and that these made."""
    return [row[0] for row in connection.execute(query("api_keys/family_of_key"), {"key_id": key_id}).fetchall()]
