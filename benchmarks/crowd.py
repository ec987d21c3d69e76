"""Many users' code in one database, as much as is asked for, made from one pool of real chunks.

The pool holds the chunks of real sources under real terms and, when those are too few, the same again under vectors
that lie near. A tenant is the first chunks of the pool; tenants lie mixed in the table, as if all had been writing at
the same time. Nothing of what a worker would do is left out of the rows; only triggers and foreign keys are off.
"""

from __future__ import annotations

import json
import sysconfig
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import HalfVector, SparseVector
from pgvector.psycopg import register_vector

from benchmarks.workspace import read_directory
from indexer.chunking import CHUNKER_VERSION
from indexer.planning import place_vector
from indexer.preparing import PreparedChunk, PreparedFile, prepare_file
from models.encoder import Encoder
from models.tokens import TERM_IDS
from sql import index
from sql.database import Connection

# Sources that every Python has, for who names none.
STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
QUERIES = Path(__file__).parent / "queries"
# The users beside the measured ones; a typical project.
NEIGHBOUR_CHUNKS = 2_000
# How far a repeated chunk's vector lies from the first one's: a cosine of about 0.85, as of two functions of a file.
DISTANCE = 0.6
# More real chunks than that take longer to cut and encode than they add.
MOST_REAL = 5_000
ENCODED_AT_ONCE = 512
POOL_TYPES = [
    *("int4",) * 5,
    *("text",) * 5,
    *("text[]", "text", "bytea", "halfvec", "text[]", "sparsevec", "halfvec", "text"),
]


@dataclass(frozen=True, slots=True)
class Tenant:
    """A user whose searches are measured, with the number of chunks."""

    user_id: UUID
    project_id: UUID
    chunks: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """What was built: the generation, one tenant a size, all rows, and how long it took."""

    model_id: int
    tenants: tuple[Tenant, ...]
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PoolChunk:
    """A chunk of the pool in its file."""

    file_no: int
    path: str
    file: PreparedFile
    chunk: PreparedChunk
    text_vector: NDArray[np.float32]
    vector: NDArray[np.float32]


def open_crowd(
    url: str, encoder: Encoder, sources: Sequence[Path], sizes: Sequence[int], rows: int, data: Path | None
) -> Crowd:
    """The crowd that an earlier run left in `data`, or a new one. Raises SystemExit when another was left there."""
    if data is None:
        return build_crowd(url, encoder, sources, sizes, rows)
    note = data / "crowd.json"
    wanted = {"sources": [str(root) for root in sources], "sizes": list(sizes), "rows": rows, "model": encoder.identity}
    asked = json.dumps(wanted, default=str)
    if not note.exists():
        crowd = build_crowd(url, encoder, sources, sizes, rows)
        note.write_text(json.dumps({"asked": asked, "crowd": asdict(crowd)}, default=str))
        return crowd
    left = json.loads(note.read_text())
    if left["asked"] != asked:
        raise SystemExit(f"{data} holds another crowd: {left['asked']}. Remove the folder or name another.")
    crowd = left["crowd"]
    tenants = tuple(
        Tenant(UUID(each["user_id"]), UUID(each["project_id"]), each["chunks"]) for each in crowd["tenants"]
    )
    return Crowd(crowd["model_id"], tenants, crowd["rows"], crowd["seconds"])


def build_crowd(url: str, encoder: Encoder, sources: Sequence[Path], sizes: Sequence[int], rows: int) -> Crowd:
    """Fill an empty, migrated database: a tenant of each size, and neighbours until the table has so many rows.

    `url` connects as a superuser, who may switch triggers off.
    """
    started = perf_counter()
    neighbours = max(0, round((rows - sum(sizes)) / NEIGHBOUR_CHUNKS))
    tenants = [Tenant(uuid.uuid4(), uuid.uuid4(), size) for size in [*sizes, *[NEIGHBOUR_CHUNKS] * neighbours]]
    with psycopg.connect(url, autocommit=True) as connection:
        register_vector(connection)
        connection.execute("set session_replication_role = replica")
        identity = encoder.identity
        model_id = index.ensure_generation(
            connection,
            name=identity.name,
            revision=identity.revision,
            dimensions=identity.dimensions,
            chunker_version=CHUNKER_VERSION,
        ).id
        _run(connection, "make_pool")
        _fill_pool(connection, pool_of(encoder, sources, max(tenant.chunks for tenant in tenants)))
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into tenants (no, user_id, project_id, chunks) values (%s, %s, %s, %s)",
                [(no, tenant.user_id, tenant.project_id, tenant.chunks) for no, tenant in enumerate(tenants)],
            )
        connection.execute("analyze pool, tenants")
        for name in ("add_accounts", "add_files", "add_chunks", "add_lexicon"):
            _run(connection, name, model_id=model_id)
        connection.execute("drop table pool, tenants")
        connection.execute("vacuum analyze")
    measured = tuple(tenants[: len(sizes)])
    return Crowd(model_id, measured, sum(tenant.chunks for tenant in tenants), perf_counter() - started)


