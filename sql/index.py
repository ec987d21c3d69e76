"""The worker's questions to the database, one function a query; all of them run under the service role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector, SparseVector

from models.tokens import TERM_IDS
from sql.database import Connection
from sql.loading import query

# The first number of the advisory locks on files; the generation's id is added.
LOCK_CLASS = 0x0C0D1000


@dataclass(frozen=True, slots=True)
class Generation:
    """A model together with a chunker version: what an index was made with."""

    id: int
    active: bool


@dataclass(frozen=True, slots=True)
class ActiveGeneration:
    id: int
    name: str
    revision: str
    dimensions: int
    chunker_version: int


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """A stale file with its text and the hash that the index will carry once it holds that text."""

    id: UUID
    user_id: UUID
    project_id: UUID | None
    path: str
    is_directory: bool
    # None where the text is larger than was asked for.
    content: str | None
    wanted_hash: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class StoredChunk:
    id: int
    file_id: UUID
    user_id: UUID
    project_id: UUID | None
    path: str
    text_hash: bytes


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A row of code_embeddings as the indexer writes it; both vectors have unit norm."""

    user_id: UUID
    project_id: UUID | None
    file_id: UUID
    ordinal: int
    start_line: int
    end_line: int
    language: str | None
    kind: str
    role: str
    path: str
    symbol: str | None
    defines: tuple[str, ...]
    signature: str | None
    text_hash: bytes
    terms: dict[str, float]
    term_ids: dict[int, float]
    text_embedding: NDArray[np.float32]
    embedding: NDArray[np.float32]
    content: str


@dataclass(frozen=True, slots=True)
class MovedChunk:
    """A stored chunk whose text stayed and whose place changed."""

    id: int
    ordinal: int
    start_line: int
    end_line: int
    symbol: str | None
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class IndexedFile:
    file_id: UUID
    wanted_hash: bytes
    chunks: int
    masked: int
    skipped: str | None


@dataclass(frozen=True, slots=True)
class FailedFile:
    file_id: UUID
    wanted_hash: bytes
    error: str


def ensure_generation(
    connection: Connection, *, name: str, revision: str, dimensions: int, chunker_version: int
) -> Generation:
    """Find or make the generation, active at once when there is no other."""
    parameters = {"name": name, "revision": revision, "dimensions": dimensions, "chunker_version": chunker_version}
    (model_id, active) = _one(connection, "index/ensure_generation", parameters)
    activated = connection.execute(query("index/activate_first_generation"), {"model_id": model_id}).rowcount
    return Generation(model_id, active or activated > 0)


def switch_generation(connection: Connection, model_id: int) -> None:
    connection.execute(query("index/switch_generation"), {"model_id": model_id})
    connection.execute(query("index/activate_generation"), {"model_id": model_id})


def hold_generation(claims: Connection, model_id: int) -> None:
    """Say for the rest of the session that somebody works on this generation."""
    claims.execute(query("index/hold_generation"), {"lock_class": LOCK_CLASS, "model_id": model_id})


def retire_abandoned_generations(connection: Connection, model_id: int) -> int:
    parameters = {"model_id": model_id, "lock_class": LOCK_CLASS}
    return connection.execute(query("index/retire_abandoned_generations"), parameters).rowcount


def active_generation(connection: Connection) -> ActiveGeneration | None:
    row = connection.execute(query("index/active_generation")).fetchone()
    return None if row is None else ActiveGeneration(*row)


def add_missing_states(connection: Connection, model_id: int) -> int:
    return connection.execute(query("index/add_missing_states"), {"model_id": model_id}).rowcount


def count_stale(connection: Connection, model_id: int) -> int:
    return int(_one(connection, "index/count_stale", {"model_id": model_id})[0])


def count_never_indexed(connection: Connection, model_id: int) -> int:
    return int(_one(connection, "index/count_never_indexed", {"model_id": model_id})[0])


def claim_files(connection: Connection, model_id: int, most: int) -> list[UUID]:
    # Other workers' files are passed over; looking past a few batches of theirs finds free ones.
    parameters = {"model_id": model_id, "most": most, "look": most * 4 + 1000, "lock_class": LOCK_CLASS}
    return [row[0] for row in connection.execute(query("index/claim_files"), parameters).fetchall()]


def release_files(connection: Connection, model_id: int, file_ids: Sequence[UUID]) -> None:
    parameters = {"model_id": model_id, "file_ids": list(file_ids), "lock_class": LOCK_CLASS}
    connection.execute(query("index/release_files"), parameters)


def read_claimed(connection: Connection, model_id: int, file_ids: Sequence[UUID], most_bytes: int) -> list[ClaimedFile]:
    parameters = {"model_id": model_id, "file_ids": list(file_ids), "most_bytes": most_bytes}
    return [ClaimedFile(*row) for row in connection.execute(query("index/read_claimed"), parameters).fetchall()]


def chunks_of_files(connection: Connection, model_id: int, file_ids: Sequence[UUID]) -> list[StoredChunk]:
    parameters = {"model_id": model_id, "file_ids": list(file_ids)}
    return [StoredChunk(*row) for row in connection.execute(query("index/chunks_of_files"), parameters).fetchall()]


