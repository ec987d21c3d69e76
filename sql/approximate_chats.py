"""Approximate indexes of messages: built and dropped concurrently, asked for their recall; as the owner."""

from __future__ import annotations

import math
from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from sql.database import Connection
from sql.loading import query

# What a row takes while its index is built, beside its vector; with less memory building takes many times as long.
GRAPH_BYTES = 400


@dataclass(frozen=True, slots=True)
class ChatUser:
    user_id: UUID
    parts: int


@dataclass(frozen=True, slots=True)
class ChatIndex:
    """An HNSW index over the parts of one user's messages of one generation.

    `ef_search` is None where none was good enough and none is there.
    """

    name: str
    user_id: UUID
    ef_search: int | None
    rows_at_build: int
    rows_at_check: int
    seconds_since_check: float = 0.0


def users_by_size(connection: Connection, model_id: int, least: int) -> list[ChatUser]:
    parameters = {"model_id": model_id, "least": least}
    return [
        ChatUser(*row) for row in connection.execute(query("approximate_chats/users_by_size"), parameters).fetchall()
    ]


def known_indexes(connection: Connection, model_id: int) -> dict[UUID, ChatIndex]:
    rows = connection.execute(query("approximate_chats/known_indexes"), {"model_id": model_id}).fetchall()
    return {row[1]: ChatIndex(*row) for row in rows}


def build_index(connection: Connection, *, name: str, model_id: int, user_id: UUID, dimensions: int, rows: int) -> None:
    """Build a user's index without keeping anybody from writing."""
    memory = f"{graph_megabytes(rows, dimensions)}MB"
    connection.execute("select set_config('maintenance_work_mem', %s, false)", (memory,))
    # A second process would take the core from the searches.
    connection.execute("set max_parallel_maintenance_workers = 0")
    connection.execute(
        sql.SQL(
            "create index concurrently {} on public.chat_embeddings "
            "using hnsw ((embedding::halfvec({})) halfvec_ip_ops) where user_id = {} and model_id = {}"
        ).format(sql.Identifier(name), sql.Literal(dimensions), sql.Literal(str(user_id)), sql.Literal(model_id))
    )


def graph_megabytes(rows: int, dimensions: int) -> int:
    """What building an index takes, so that all of it stays in memory."""
    return 64 + math.ceil(rows * (2 * dimensions + GRAPH_BYTES) / (1 << 20))


def record_index(connection: Connection, model_id: int, index: ChatIndex, recall: float) -> None:
    parameters = {
        "name": index.name,
        "model_id": model_id,
        "user_id": index.user_id,
        "ef_search": index.ef_search,
        "rows": index.rows_at_build,
        "recall": recall,
    }
    connection.execute(query("approximate_chats/record_index"), parameters)


def record_check(connection: Connection, name: str, *, ef_search: int | None, recall: float, rows: int) -> None:
    parameters = {"name": name, "ef_search": ef_search, "recall": recall, "rows": rows}
    connection.execute(query("approximate_chats/record_check"), parameters)


def forget_index(connection: Connection, name: str) -> None:
    connection.execute(query("approximate_chats/forget_index"), {"name": name})


def drop_unusable_indexes(connection: Connection) -> int:
    """Drop what no search uses: builds that were cut short, replacements, retired generations; how many."""
    connection.execute(query("approximate_chats/forget_retired_indexes"))
    names = [row[0] for row in connection.execute(query("approximate_chats/unusable_indexes"), {}).fetchall()]
    for name in names:
        connection.execute(sql.SQL("drop index concurrently if exists public.{}").format(sql.Identifier(name)))
    return len(names)


def sample_vectors(connection: Connection, model_id: int, user_id: UUID, most: int) -> list[str]:
    parameters = {"model_id": model_id, "user_id": user_id, "most": most}
    return [row[0] for row in connection.execute(query("approximate_chats/sample_vectors"), parameters).fetchall()]


def exact_distances(connection: Connection, model_id: int, user_id: UUID, vector: str, most: int) -> list[float]:
    """Of the nearest so many, from near to far; distances and not which ones, since people say the same again."""
    parameters = {"model_id": model_id, "user_id": user_id, "vector": vector, "most": most}
    return [row[0] for row in connection.execute(query("approximate_chats/exact_distances"), parameters).fetchall()]


def indexed_distances(
    connection: Connection, *, model_id: int, user_id: UUID, dimensions: int, vector: str, ef_search: int, most: int
) -> list[float]:
    """Of what the user's index answers at so wide a search."""
    with connection.transaction():
        connection.execute("select set_config('hnsw.ef_search', %s, true)", (str(ef_search),))
        # The index competes with a sort that is exact, and for a small user the planner prefers that one.
        connection.execute("set local enable_sort = off")
        rows = connection.execute(
            sql.SQL(
                "select (embedding::halfvec({0})) <#> {1}::halfvec({0}) from public.chat_embeddings "
                "where user_id = {2} and model_id = {3} "
                "order by (embedding::halfvec({0})) <#> {1}::halfvec({0}) limit {4}"
            ).format(
                sql.Literal(dimensions),
                sql.Literal(vector),
                sql.Literal(str(user_id)),
                sql.Literal(model_id),
                sql.Literal(most),
            )
        ).fetchall()
    return [row[0] for row in rows]
