"""Acting as a caller: role and claims for one transaction, gone afterwards whatever happened in it."""

from __future__ import annotations

import threading
import time
import uuid

import psycopg
import pytest

from models.caller import ANON, SERVICE, Caller, user
from models.errors import CodingitError, ForbiddenError, TimedOutError, UnavailableError
from sql.database import RESTED_SECONDS, Cancellation, Database

WHO = "select current_user, current_setting('request.jwt.claims', true)::json ->> 'sub'"


@pytest.fixture
def one_connection(url: str) -> Database:
    """A pool in which every block meets the same connection."""
    return Database(url, min_size=1, max_size=1).open()


@pytest.mark.parametrize("caller", [ANON, SERVICE, user(uuid.UUID(int=7))], ids=lambda caller: caller.role.value)
def test_a_block_runs_under_the_callers_role_and_claims(one_connection: Database, caller: Caller) -> None:
    expected = (caller.role.value, None if caller.user_id is None else str(caller.user_id))
    with one_connection.acting_as(caller) as connection:
        assert connection.execute(WHO).fetchone() == expected
    with one_connection.transaction_as(caller) as connection:
        assert connection.execute(WHO).fetchone() == expected
    with one_connection.reading_as(caller) as connection:
        assert connection.execute(WHO).fetchone() == expected
        # Of one transaction, also when the first rows have been fetched.
        assert connection.execute(WHO).fetchone() == expected
    one_connection.close()


@pytest.mark.parametrize("how", ["acting_as", "transaction_as", "reading_as"])
@pytest.mark.parametrize("statement", ["select 1", "select 1 / 0", "select * from nowhere"])
def test_nothing_of_the_caller_is_left_on_the_connection(one_connection: Database, how: str, statement: str) -> None:
    try:
        with getattr(one_connection, how)(user(uuid.uuid4())) as connection:
            connection.execute(statement).fetchall()
    except (psycopg.Error, CodingitError):
        pass
    with one_connection._connection() as connection:
        assert connection.execute("select current_user").fetchone() == ("postgres",)
        left = connection.execute("select nullif(current_setting('request.jwt.claims', true), '')").fetchone()
        assert left == (None,)
        for setting, default in (("transaction_read_only", "off"), ("plan_cache_mode", "auto")):
            assert connection.execute("select current_setting(%s)", (setting,)).fetchone() == (default,)
    one_connection.close()


def test_who_reads_writes_nothing_even_when_the_block_fails(one_connection: Database) -> None:
    write = "insert into embedding_models (name, revision, dimensions, chunker_version) values ('m', 'r', 3, 1)"
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), one_connection.reading_as(SERVICE) as connection:
        connection.execute(write).fetchall()

    def read_and_fail() -> None:
        with one_connection.reading_as(SERVICE) as connection:
            connection.execute(WHO).fetchone()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        read_and_fail()
    with one_connection.acting_as(SERVICE) as connection:
        assert connection.execute("select count(*) from embedding_models").fetchone() == (0,)
    one_connection.close()


@pytest.mark.parametrize("way", ["reading_as", "acting_as"])
def test_a_statement_that_was_skipped_after_an_error_is_not_taken_for_prepared(
    one_connection: Database, way: str
) -> None:
    def run(*statements: str) -> object:
        with getattr(one_connection, way)(SERVICE) as connection:
            return [connection.execute(statement) for statement in statements][-1].fetchone()

    # The driver prepares a statement when it has seen it some times: one of these is the time when it is skipped.
    for times_before in range(8):
        statement = f"select {times_before}"
        for _ in range(times_before):
            run(statement)
        with pytest.raises(psycopg.errors.DivisionByZero):
            run("select 1 / 0", statement)

        assert run(statement) == (times_before,)
    one_connection.close()


def test_an_error_in_the_block_undoes_what_it_wrote(database: Database) -> None:
    def write_and_fail() -> None:
        with database.acting_as(SERVICE) as connection:
            connection.execute("insert into projects (user_id, title) select id, 'x' from auth.users")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.acting_as(SERVICE) as connection:
        assert connection.execute("select count(*) from projects").fetchone() == (0,)


def test_what_the_block_wrote_is_committed(database: Database) -> None:
    with database.acting_as(SERVICE) as connection:
        connection.execute(
            "insert into embedding_models (name, revision, dimensions, chunker_version) values ('m', 'r', 3, 1)"
        )
    with database.acting_as(SERVICE) as connection:
        assert connection.execute("select name from embedding_models").fetchone() == ("m",)


def test_a_token_cannot_choose_its_subject_or_role(database: Database) -> None:
    real = uuid.uuid4()
    caller = Caller(real, user(real).role, {"sub": str(uuid.uuid4()), "role": "service_role"})
    with database.acting_as(caller) as connection:
        row = connection.execute(
            "select current_setting('request.jwt.claims')::json ->> 'sub',"
            " current_setting('request.jwt.claims')::json ->> 'role', current_user"
        ).fetchone()
    assert row == (str(real), "authenticated", "authenticated")


def test_refusals_become_ours(database: Database) -> None:
    with pytest.raises(ForbiddenError), database.acting_as(ANON) as connection:
        connection.execute("insert into teams (name) values ('x')").fetchall()


def test_a_statement_that_takes_too_long_is_ended(url: str) -> None:
    # The pool's own statements have the same time, and must fit in it on a busy machine.
    with (
        Database(url, statement_timeout_ms=1000) as database,
        pytest.raises(TimedOutError),
        database.acting_as(SERVICE) as connection,
    ):
        connection.execute("select pg_sleep(600)").fetchall()


def test_a_request_that_is_given_up_is_ended_in_the_database(database: Database) -> None:
    cancellation = Cancellation()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with database.cancellable(cancellation).acting_as(SERVICE) as connection:
                connection.execute("select pg_sleep(60)").fetchall()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    running = "select count(*) from pg_stat_activity where query like 'select pg_sleep(60)%' and state = 'active'"
    with psycopg.connect(database.url, autocommit=True) as watcher:
        deadline = time.monotonic() + 30
        while watcher.execute(running.encode()).fetchone() != (1,):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        cancellation.cancel()
        thread.join(30)
        assert not thread.is_alive()
        assert watcher.execute(running.encode()).fetchone() == (0,)
    assert isinstance(failures[0], TimedOutError)


def test_a_request_that_was_given_up_starts_no_statement(database: Database) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(TimedOutError), database.cancellable(cancellation).acting_as(SERVICE):
        pass


@pytest.mark.parametrize("rested", [0.0, RESTED_SECONDS + 1], ids=["a moment ago", "a while ago"])
def test_a_connection_that_died_while_it_rested_is_no_requests_concern(
    one_connection: Database, monkeypatch: pytest.MonkeyPatch, rested: float
) -> None:
    backend = "select pg_backend_pid()"
    with one_connection.acting_as(SERVICE) as connection:
        (before,) = connection.execute(backend).fetchone() or (0,)
    with psycopg.connect(one_connection.url, autocommit=True) as other:
        # Waits until it has ended.
        other.execute("select pg_terminate_backend(%s, 10000)", (before,))
    now = time.monotonic() + rested
    monkeypatch.setattr("sql.database.monotonic", lambda: now)
    with one_connection.acting_as(SERVICE) as connection:
        (after,) = connection.execute(backend).fetchone() or (0,)
    assert after not in (0, before)
    one_connection.close()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", wait_seconds=0.2)
    database.open(wait=False)
    with pytest.raises(UnavailableError), database.acting_as(SERVICE):
        pass
    database.close()
