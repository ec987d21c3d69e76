"""The migrator: once, in order, all or nothing, never over an edited past."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import psycopg
import pytest

from models.errors import SetupError
from sql.migrating import Step, migrate
from sql.server import ServerAddress

FIRST = Step("0001_first", "create table public.one (n int); insert into public.one values (1);")
SECOND = Step("0002_second", "alter table public.one add column m int default 2;")
REPEATED = Step("functions", "create or replace function public.two() returns int language sql return 2;")


@pytest.fixture
def empty(server: ServerAddress) -> Iterator[str]:
    name = f"e_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    yield server.url(database=name)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


def test_applies_pending_steps_in_order_and_then_none(empty: str) -> None:
    first = migrate(empty, migrations=[FIRST], repeatable=[REPEATED])
    second = migrate(empty, migrations=[FIRST, SECOND], repeatable=[REPEATED])
    third = migrate(empty, migrations=[FIRST, SECOND], repeatable=[REPEATED], only_when_changed=True)
    assert first.applied == ("0001_first",)
    assert second.applied == ("0002_second",)
    assert (third.applied, third.repeated) == ((), ())
    assert ask(empty, "select m from public.one") == 2


def test_a_failing_step_leaves_nothing_of_the_run_behind(empty: str) -> None:
    broken = Step("0002_broken", "create table public.half (n int); select 1 / 0;")
    with pytest.raises(SetupError, match=r"0002_broken failed: division by zero"):
        migrate(empty, migrations=[FIRST, broken], repeatable=[REPEATED])
    assert ask(empty, "select to_regclass('public.one')") is None
    assert ask(empty, "select to_regclass('public.half')") is None
    assert ask(empty, "select to_regclass('codingit.migrations')") is None


def test_an_edited_migration_is_refused(empty: str) -> None:
    migrate(empty, migrations=[FIRST], repeatable=[])
    edited = Step(FIRST.version, FIRST.sql + " -- changed")
    with pytest.raises(SetupError, match="edited after they had been applied: 0001_first"):
        migrate(empty, migrations=[edited], repeatable=[])


def test_two_migrators_at_once_apply_each_step_once(empty: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate(empty, migrations=[FIRST, SECOND], repeatable=[REPEATED])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert ask(empty, "select count(*) from public.one") == 1


def test_a_role_that_row_level_security_binds_cannot_migrate(empty: str) -> None:
    role = f"r_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(f"create role {role} login".encode())
    with pytest.raises(SetupError, match="can neither bypass"):
        migrate(empty.replace("postgres@", f"{role}@"), migrations=[FIRST], repeatable=[])
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(f"drop role {role}".encode())


def test_the_real_schema_migrates_twice(server: ServerAddress, url: str) -> None:
    again = migrate(url)
    assert again.applied == ()
    assert again.repeated != ()
