"""Migrating a database that is in use: its rows stay and are taken in, and a migration that fails changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from models.errors import SetupError
from sql.database import Connection
from sql.migrating import MIGRATIONS, REPEATABLE, Step, migrate, read_steps
from sql.server import ServerAddress
from tests.conftest import become, make_user, signed_in
from tests.sql.policies.kinds import CHATS, PROJECTS, TEAMS, USERS, WORKFLOWS
from tests.sql.policies.things import Tenant, insert_row
from tests.sql.policies.world import PEOPLE
from tests.sql.published import published_tables

STEPS = read_steps(MIGRATIONS)
# From the one on that has made the last of the published tables.
VERSIONS = [step.version for step in STEPS if step.version >= "0007"]
# Beside the published tables, made by later migrations.
OURS = {"public.idempotency_keys"}
THINGS = tuple(thing for thing in (*TEAMS, *USERS, *PROJECTS, *CHATS, *WORKFLOWS) if thing.table not in OURS)
# Everything that a migration can leave behind, by name, so that two databases can be compared.
SNAPSHOT = """
select 'relation', class.oid::regclass::text, class.relkind::text,
  class.relrowsecurity::text || class.relforcerowsecurity,
  (select string_agg(distinct concat_ws(' ', grantee::regrole, privilege_type), ',') from aclexplode(class.relacl)),
  (select string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull), ',' order by attname)
    from pg_attribute where attrelid = class.oid and attnum > 0 and not attisdropped)
from pg_class as class
where class.relnamespace::regnamespace::text in ('public', 'codingit', 'codingit_internal', 'auth')
union all
select 'function', oid::regprocedure::text, prosecdef::text, md5(prosrc), array_to_string(proconfig, ','),
  (select string_agg(distinct concat_ws(' ', grantee::text, privilege_type), ',') from aclexplode(proacl))
from pg_proc
where pronamespace::regnamespace::text in ('public', 'codingit', 'codingit_internal', 'auth')
union all
select 'policy', polrelid::regclass::text, polname, polcmd::text, pg_get_expr(polqual, polrelid),
  pg_get_expr(polwithcheck, polrelid)
from pg_policy
union all
select 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), null, null
from pg_trigger where not tgisinternal
union all
select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), null, null
from pg_constraint where conrelid <> 0 and contype <> 'n'
union all
select 'schema', nspname, (
    select string_agg(distinct concat_ws(' ', grantee::text, privilege_type), ',') from aclexplode(nspacl)
  ), null, null, null
from pg_namespace where nspname !~ '^pg_'
"""


@pytest.fixture
def empty(server: ServerAddress) -> Iterator[str]:
    name = f"m_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    yield server.url(database=name)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


def snapshot(url: str) -> set[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return set(connection.execute(SNAPSHOT.encode()).fetchall())


def counts(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        return {table: count(connection, table) for table in published_tables()}


def count(connection: Connection, table: str) -> int:
    row = connection.execute(f"select count(*) from public.{table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def fill(url: str) -> Tenant:
    """A row of every published kind, written before there are triggers and policies."""
    tenant = Tenant()
    with psycopg.connect(url) as connection:
        for person in PEOPLE:
            tenant.keys[person] = make_user(connection)
        for thing in THINGS:
            row = tenant.values(thing)
            if thing.table == "public.chat_message_cache":
                row["user_id"] = tenant.keys["owner"]
            found = connection.execute(insert_row(thing.table, row, thing.key).encode(), row).fetchone()
            assert found is not None
            tenant.keys[thing.name] = found[0]
    return tenant


@pytest.mark.parametrize("version", VERSIONS)
def test_rows_of_an_older_version_are_kept_and_taken_in(version: str, empty: str, url: str) -> None:
    migrate(empty, upto=version)
    owner = fill(empty).keys["owner"]
    before = counts(empty)

    migrated = migrate(empty)

    assert migrated.applied == tuple(step.version for step in STEPS if step.version > version)
    assert counts(empty) == before
    assert min(before.values()) > 0
    assert snapshot(empty) == snapshot(url)
    with psycopg.connect(empty) as connection:
        hashed = connection.execute(
            b"select bool_and(content_hash = sha256(convert_to(content, 'UTF8'))) from workspace_files"
        ).fetchone()
        assert hashed == (True,)
        become(connection, signed_in(owner))  # type: ignore[arg-type]  # a user's key is its id
        found = connection.execute("select count(*) from search_user_messages('quokka', %s)", (owner,)).fetchone()
        assert found == (2,)


def test_words_of_chats_from_before_the_search_are_known_to_it(empty: str) -> None:
    migrate(empty, upto="0008_foreign_key_indexes")
    owner = fill(empty).keys["owner"]

    migrate(empty)

    with psycopg.connect(empty) as connection:
        words = connection.execute(b"select user_id, term from chat_terms").fetchall()
    assert words == [(owner, "quokka")]


def test_migrating_again_changes_nothing(url: str) -> None:
    before = snapshot(url)

    again = migrate(url)

    assert again.applied == ()
    assert snapshot(url) == before


BROKEN = "drop table public.chat_terms; delete from public.projects; create table public.half (n int); select 1 / 0;"


@pytest.mark.parametrize("where", ["migration", "repeatable"])
def test_a_step_that_fails_changes_nothing_of_a_database_in_use(where: str, url: str) -> None:
    fill(url)
    shape, rows = snapshot(url), counts(url)
    broken = Step("9999_broken", BROKEN)
    migrations = (*STEPS, broken) if where == "migration" else STEPS
    repeatable = read_steps(REPEATABLE) if where == "migration" else (*read_steps(REPEATABLE), broken)

    with pytest.raises(SetupError, match="9999_broken failed: division by zero"):
        migrate(url, migrations=migrations, repeatable=repeatable)

    assert snapshot(url) == shape
    assert counts(url) == rows


def test_a_step_that_fails_leaves_an_empty_database_empty(empty: str) -> None:
    before = snapshot(empty)

    with pytest.raises(SetupError, match="9999_broken failed"):
        migrate(empty, migrations=(*STEPS, Step("9999_broken", BROKEN)))

    assert snapshot(empty) == before
