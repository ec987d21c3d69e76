"""A PostgreSQL cluster of the tests' own, databases cloned from a migrated template, and callers to act as."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from models.caller import Caller, Role
from sql.database import ACT_AS, Connection, Database
from sql.migrating import migrate
from sql.server import EmbeddedServer, ServerAddress

# Tests throw their data away, so nothing waits for the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-figures", action="store_true", help="write the committed figures of the search's quality anew"
    )


@pytest.fixture(scope="session")
def server() -> Iterator[ServerAddress]:
    """A running cluster for this test process."""
    folder = Path(tempfile.mkdtemp(prefix="codingit-test-"))
    folder.chmod(0o755)
    try:
        with EmbeddedServer(folder / "pg", FAST).running() as address:
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: ServerAddress) -> str:
    """The name of a migrated database that nobody is connected to."""
    name = "template_migrated"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    migrate(server.url(database=name))
    return name


@pytest.fixture(scope="session")
def clone(server: ServerAddress, template: str) -> Callable[[], AbstractContextManager[str]]:
    """Makes migrated databases, each dropped at its block's end."""

    @contextmanager
    def cloned() -> Iterator[str]:
        name = f"t_{uuid.uuid4().hex[:16]}"
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"create database {name} template {template}".encode())
        try:
            yield server.url(database=name)
        finally:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute(f"drop database {name} with (force)".encode())

    return cloned


@pytest.fixture
def url(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """A migrated database of this test's own, for tests in which a commit is the point; connects as the owner."""
    with clone() as address:
        yield address


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A pool on a database of this test's own."""
    with Database(url, min_size=1, max_size=6) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_url(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with clone() as address:
        yield address


@pytest.fixture
def connection(shared_url: str) -> Iterator[Connection]:
    """The owner's connection inside a transaction that is rolled back at the end: the cheap default."""
    with psycopg.connect(shared_url) as opened:
        yield opened
        opened.rollback()


def become(connection: Connection, caller: Caller | None) -> None:
    """Act as the caller for the rest of the transaction (None: as the owner again)."""
    connection.execute("reset role")
    if caller is not None:
        connection.execute(ACT_AS, (caller.role.value, caller.claims_json()))


def make_user(connection: Connection, email: str | None = None) -> UUID:
    """A row of auth.users; call it as the owner."""
    user_id = uuid.uuid4()
    address = email or f"{user_id}@example.org"
    connection.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, address))
    return user_id


def refusal(connection: Connection, caller: Caller, statement: str, *parameters: object) -> str | None:
    """The SQLSTATE with which the statement is refused for the caller, or None when it runs; leaves no trace."""
    with connection.transaction(force_rollback=True):
        become(connection, caller)
        try:
            connection.execute(statement.encode(), parameters or None)
        except psycopg.Error as error:
            return error.sqlstate
    become(connection, None)
    return None


def signed_in(user_id: UUID) -> Caller:
    return Caller(user_id, Role.AUTHENTICATED)
