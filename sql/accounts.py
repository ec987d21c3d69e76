"""What the database knows of those who ask, users and API keys; under the service role, for nobody is known yet."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from models.caller import SERVICE
from sql.database import Database
from sql.loading import query


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A living key: `permissions` is the JSON that its owner gave it."""

    id: UUID
    user_id: UUID
    permissions: object


class DatabaseAccounts:
    """Users and keys by lookup in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def user_exists(self, user_id: UUID) -> bool:
        with self._database.acting_as(SERVICE) as connection:
            row = connection.execute(query("accounts/user_exists"), {"user_id": user_id}).fetchone()
        return row is not None and bool(row[0])

    def find_api_key(self, key_hash: str) -> ApiKey | None:
        with self._database.acting_as(SERVICE) as connection:
            row = connection.execute(query("accounts/find_api_key"), {"key_hash": key_hash}).fetchone()
        return None if row is None else ApiKey(id=row[2], user_id=row[0], permissions=row[1])
