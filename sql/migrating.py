"""How a database gets to the schema of this version: all pending migrations and every repeatable file, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from models.errors import SetupError, UnavailableError
from sql.failures import translated

MIGRATIONS = Path(__file__).parent / "migrations"
REPEATABLE = Path(__file__).parent / "repeatable"
# Any number will do, as long as every version of codingit-search takes the same one.
ADVISORY_LOCK = 0x0C0D1461
OLDEST_SERVER = 150000
LEDGER = """
create schema if not exists codingit;
create table if not exists codingit.migrations (
  version text primary key, checksum text not null, applied_at timestamptz not null default now()
);
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One SQL file: `version` is its name without the suffix."""

    version: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Migrated:
    applied: tuple[str, ...]
    repeated: tuple[str, ...]


def read_steps(folder: Path) -> tuple[Step, ...]:
    return tuple(Step(file.stem, file.read_text()) for file in sorted(folder.glob("*.sql")))


def migrate(
    url: str,
    *,
    upto: str | None = None,
    migrations: Sequence[Step] | None = None,
    repeatable: Sequence[Step] | None = None,
    only_when_changed: bool = False,
) -> Migrated:
    """Bring the database at `url` to this version's schema, in one transaction under an advisory lock.

    `upto` stops before the first migration whose name sorts after it, and leaves the repeatable files out. With
    `only_when_changed` the repeatable files run only when one of them, or a migration, is new: a start costs
    milliseconds. Raises SetupError when a file fails (nothing of the run stays), or when a migration that was applied
    has been edited since.
    """
    steps = read_steps(MIGRATIONS) if migrations is None else tuple(migrations)
    repeats = read_steps(REPEATABLE) if repeatable is None else tuple(repeatable)
    if upto is not None:
        steps, repeats = tuple(step for step in steps if step.version <= upto), ()
    with translated(), psycopg.connect(url, autocommit=True, application_name="codingit-migrate") as connection:
        _check_server(connection)
        with connection.transaction():
            connection.execute("set local client_min_messages = warning")
            connection.execute("select pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
            connection.execute(LEDGER)
            known: dict[str, str] = dict(
                connection.execute("select version, checksum from codingit.migrations").fetchall()
            )
            pending = [step for step in steps if step.version not in known]
            _refuse_edited(steps, known)
            for step in pending:
                _apply(connection, step)
            together = Step("repeatable", "\0".join(step.sql for step in repeats))
            if only_when_changed and not pending and known.get("repeatable") == together.checksum:
                return Migrated((), ())
            for step in repeats:
                _run(connection, step)
            if repeats:
                _record(connection, together)
    return Migrated(tuple(step.version for step in pending), tuple(step.version for step in repeats))


def pending_migrations(connection: psycopg.Connection[tuple[str, ...]]) -> tuple[str, ...]:
    """Names of the migrations that this version has and the database has not."""
    found = connection.execute("select to_regclass('codingit.migrations')::text").fetchone()
    if found is None or found[0] is None:
        return tuple(step.version for step in read_steps(MIGRATIONS))
    known = {row[0] for row in connection.execute("select version from codingit.migrations").fetchall()}
    return tuple(step.version for step in read_steps(MIGRATIONS) if step.version not in known)


def _check_server(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        raise SetupError(
            f"The server is PostgreSQL {version // 10000}; 15 or newer is needed.",
            hint="Upgrade it, or unset DATABASE_URL to use the embedded server.",
        )
    row = connection.execute(
        "select rolsuper or rolbypassrls, current_user from pg_roles where rolname = current_user"
    ).fetchone()
    if row is None or not row[0]:
        raise SetupError(
            f"The role {row[1] if row else '?'} can neither bypass row level security nor is it a superuser.",
            hint="Migrate as a superuser, or 'alter role ... bypassrls' for the role in DATABASE_URL.",
        )


def _refuse_edited(steps: Sequence[Step], known: dict[str, str]) -> None:
    edited = [step.version for step in steps if known.get(step.version, step.checksum) != step.checksum]
    if edited:
        raise SetupError(
            f"Migrations were edited after they had been applied: {', '.join(edited)}.",
            hint="Put the files back as they were, and write a new migration for the change.",
        )


def _apply(connection: psycopg.Connection[tuple[object, ...]], step: Step) -> None:
    _run(connection, step)
    _record(connection, step)


def _run(connection: psycopg.Connection[tuple[object, ...]], step: Step) -> None:
    try:
        # Simple query protocol (no parameters), so that a file may hold many statements.
        connection.execute(step.sql.encode())
    except psycopg.Error as error:
        if error.sqlstate is None:
            raise UnavailableError(f"The connection was lost in {step.version}.") from error
        raise SetupError(
            f"{step.version} failed: {error.diag.message_primary} (SQLSTATE {error.sqlstate}).",
            hint=error.diag.message_hint or "Nothing was changed. Mend the cause and migrate again.",
        ) from error


def _record(connection: psycopg.Connection[tuple[object, ...]], step: Step) -> None:
    connection.execute(
        "insert into codingit.migrations (version, checksum) values (%s, %s) "
        "on conflict (version) do update set checksum = excluded.checksum, applied_at = now()",
        (step.version, step.checksum),
    )
