"""The worker: keeps the index equal to the files, whoever writes them, until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import psycopg

from indexer.batching import BatchReport, index_batch
from indexer.chunking import CHUNKER_VERSION
from indexer.message_batching import index_messages
from models.caller import SERVICE, Role
from models.encoder import Encoder
from models.errors import ConflictError, SetupError, TimedOutError, UnavailableError
from sql import chat_index, index
from sql.database import Connection, Database
from sql.failures import translated
from sql.index import ActiveGeneration, Generation
from sql.once import forget_expired_answers

log = logging.getLogger("codingit.worker")

# A batch should take about this long: an edit waits for one batch at most.
BATCH_SECONDS = 0.7
FIRST_FILES = 4
MOST_FILES = 128
FIRST_MESSAGES = 16
MOST_MESSAGES = 512
# A lost notification costs this much freshness.
POLL_SECONDS = 2.0
FOLD_SECONDS = 1.0
HOUSEKEEPING_SECONDS = 30.0
# Every message is compared with its state: half a second a million.
MISSED_MESSAGES_SECONDS = 600.0
# New chunks after which the house is kept at once: a workspace was indexed, and somebody is about to search it.
MANY_CHUNKS = 300
RECONNECT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Assignment:
    """A generation with the encoder that made it."""

    generation: Generation
    encoder: Encoder


class Worker:
    """Indexes stale files and chat messages with one encoder; several workers share them.

    `on_idle` is called with the generation and the chunks written since the last call, at most every half minute unless
    these are many. While it builds a new generation it keeps the active one current too, as long as `load_active` finds
    its encoder.
    """

    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        *,
        load_active: Callable[[ActiveGeneration], Encoder | None] = lambda active: None,
        on_batch: Callable[[BatchReport], None] = lambda report: None,
        on_idle: Callable[[int, int], None] = lambda model_id, written: None,
    ) -> None:
        self._database = database
        self._encoder = encoder
        self._load_active = load_active
        self._on_batch = on_batch
        self._on_idle = on_idle
        self._most_files = FIRST_FILES
        self._most_messages = FIRST_MESSAGES
        self._folded = 0.0
        self._kept_house = -HOUSEKEEPING_SECONDS
        self._looked_for_messages = monotonic()
        self._written = 0
        self._leftovers = True

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; a database that goes away is waited for.

        Raises SetupError when another worker has switched the index to another model.
        """
        while not stop.is_set():
            try:
                with self.session() as (claims, assignments):
                    while not stop.is_set():
                        if not self.step(claims, assignments):
                            assignments = self._rest(claims, assignments)
            except UnavailableError:
                log.warning("the database cannot be reached; trying again")
                stop.wait(RECONNECT_SECONDS)
            except (ConflictError, TimedOutError) as error:
                # What is done for many files at once can meet a client that holds some of them and wants others.
                log.warning("clients were in the way (%s); trying again", error.code)
                stop.wait(RECONNECT_SECONDS)

    def run_until_idle(self) -> BatchReport:
        """Index what is stale now and return the sum: for scripts, tests and benchmarks."""
        total = BatchReport()
        with self.session() as (claims, assignments):
            for each in assignments:
                while True:
                    report = index_batch(self._database, claims, each.encoder, each.generation.id, MOST_FILES)
                    total.add(report)
                    if not (report.files or report.failed):
                        break
                while self._index_messages(claims, each):
                    pass
            self._fold()
            self._take_over(assignments)
        return total

    @contextmanager
    def session(self) -> Iterator[tuple[Connection, tuple[Assignment, ...]]]:
        """A connection that holds the claims and hears of changes, and the generations to work on."""
        with translated(), psycopg.connect(self._database.url, autocommit=True, connect_timeout=5) as claims:
            claims.execute("select set_config('role', %s, false)", (Role.SERVICE.value,))
            claims.execute("listen codingit_index")
            yield claims, self._begin(claims)

    def step(self, claims: Connection, assignments: Sequence[Assignment]) -> bool:
        """One batch of each generation, the active one first; False when there was nothing to do."""
        done = False
        for each in assignments:
            report = index_batch(self._database, claims, each.encoder, each.generation.id, self._most_files)
            if report.files or report.failed:
                done = True
                self._written += report.chunks
                self._on_batch(report)
                self._most_files = _adapted(self._most_files, MOST_FILES, sum(report.seconds.values()))
            done = self._index_messages(claims, each) or done
        if monotonic() - self._folded > FOLD_SECONDS or not done:
            self._fold()
        return done

    def _begin(self, claims: Connection) -> tuple[Assignment, ...]:
        identity = self._encoder.identity
        with self._database.transaction_as(SERVICE) as connection:
            generation = index.ensure_generation(
                connection,
                name=identity.name,
                revision=identity.revision,
                dimensions=identity.dimensions,
                chunker_version=CHUNKER_VERSION,
            )
            active = index.active_generation(connection)
        index.hold_generation(claims, generation.id)
        with self._database.transaction_as(SERVICE) as connection:
            index.retire_abandoned_generations(connection, generation.id)
            added = index.add_missing_states(connection, generation.id)
            said = chat_index.add_missing_message_states(connection, generation.id)
        log.info(
            "generation %d (%s, active: %s): %d new files, %d new messages",
            generation.id, identity.name, generation.active, added, said,
        )  # fmt: skip
        own = Assignment(generation, self._encoder)
        if generation.active or active is None or active.chunker_version != CHUNKER_VERSION:
            return (own,)
        companion = self._load_active(active)
        return (own,) if companion is None else (Assignment(Generation(active.id, True), companion), own)

    def _rest(self, claims: Connection, assignments: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
        assignments = self._take_over(assignments)
        if self._leftovers:
            with self._database.transaction_as(SERVICE) as connection:
                # Not both at once: a client may wait for what is deleted.
                self._leftovers = (
                    index.delete_retired(connection, most=2000) or chat_index.delete_retired_messages(connection, 2000)
                ) > 0
            return assignments
        model_id = assignments[-1].generation.id
        if monotonic() - self._kept_house > HOUSEKEEPING_SECONDS or self._written >= MANY_CHUNKS:
            self._kept_house = monotonic()
            with self._database.transaction_as(SERVICE) as connection:
                index.add_missing_states(connection, model_id)
                index.forget_gone_projects(connection)
                if monotonic() - self._looked_for_messages > MISSED_MESSAGES_SECONDS:
                    self._looked_for_messages = monotonic()
                    chat_index.add_missing_message_states(connection, model_id)
                forget_expired_answers(connection)
            self._on_idle(model_id, self._written)
            self._written = 0
        with self._database.transaction_as(SERVICE) as connection:
            retries = (
                index.seconds_to_next_retry(connection, model_id),
                chat_index.seconds_to_next_message_retry(connection, model_id),
            )
        wait = max(0.05, min([POLL_SECONDS, *(each for each in retries if each is not None)]))
        for _ in claims.notifies(timeout=wait, stop_after=1):
            pass
        return assignments

    def _take_over(self, assignments: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
        """Switch searches to the worker's own generation once each of its files and messages has been indexed."""
        own = assignments[-1]
        with self._database.transaction_as(SERVICE) as connection:
            active = index.active_generation(connection)
            if active is not None and active.id == own.generation.id:
                return (Assignment(Generation(active.id, True), own.encoder),)
            if own.generation.active:
                raise SetupError(
                    f"Another worker has switched the index to {active.name if active else 'another model'}.",
                    hint="Start every worker with the same CODINGIT_MODEL.",
                )
            own_id = own.generation.id
            if index.count_never_indexed(connection, own_id) or chat_index.count_messages_never_indexed(
                connection, own_id
            ):
                return assignments
            index.switch_generation(connection, own.generation.id)
        self._leftovers = True
        log.info("generation %d is active now", own.generation.id)
        return (Assignment(Generation(own.generation.id, True), own.encoder),)

    def _fold(self) -> None:
        with self._database.transaction_as(SERVICE) as connection:
            index.fold_terms(connection)
        self._folded = monotonic()

    def _index_messages(self, claims: Connection, each: Assignment) -> bool:
        report = index_messages(self._database, claims, each.encoder, each.generation.id, self._most_messages)
        if report.did_something:
            self._written += report.parts
            self._most_messages = _adapted(self._most_messages, MOST_MESSAGES, report.seconds)
        return report.did_something


def _adapted(batch: int, most: int, seconds: float) -> int:
    """The next batch's size after one that took so long."""
    if seconds > BATCH_SECONDS:
        return max(1, batch // 2)
    return min(most, batch * 2) if seconds < BATCH_SECONDS / 2 else batch
