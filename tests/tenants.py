"""Users with many chunks, their vectors in clusters as those of real code are, written as the worker writes them."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector.psycopg import register_vector

from indexer.chunking import CHUNKER_VERSION
from models.tokens import term_id
from sql import index
from sql.database import Connection
from sql.index import ChunkRow
from sql.search import Candidate

DIMENSIONS = 32
TOPICS = 60
CHUNKS_A_FILE = 20
LANGUAGES = ("python", "go", "rust", "sql")
KINDS = ("function", "class")


@dataclass(frozen=True, slots=True)
class Tenant:
    """A user with two projects; file by file they take turns."""

    user_id: UUID
    projects: tuple[UUID, UUID]


def make_generation(connection: Connection, *, active: bool = True) -> int:
    model_id = index.ensure_generation(
        connection, name=uuid.uuid4().hex, revision="1", dimensions=DIMENSIONS, chunker_version=CHUNKER_VERSION
    ).id
    if active:
        index.switch_generation(connection, model_id)
    return model_id


def make_tenant(connection: Connection) -> Tenant:
    tenant = Tenant(uuid.uuid4(), (uuid.uuid4(), uuid.uuid4()))
    connection.execute(
        "insert into auth.users (id, email) values (%s, %s)", (tenant.user_id, f"{tenant.user_id}@example.org")
    )
    for project_id in tenant.projects:
        connection.execute(
            "insert into projects (id, user_id, title) values (%s, %s, 'p')", (project_id, tenant.user_id)
        )
    return tenant


def topic_vectors(count: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors around topics that are the same for every seed, near enough to each other to overlap."""
    topics = np.random.default_rng(7).standard_normal((TOPICS, DIMENSIONS))
    random = np.random.default_rng(seed)
    vectors = topics[random.integers(0, TOPICS, count)] + 0.8 * random.standard_normal((count, DIMENSIONS))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def add_chunks(connection: Connection, model_id: int, tenant: Tenant, count: int, seed: int = 1) -> None:
    """So many chunks more; each holds the words 'common', one of 100 and one of its own."""
    register_vector(connection)
    files = [_place(tenant, number, seed) for number in range(-(-count // CHUNKS_A_FILE))]
    written = connection.execute(
        "insert into workspace_files (user_id, project_id, path, name, content)"
        " select %s, project_id, path, path, '' from unnest(%s::uuid[], %s::text[]) as file (project_id, path)"
        " returning path, id",
        (tenant.user_id, [project_id for project_id, _ in files], [path for _, path in files]),
    ).fetchall()
    file_ids: dict[str, UUID] = dict(written)
    rows = []
    for number, vector in enumerate(topic_vectors(count, seed)):
        project_id, path = files[number // CHUNKS_A_FILE]
        words = ("common", f"some{number % 100}", f"only{seed}x{number}")
        rows.append(_chunk(tenant.user_id, project_id, file_ids[path], path, number, words, vector))
    index.copy_chunks(connection, model_id, rows)


def _place(tenant: Tenant, number: int, seed: int) -> tuple[UUID, str]:
    return tenant.projects[number % 2], f"/p{number % 2}/{seed}/f{number}.txt"


def _chunk(
    user_id: UUID,
    project_id: UUID,
    file_id: UUID,
    path: str,
    number: int,
    words: Sequence[str],
    vector: NDArray[np.float32],
) -> ChunkRow:
    return ChunkRow(
        user_id=user_id,
        project_id=project_id,
        file_id=file_id,
        ordinal=number % CHUNKS_A_FILE,
        start_line=number + 1,
        end_line=number + 1,
        language=LANGUAGES[number % len(LANGUAGES)],
        kind=KINDS[number % len(KINDS)],
        role="implementation",
        path=path,
        symbol=None,
        defines=(),
        signature=None,
        text_hash=hashlib.sha256(f"{file_id}{number}".encode()).digest(),
        terms=dict.fromkeys(words, 1.0),
        term_ids={term_id(word): 1.0 + (number % 7) / 10 for word in words},
        text_embedding=vector,
        embedding=vector,
        content=f"chunk {number}",
    )


def put_tenant(url: str, model_id: int, count: int, seed: int = 1) -> Tenant:
    """A new user with so many chunks, their terms folded in as a worker does it, committed and analysed."""
    with psycopg.connect(url) as connection:
        tenant = make_tenant(connection)
        add_chunks(connection, model_id, tenant, count, seed)
        index.fold_terms(connection)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze code_embeddings, code_terms, code_term_deltas")
    return tenant


def projects_of(connection: Connection, found: Sequence[Candidate]) -> set[UUID | None]:
    """The projects that the chunks are in; an empty set for no chunks."""
    ids = [each.id for each in found]
    rows = connection.execute("select distinct project_id from code_embeddings where id = any (%s)", (ids,))
    return {row[0] for row in rows.fetchall()}
