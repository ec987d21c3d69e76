"""One batch of the worker: claim stale files, prepare, encode what is new, write each file's change whole."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from indexer.planning import FilePlan, plan_file
from indexer.preparing import PreparedFile, prepare_file
from indexer.skipping import MOST_BYTES, SkipReason
from models.caller import SERVICE
from models.encoder import Encoder
from models.errors import CodingitError, UnavailableError
from models.kinds import FileRole
from sql import index
from sql.database import Connection, Database
from sql.index import ClaimedFile, FailedFile, StoredChunk

log = logging.getLogger("codingit.worker")

# The worker never lets a client wait for long, nor waits itself: past PostgreSQL's deadlock timeout, a second, the
# client could become the victim.
LOCK_TIMEOUT = "set local lock_timeout = '250ms'"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of chunk texts by user and text hash, and of path texts by the text."""

    of_texts: dict[tuple[UUID, bytes], NDArray[np.float32]]
    of_paths: dict[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(slots=True)
class BatchReport:
    """What a batch did, and the seconds of each stage."""

    files: int = 0
    chunks: int = 0
    encoded: int = 0
    paths: int = 0
    reused: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, other: BatchReport) -> None:
        for name in ("files", "chunks", "encoded", "paths", "reused", "failed", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for stage, seconds in other.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds


def index_batch(
    database: Database, claims: Connection, encoder: Encoder, model_id: int, most_files: int
) -> BatchReport:
    """Index up to `most_files` stale files. `claims` is the session whose advisory locks keep other workers away.

    A file that fails keeps its error and is tried again later; the others go on. Raises UnavailableError when the
    database is gone: nothing is half written, and the claims end with their connection.
    """
    report = BatchReport()
    clock = _Clock(report.seconds)
    file_ids = index.claim_files(claims, model_id, most_files)
    clock.stage("claim")
    if not file_ids:
        return report
    try:
        with database.transaction_as(SERVICE) as connection:
            files = index.read_claimed(connection, model_id, file_ids, MOST_BYTES)
            stored = index.chunks_of_files(connection, model_id, file_ids)
        clock.stage("read")
        plans, failures = _plan(files, stored)
        clock.stage("chunk")
        with database.transaction_as(SERVICE) as connection:
            wanted = ((plan.file.user_id, chunk.text_hash) for plan in plans for chunk in plan.new)
            vectors = Vectors(index.reusable_vectors(connection, model_id, wanted))
        report.reused = len(vectors.of_texts)
        clock.stage("reuse")
        plans, more = _encode(encoder, plans, vectors, report)
        clock.stage("encode")
        failures += more + _write(database, model_id, plans, vectors, report)
        if failures:
            with database.transaction_as(SERVICE) as connection:
                index.mark_failed(connection, model_id, failures)
        report.failed = len(failures)
        clock.stage("write")
    finally:
        if not claims.closed:
            index.release_files(claims, model_id, file_ids)
    return report


def _plan(files: Sequence[ClaimedFile], stored: Sequence[StoredChunk]) -> tuple[list[FilePlan], list[FailedFile]]:
    held: dict[UUID, list[StoredChunk]] = {}
    for chunk in stored:
        held.setdefault(chunk.file_id, []).append(chunk)
    plans: list[FilePlan] = []
    failures: list[FailedFile] = []
    for file in files:
        try:
            plans.append(plan_file(file, _prepare(file), held.get(file.id, [])))
        except Exception as error:
            # One file's defect must not keep the others out of the index.
            log.exception("chunking %s failed", file.path)
            failures.append(_failure(file, error))
    return plans, failures


def _prepare(file: ClaimedFile) -> PreparedFile:
    if file.is_directory:
        return PreparedFile(None, FileRole.IMPLEMENTATION.value, (), skipped=SkipReason.DIRECTORY)
    if file.content is None:
        return PreparedFile(None, FileRole.IMPLEMENTATION.value, (), skipped=SkipReason.TOO_LARGE)
    return prepare_file(file.path, file.content)


def _encode(
    encoder: Encoder, plans: Sequence[FilePlan], vectors: Vectors, report: BatchReport
) -> tuple[list[FilePlan], list[FailedFile]]:
    """Encode every text and path that no vector is known of, equal texts of a user once; adds to `vectors`."""
    texts = {
        (plan.file.user_id, chunk.text_hash): chunk.text
        for plan in plans
        for chunk in plan.new
        if (plan.file.user_id, chunk.text_hash) not in vectors.of_texts
    }
    paths = list({plan.prepared.path_text for plan in plans if plan.new} - vectors.of_paths.keys())
    if not texts and not paths:
        return list(plans), []
    try:
        # In the precision in which they are kept: a vector that is used again then equals one that is made again.
        encoded = encoder.encode_documents([*texts.values(), *paths]).astype(np.float16).astype(np.float32)
    except Exception as error:
        if len(plans) == 1:
            log.exception("encoding %s failed", plans[0].file.path)
            return [], [_failure(plans[0].file, error)]
        return _encode_one_by_one(encoder, plans, vectors, report)
    vectors.of_texts.update(zip(texts, encoded[: len(texts)], strict=True))
    vectors.of_paths.update(zip(paths, encoded[len(texts) :], strict=True))
    report.encoded += len(texts)
    report.paths += len(paths)
    return list(plans), []


def _encode_one_by_one(
    encoder: Encoder, plans: Sequence[FilePlan], vectors: Vectors, report: BatchReport
) -> tuple[list[FilePlan], list[FailedFile]]:
    good: list[FilePlan] = []
    failures: list[FailedFile] = []
    for plan in plans:
        encoded, failed = _encode(encoder, [plan], vectors, report)
        good += encoded
        failures += failed
    return good, failures


def _write(
    database: Database, model_id: int, plans: Sequence[FilePlan], vectors: Vectors, report: BatchReport
) -> list[FailedFile]:
    """Write the plans in one transaction, or one by one when that fails; files that changed meanwhile stay stale."""
    if not plans:
        return []
    try:
        with database.transaction_as(SERVICE) as connection:
            written = _write_together(connection, model_id, plans, vectors)
    except UnavailableError:
        raise
    except Exception as error:
        if len(plans) > 1:
            return [failure for plan in plans for failure in _write(database, model_id, [plan], vectors, report)]
        if isinstance(error, CodingitError) and error.status in WRITE_AGAIN:
            # Somebody held a lock, or the file went while it was being written: not the file's fault.
            return []
        log.exception("writing %s failed", plans[0].file.path)
        return [_failure(plans[0].file, error)]
    for plan in written:
        report.files += 1
        report.chunks += len(plan.prepared.chunks)
        report.skipped += plan.prepared.skipped is not None
    return []


# Conflicts, timeouts of locks, and foreign keys to a file or user that is gone.
WRITE_AGAIN = {404, 409, 504}


def _write_together(
    connection: Connection, model_id: int, plans: Sequence[FilePlan], vectors: Vectors
) -> list[FilePlan]:
    connection.execute(LOCK_TIMEOUT)
    still = index.lock_files(connection, model_id, [(plan.file.id, plan.file.wanted_hash) for plan in plans])
    current = [plan for plan in plans if plan.file.id in still]
    index.delete_chunks(connection, [chunk_id for plan in current for chunk_id in plan.gone])
    index.renumber_chunks(connection, [moved for plan in current for moved in plan.moved_chunks()])
    rows = [row for plan in current for row in plan.new_rows(vectors.of_texts, vectors.of_paths)]
    index.copy_chunks(connection, model_id, rows)
    index.mark_indexed(connection, model_id, [plan.outcome() for plan in current])
    return current


def _failure(file: ClaimedFile, error: BaseException) -> FailedFile:
    return FailedFile(file.id, file.wanted_hash, error_line(error))


def error_line(error: BaseException) -> str:
    """What the owner is shown of an error: its first line, no traceback, nothing that PostgreSQL cannot store."""
    text = f"{type(error).__name__}: {error}".splitlines()[0][:500]
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class _Clock:
    """Seconds since the last stage, added up by name."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._last = monotonic()

    def stage(self, name: str) -> None:
        now = monotonic()
        self._seconds[name] = self._seconds.get(name, 0.0) + now - self._last
        self._last = now
