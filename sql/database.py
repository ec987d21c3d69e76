"""Connections, and the one way to act in a transaction as somebody: role and claims set, gone at its end."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import TracebackType
from typing import Any, Self

import psycopg
import psycopg_pool
from pgvector.psycopg import register_vector
from psycopg.pq import TransactionStatus

from models.caller import Caller
from sql.failures import translated
from sql.moments import ADAPTERS

# Rows are tuples; every query's function gives them names.
type_of_row = tuple[Any, ...]
Connection = psycopg.Connection[type_of_row]
# A connection that was used so recently is taken for alive unless its socket says otherwise.
RESTED_SECONDS = 1.0
Cursor = psycopg.Cursor[type_of_row]

ACT_AS = "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)"
# Statements of a search are written to be planned once in a connection: planning takes longer than they do.
READ_AS = (
    f"{ACT_AS}, set_config('transaction_read_only', 'on', true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true)"
)


class PooledConnection(psycopg.Connection[type_of_row]):
    """A connection that knows since when it rests."""

    rests_since = float("-inf")


class Cancellation:
    """A request's means to stop what the database does for it, called from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self.requested = False

    def cancel(self) -> None:
        """Stop the running statement, and every later one of this request."""
        with self._lock:
            self.requested = True
            if self._connection is not None:
                self._connection.cancel_safe(timeout=2.0)

    @contextmanager
    def watching(self, connection: Connection) -> Iterator[None]:
        with self._lock:
            if self.requested:
                raise psycopg.errors.QueryCanceled("the request was given up")
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None


class Database:
    """A pool of connections to one database; nothing leaves it but transactions under a role."""

    def __init__(
        self,
        url: str,
        *,
        application: str = "codingit",
        min_size: int = 1,
        max_size: int = 8,
        statement_timeout_ms: int = 0,
        wait_seconds: float = 5.0,
        cancellation: Cancellation | None = None,
        vectors: bool = False,
        pool: psycopg_pool.ConnectionPool[PooledConnection] | None = None,
    ) -> None:
        self.url = url
        self._cancellation = cancellation
        self._pool = pool or psycopg_pool.ConnectionPool(
            url,
            connection_class=PooledConnection,
            kwargs={
                "autocommit": True,
                "application_name": application,
                "options": f"-c statement_timeout={statement_timeout_ms}",
                "connect_timeout": 5,
                "context": ADAPTERS,
                # Prepared with the first use. The driver that waits for the fifth takes a statement for prepared that a
                # pipeline skipped after an error, and its next use fails: it looks at the outcome of first ones alone.
                "prepare_threshold": 0,
            },
            min_size=min_size,
            max_size=max_size,
            timeout=wait_seconds,
            # A connection that died while it rested is found out before a request meets it.
            check=_check_rested if wait_seconds > 0 else None,
            reconnect_timeout=30.0,
            # Reads and writes vectors in binary; a request sends its one vector as text and needs no look-up of types.
            configure=register_vector if vectors else None,
            name=application,
            open=False,
        )

    def open(self, *, wait: bool = True) -> Self:
        with translated():
            self._pool.open(wait=wait, timeout=10.0)
        return self

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def cancellable(self, cancellation: Cancellation) -> Database:
        """The same pool, for one request that may be given up."""
        return Database(self.url, cancellation=cancellation, pool=self._pool)

    def pool_stats(self) -> dict[str, int]:
        return self._pool.get_stats()

    @contextmanager
    def acting_as(self, caller: Caller) -> Iterator[Connection]:
        """One transaction under the caller's role and claims, in pipeline mode.

        The first fetch carries `begin` and the settings along, so a block of one query costs two round trips with its
        commit. COPY does not work here; see `transaction_as`. Raises our errors, never the driver's.
        """
        with self._connection() as connection:
            try:
                with connection.pipeline():
                    connection.execute("begin")
                    connection.execute(ACT_AS, (caller.role.value, caller.claims_json()))
                    yield connection
                    connection.execute("commit")
            finally:
                _roll_back(connection)

    @contextmanager
    def reading_as(self, caller: Caller) -> Iterator[Connection]:
        """The same for a search, which writes nothing: two statements less, and plans that are made once.

        A pipeline's statements are one transaction until its end, and since that may only read, there is nothing for
        which it would need a `begin`. Raises our errors, never the driver's.
        """
        with self._connection() as connection, connection.pipeline():
            connection.execute(READ_AS, (caller.role.value, caller.claims_json()))
            yield connection

    @contextmanager
    def transaction_as(self, caller: Caller) -> Iterator[Connection]:
        """The same, statement by statement: for COPY, and for work that reads what it has written."""
        with self._connection() as connection, connection.transaction():
            connection.execute(ACT_AS, (caller.role.value, caller.claims_json()))
            yield connection

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with translated(), self._pool.connection() as connection:
            if connection.info.transaction_status != TransactionStatus.IDLE:
                raise RuntimeError("a connection came out of the pool inside a transaction")
            try:
                if self._cancellation is None:
                    yield connection
                else:
                    with self._cancellation.watching(connection):
                        yield connection
            finally:
                connection.rests_since = monotonic()


def _check_rested(connection: PooledConnection) -> None:
    """Ask a connection whether it lives, unless it did moments ago and nothing came in since; raises if not.

    A server that ends a connection says so and closes it: then there is something to read.
    """
    if monotonic() - connection.rests_since > RESTED_SECONDS or _has_news(connection):
        psycopg_pool.ConnectionPool.check_connection(connection)


def _has_news(connection: PooledConnection) -> bool:
    # poll takes any number of files; select ends at 1,024.
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _roll_back(connection: Connection) -> None:
    """End what an error left open, so that the role and the claims are gone before the pool gets the connection."""
    if connection.closed:
        return
    if connection.info.transaction_status != TransactionStatus.IDLE:
        connection.execute("rollback")
