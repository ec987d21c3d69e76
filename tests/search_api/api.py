"""An API over a real database for tests: accounts with tokens, and a client that sends one."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from fastapi import FastAPI
from psycopg.types.json import Jsonb
from pydantic import SecretStr
from starlette.testclient import TestClient

from models.caller import Role, user
from models.encoder import Encoder
from search_api.active_encoder import ActiveEncoder
from search_api.auth import make_authenticator, make_token
from search_api.http.app import create_app
from search_api.settings import Settings, read_settings
from sql.accounts import DatabaseAccounts
from sql.database import ACT_AS, Database
from sql.index import ActiveGeneration

SECRET = SecretStr(secrets.token_urlsafe(48))
AUDIENCE = "authenticated"


@dataclass(frozen=True, slots=True)
class Api:
    """An app with the address of its database."""

    app: FastAPI
    url: str

    def sign_up(self) -> UUID:
        user_id = uuid.uuid4()
        self.execute("insert into auth.users (id, email) values (%s, %s)", user_id, f"{user_id}@example.org")
        return user_id

    def execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run a statement as the owner; the rows, if there are any."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def make_key(self, user_id: UUID, scopes: Sequence[str] | None, expires: str | None = None) -> str:
        """An API key of the user's; without scopes it may do everything."""
        with psycopg.connect(self.url) as connection:
            connection.execute(ACT_AS, (Role.AUTHENTICATED.value, user(user_id).claims_json()))
            row = connection.execute(
                "select public.create_api_key('test', %s, %s::timestamptz)",
                (Jsonb({} if scopes is None else {"scopes": list(scopes)}), expires),
            ).fetchone()
        assert row is not None
        return str(row[0])

    @contextmanager
    def client(self, token: str | None = None) -> Iterator[TestClient]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        with TestClient(self.app, headers=headers, raise_server_exceptions=False) as client:
            yield client


def make_settings(**overrides: object) -> Settings:
    """Settings as the service reads them, with a secret that these tests know."""
    return read_settings(**{"database_url": None, "data_dir": "/nonexistent", "jwt_secret": SECRET, **overrides})


def make_api(
    url: str,
    database: Database,
    load: Callable[[ActiveGeneration | None], Encoder] | None = None,
    **overrides: object,
) -> Api:
    settings = make_settings(**overrides)
    encoder = ActiveEncoder(database, load or _load_nothing)
    authenticator = make_authenticator(settings, DatabaseAccounts(database))
    return Api(create_app(database, encoder, authenticator, settings), url)


def token_of(user_id: UUID) -> str:
    return make_token(SECRET, user_id, audience=AUDIENCE)


def _load_nothing(active: ActiveGeneration | None) -> Encoder:
    raise RuntimeError("nothing is indexed in this test")
