"""One batch of messages: claim stale ones, cut and encode them, write each message's vectors whole."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from indexer.batching import LOCK_TIMEOUT, WRITE_AGAIN, error_line
from indexer.message_parts import MOST_CHARACTERS, CutMessage, cut_message
from models.caller import SERVICE
from models.encoder import Encoder
from models.errors import CodingitError, UnavailableError
from sql import chat_index
from sql.chat_index import ClaimedMessage, FailedMessage, IndexedMessage, PartRow
from sql.database import Connection, Database

log = logging.getLogger("codingit.worker")


@dataclass(frozen=True, slots=True)
class MessageReport:
    """What a batch did; `seconds` in all."""

    messages: int = 0
    parts: int = 0
    failed: int = 0
    seconds: float = 0.0

    @property
    def did_something(self) -> bool:
        return bool(self.messages or self.failed)


@dataclass(frozen=True, slots=True)
class _Plan:
    message: ClaimedMessage
    cut: CutMessage


def index_messages(database: Database, claims: Connection, encoder: Encoder, model_id: int, most: int) -> MessageReport:
    """Embed up to `most` stale messages. `claims` is the session whose advisory locks keep other workers away.

    A message that fails keeps its error and is tried again later; the others go on. Raises UnavailableError when the
    database is gone: nothing is half written.
    """
    started = monotonic()
    message_ids = chat_index.claim_messages(claims, model_id, most)
    if not message_ids:
        return MessageReport()
    try:
        with database.transaction_as(SERVICE) as connection:
            messages = chat_index.read_claimed_messages(connection, model_id, message_ids, MOST_CHARACTERS)
        plans, failures = _plan(messages)
        vectors, more = _encode(encoder, plans)
        written, still_more = _write(
            database, model_id, [plan for plan in plans if plan.message.id in vectors], vectors
        )
        failures += more + still_more
        if failures:
            with database.transaction_as(SERVICE) as connection:
                chat_index.mark_messages_failed(connection, model_id, failures)
    finally:
        if not claims.closed:
            chat_index.release_messages(claims, model_id, message_ids)
    parts = sum(len(plan.cut.parts) for plan in written)
    return MessageReport(len(written), parts, len(failures), monotonic() - started)


Vectors = dict[object, NDArray[np.float32]]


def _plan(messages: Sequence[ClaimedMessage]) -> tuple[list[_Plan], list[FailedMessage]]:
    plans: list[_Plan] = []
    failures: list[FailedMessage] = []
    for message in messages:
        try:
            cut = cut_message(
                message.head, message.tail, message.characters, is_output=message.is_output, title=message.title
            )
            plans.append(_Plan(message, cut))
        except Exception as error:
            # One message's defect must not keep the others out of the index.
            log.exception("cutting message %s failed", message.id)
            failures.append(_failure(message, error))
    return plans, failures


def _encode(encoder: Encoder, plans: Sequence[_Plan]) -> tuple[Vectors, list[FailedMessage]]:
    """The vectors of each message's parts by the message's id; one by one when a batch fails."""
    texts = [part.text for plan in plans for part in plan.cut.parts]
    try:
        rows = encoder.encode_documents(texts) if texts else np.empty((0, 0), np.float32)
    except Exception as error:
        if len(plans) == 1:
            log.exception("encoding message %s failed", plans[0].message.id)
            return {}, [_failure(plans[0].message, error)]
        encoded: Vectors = {}
        failures: list[FailedMessage] = []
        for plan in plans:
            found, failed = _encode(encoder, [plan])
            encoded |= found
            failures += failed
        return encoded, failures
    vectors: Vectors = {}
    at = 0
    for plan in plans:
        vectors[plan.message.id] = rows[at : at + len(plan.cut.parts)]
        at += len(plan.cut.parts)
    return vectors, []


def _write(
    database: Database, model_id: int, plans: Sequence[_Plan], vectors: Vectors
) -> tuple[list[_Plan], list[FailedMessage]]:
    """Write the plans in one transaction, or one by one when that fails; what changed meanwhile stays stale."""
    if not plans:
        return [], []
    try:
        with database.transaction_as(SERVICE) as connection:
            connection.execute(LOCK_TIMEOUT)
            read = [(plan.message.id, plan.message.wanted_hash) for plan in plans]
            still = chat_index.lock_messages(connection, model_id, read)
            current = [plan for plan in plans if plan.message.id in still]
            rows = [row for plan in current for row in _rows(plan, vectors[plan.message.id])]
            chat_index.replace_parts(connection, model_id, [_indexed(plan) for plan in current], rows)
        return current, []
    except UnavailableError:
        raise
    except Exception as error:
        if len(plans) > 1:
            halves = [_write(database, model_id, [plan], vectors) for plan in plans]
            return [plan for written, _ in halves for plan in written], [each for _, bad in halves for each in bad]
        if isinstance(error, CodingitError) and error.status in WRITE_AGAIN:
            # Somebody held a lock, or the message went while it was being written: not the message's fault.
            return [], []
        log.exception("writing message %s failed", plans[0].message.id)
        return [], [_failure(plans[0].message, error)]


def _rows(plan: _Plan, vectors: NDArray[np.float32]) -> list[PartRow]:
    return [
        PartRow(plan.message.id, number, plan.message.user_id, part.start, part.end, vector)
        for number, (part, vector) in enumerate(zip(plan.cut.parts, vectors, strict=True))
    ]


def _indexed(plan: _Plan) -> IndexedMessage:
    cut = plan.cut
    return IndexedMessage(plan.message.id, plan.message.wanted_hash, len(cut.parts), cut.unread, cut.masked)


def _failure(message: ClaimedMessage, error: BaseException) -> FailedMessage:
    return FailedMessage(message.id, message.wanted_hash, error_line(error))