def pool_of(encoder: Encoder, sources: Sequence[Path], most: int) -> Iterator[PoolChunk]:
    """So many chunks: those of the sources, then the same again under vectors nearby; the same for the same sources."""
    real = list(islice(_real_chunks(encoder, sources or [STANDARD_LIBRARY]), min(most, MOST_REAL)))
    if not real:
        raise SystemExit("The sources hold nothing that can be indexed.")
    yield from real
    random = np.random.default_rng(20_261_124)
    for number in range(len(real), most):
        lap, at = divmod(number, len(real))
        first = real[at]
        path = f"/again{lap}{first.path}"
        text = _near(first.text_vector, random)
        vector = _near(first.vector, random)
        files = real[-1].file_no + 1
        yield replace(first, file_no=lap * files + first.file_no, path=path, text_vector=text, vector=vector)


def _real_chunks(encoder: Encoder, sources: Sequence[Path]) -> Iterator[PoolChunk]:
    waiting: list[tuple[int, str, PreparedFile, PreparedChunk]] = []
    file_no = 0
    for root in sources:
        for read in read_directory(root):
            path = f"/{root.name}/{read.found.path}"
            file = prepare_file(path, read.text)
            waiting += [(file_no, path, file, chunk) for chunk in file.chunks]
            file_no += bool(file.chunks)
            if len(waiting) >= ENCODED_AT_ONCE:
                yield from _encoded(encoder, waiting)
                waiting = []
    yield from _encoded(encoder, waiting)


def _encoded(encoder: Encoder, waiting: Sequence[tuple[int, str, PreparedFile, PreparedChunk]]) -> Iterator[PoolChunk]:
    if not waiting:
        return
    paths = list(dict.fromkeys(file.path_text for _, _, file, _ in waiting))
    texts = encoder.encode_documents([chunk.text for _, _, _, chunk in waiting])
    places = dict(zip(paths, encoder.encode_documents(paths), strict=True))
    for (file_no, path, file, chunk), text in zip(waiting, texts, strict=True):
        yield PoolChunk(file_no, path, file, chunk, text, place_vector(text, places[file.path_text]))


def _near(vector: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    noise = random.standard_normal(len(vector), dtype=np.float32)
    moved = vector + DISTANCE * noise / np.linalg.norm(noise)
    return (moved / np.linalg.norm(moved)).astype(np.float32)


def _fill_pool(connection: Connection, pool: Iterator[PoolChunk]) -> None:
    with connection.cursor() as cursor, cursor.copy(_statement("copy_pool")) as copy:
        copy.set_types(POOL_TYPES)
        for number, each in enumerate(pool):
            copy.write_row(_copied(number, each))


def _copied(number: int, each: PoolChunk) -> tuple[Any, ...]:
    chunk = each.chunk.chunk
    return (
        number,
        each.file_no,
        chunk.ordinal,
        chunk.start_line,
        chunk.end_line,
        each.file.language,
        chunk.kind.value,
        each.file.role,
        each.path,
        each.chunk.symbol,
        list(chunk.defines),
        chunk.signature,
        each.chunk.text_hash,
        HalfVector(each.text_vector),
        list(each.chunk.terms),
        SparseVector({dimension - 1: weight for dimension, weight in each.chunk.term_ids.items()}, TERM_IDS),
        HalfVector(each.vector),
        chunk.content,
    )


def _run(connection: Connection, name: str, **parameters: object) -> None:
    for statement in _statement(name).decode().split(";\n"):
        connection.execute(statement.encode(), parameters or None)


def _statement(name: str) -> bytes:
    return (QUERIES / f"{name}.sql").read_bytes()