def reusable_vectors(
    connection: Connection, model_id: int, wanted: Iterable[tuple[UUID, bytes]]
) -> dict[tuple[UUID, bytes], NDArray[np.float32]]:
    """Vectors of texts that the same user's index holds already, by user and text hash."""
    pairs = list(dict.fromkeys(wanted))
    if not pairs:
        return {}
    parameters = {
        "model_id": model_id,
        "user_ids": [user_id for user_id, _ in pairs],
        "text_hashes": [text_hash for _, text_hash in pairs],
    }
    rows = connection.execute(query("index/reusable_vectors"), parameters).fetchall()
    return {(row[0], row[1]): row[2].to_numpy().astype(np.float32) for row in rows}


def lock_files(connection: Connection, model_id: int, files: Sequence[tuple[UUID, bytes]]) -> set[UUID]:
    parameters = {
        "model_id": model_id,
        "file_ids": [file_id for file_id, _ in files],
        "wanted_hashes": [wanted for _, wanted in files],
    }
    return {row[0] for row in connection.execute(query("index/lock_files"), parameters).fetchall()}


def delete_chunks(connection: Connection, chunk_ids: Sequence[int]) -> None:
    if chunk_ids:
        connection.execute(query("index/delete_chunks"), {"chunk_ids": list(chunk_ids)})


def renumber_chunks(connection: Connection, moved: Sequence[MovedChunk]) -> None:
    if moved:
        parameters = {
            "chunk_ids": [chunk.id for chunk in moved],
            "ordinals": [chunk.ordinal for chunk in moved],
            "start_lines": [chunk.start_line for chunk in moved],
            "end_lines": [chunk.end_line for chunk in moved],
            "symbols": [chunk.symbol for chunk in moved],
            "kinds": [chunk.kind for chunk in moved],
            "roles": [chunk.role for chunk in moved],
        }
        connection.execute(query("index/renumber_chunks"), parameters)


def copy_chunks(connection: Connection, model_id: int, rows: Sequence[ChunkRow]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor, cursor.copy(query("index/copy_chunks")) as copy:
        copy.set_types(COPY_TYPES)
        for row in rows:
            copy.write_row(_copied(model_id, row))


def mark_indexed(connection: Connection, model_id: int, files: Sequence[IndexedFile]) -> None:
    if files:
        parameters = {
            "model_id": model_id,
            "file_ids": [file.file_id for file in files],
            "wanted_hashes": [file.wanted_hash for file in files],
            "chunks": [file.chunks for file in files],
            "masked": [file.masked for file in files],
            "skipped": [file.skipped for file in files],
        }
        connection.execute(query("index/mark_indexed"), parameters)


def mark_failed(connection: Connection, model_id: int, files: Sequence[FailedFile]) -> None:
    if files:
        parameters = {
            "model_id": model_id,
            "file_ids": [file.file_id for file in files],
            "wanted_hashes": [file.wanted_hash for file in files],
            "errors": [file.error for file in files],
        }
        connection.execute(query("index/mark_failed"), parameters)


def seconds_to_next_retry(connection: Connection, model_id: int) -> float | None:
    seconds = _one(connection, "index/next_retry", {"model_id": model_id})[0]
    return None if seconds is None else float(seconds)


def fold_terms(connection: Connection, most: int = 200_000) -> int:
    return int(_one(connection, "index/fold_terms", {"most": most})[0])


def forget_gone_projects(connection: Connection) -> None:
    connection.execute(query("index/forget_gone_projects"))


def delete_retired(connection: Connection, most: int) -> int:
    """Take away a part of what retired generations left; 0 when nothing is left."""
    for part in ("states", "chunks"):
        deleted = connection.execute(query(f"index/delete_retired_{part}"), {"most": most}).rowcount
        if deleted:
            return deleted
    return 0


COPY_TYPES = [
    "uuid",
    "uuid",
    "uuid",
    "int2",
    "int4",
    "int4",
    "int4",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text[]",
    "text",
    "bytea",
    "halfvec",
    "text[]",
    "sparsevec",
    "halfvec",
    "text",
]


def _copied(model_id: int, row: ChunkRow) -> tuple[Any, ...]:
    return (
        row.user_id,
        row.project_id,
        row.file_id,
        model_id,
        row.ordinal,
        row.start_line,
        row.end_line,
        row.language,
        row.kind,
        row.role,
        row.path,
        row.symbol,
        list(row.defines),
        row.signature,
        row.text_hash,
        HalfVector(row.text_embedding),
        list(row.terms),
        # pgvector counts dimensions from 1 in text and from 0 in binary and here.
        SparseVector({dimension - 1: weight for dimension, weight in row.term_ids.items()}, TERM_IDS),
        HalfVector(row.embedding),
        row.content,
    )


def _one(connection: Connection, name: str, parameters: dict[str, object]) -> tuple[Any, ...]:
    row = connection.execute(query(name), parameters).fetchone()
    if row is None:
        raise LookupError(f"{name} answered with no row")
    return row
