"""Approximate indexes in the database: built and dropped concurrently, asked for their recall; as the owner."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import sql

from sql.database import Connection
from sql.failures import translated
from sql.loading import query

# pgvector trains on so many samples a list (at least 10,000), and keeps a bound for each of them and each list.
SAMPLES_A_LIST = 50
LEAST_SAMPLES = 10_000
# One maintainer at a time, among all workers of a database.
MAINTAINER_LOCK = 0x0C0D1462


@dataclass(frozen=True, slots=True)
class Tenant:
    user_id: UUID
    chunks: int


@dataclass(frozen=True, slots=True)
class ApproximateIndex:
    """An IVFFLAT index over one user's chunks of one generation, with a GIN index on their words beside it."""

    name: str
    user_id: UUID
    lists: int
    probes: int
    rows_at_build: int
    rows_at_check: int
    seconds_since_check: float = 0.0


@contextmanager
def maintaining(owner_url: str) -> Iterator[Connection | None]:
    """A connection as the owner, or None when another worker maintains the indexes just now."""
    name = "codingit-maintenance"
    with translated(), psycopg.connect(owner_url, autocommit=True, application_name=name) as connection:
        connection.execute("set statement_timeout = 0")
        row = connection.execute("select pg_try_advisory_lock(%s)", (MAINTAINER_LOCK,)).fetchone()
        yield connection if row is not None and row[0] else None


def tenants_by_size(connection: Connection, model_id: int, least: int) -> list[Tenant]:
    parameters = {"model_id": model_id, "least": least}
    return [Tenant(*row) for row in connection.execute(query("approximate/tenants_by_size"), parameters).fetchall()]


def known_indexes(connection: Connection, model_id: int) -> dict[UUID, ApproximateIndex]:
    rows = connection.execute(query("approximate/known_indexes"), {"model_id": model_id}).fetchall()
    return {row[1]: ApproximateIndex(*row) for row in rows}


def build_index(
    connection: Connection, *, name: str, model_id: int, user_id: UUID, dimensions: int, lists: int
) -> None:
    """Build both indexes of a user without keeping anybody from writing."""
    memory = f"{training_megabytes(lists, dimensions)}MB"
    connection.execute("select set_config('maintenance_work_mem', %s, false)", (memory,))
    scope = sql.SQL("user_id = {} and model_id = {}").format(sql.Literal(str(user_id)), sql.Literal(model_id))
    connection.execute(
        sql.SQL(
            "create index concurrently {} on public.code_embeddings "
            "using ivfflat ((embedding::halfvec({})) halfvec_ip_ops) with (lists = {}) where {}"
        ).format(sql.Identifier(name), sql.Literal(dimensions), sql.Literal(lists), scope)
    )
    connection.execute(
        sql.SQL("create index concurrently {} on public.code_embeddings using gin (words) where {}").format(
            sql.Identifier(f"{name}_words"), scope
        )
    )


def training_megabytes(lists: int, dimensions: int) -> int:
    """What building an index takes; PostgreSQL refuses to build one with less, and allows 64 MB by default."""
    samples = max(LEAST_SAMPLES, SAMPLES_A_LIST * lists)
    bounds, vectors = 4 * samples * lists, 2 * (samples + 3 * lists) * dimensions
    distances = 4 * lists * lists
    return 64 + math.ceil((bounds + vectors + distances) / (1 << 20))


def record_index(connection: Connection, model_id: int, index: ApproximateIndex, recall: float) -> None:
    parameters = {
        "name": index.name,
        "model_id": model_id,
        "user_id": index.user_id,
        "lists": index.lists,
        "probes": index.probes,
        "rows": index.rows_at_build,
        "recall": recall,
    }
    connection.execute(query("approximate/record_index"), parameters)


def record_check(connection: Connection, name: str, *, probes: int, recall: float, rows: int) -> None:
    parameters = {"name": name, "probes": probes, "recall": recall, "rows": rows}
    connection.execute(query("approximate/record_check"), parameters)


def forget_index(connection: Connection, name: str) -> None:
    connection.execute(query("approximate/forget_index"), {"name": name})


def drop_unusable_indexes(connection: Connection) -> int:
    """Drop what builds that were cut short, replacements and retired generations left; how many."""
    connection.execute(query("approximate/forget_retired_indexes"))
    names = [row[0] for row in connection.execute(query("approximate/unusable_indexes"), {}).fetchall()]
    for name in names:
        connection.execute(sql.SQL("drop index concurrently if exists public.{}").format(sql.Identifier(name)))
    return len(names)


def sample_vectors(connection: Connection, model_id: int, user_id: UUID, most: int) -> list[str]:
    parameters = {"model_id": model_id, "user_id": user_id, "most": most}
    return [row[0] for row in connection.execute(query("approximate/sample_vectors"), parameters).fetchall()]


def exact_neighbours(connection: Connection, model_id: int, user_id: UUID, vector: str, most: int) -> set[int]:
    parameters = {"model_id": model_id, "user_id": user_id, "vector": vector, "most": most}
    return {row[0] for row in connection.execute(query("approximate/exact_neighbours"), parameters).fetchall()}


def indexed_neighbours(
    connection: Connection, *, model_id: int, user_id: UUID, dimensions: int, vector: str, probes: int, most: int
) -> set[int]:
    """What the user's IVFFLAT index answers at so many probes."""
    with connection.transaction():
        connection.execute("select set_config('ivfflat.probes', %s, true)", (str(probes),))
        # The index competes with a sort that is exact, and for a small tenant the planner prefers that one.
        connection.execute("set local enable_sort = off")
        rows = connection.execute(
            sql.SQL(
                "select id from public.code_embeddings where user_id = {} and model_id = {} "
                "order by (embedding::halfvec({})) <#> {}::halfvec({}) limit {}"
            ).format(
                sql.Literal(str(user_id)),
                sql.Literal(model_id),
                sql.Literal(dimensions),
                sql.Literal(vector),
                sql.Literal(dimensions),
                sql.Literal(most),
            )
        ).fetchall()
    return {row[0] for row in rows}
