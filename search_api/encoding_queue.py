"""Which texts are encoded together: what waits, a text of each request in turn, up to so many tokens at once.

Own code: the libraries that batch (`batched`, `async-batcher`) count texts, not tokens, wait for a time even when idle,
and know neither a full queue nor callers who leave.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from models.errors import TooManyRequestsError, UnavailableError

# A search that comes meanwhile waits for a batch; fewer tokens at once than the least cost a transformer too much.
LONGEST_BATCH_SECONDS = 0.25
LEAST_BATCH_TOKENS = 512
# How much the newest batch counts in the speed that waits are told by: changes of load show after a few batches.
NEWEST = 0.2
LONGEST_RETRY_SECONDS = 600

Rows = NDArray[np.float32]


class Kind(StrEnum):
    """What a text is to the model."""

    QUERY = "query"
    DOCUMENT = "document"


@dataclass(eq=False, slots=True)
class Job:
    """One request's texts, and their rows as they come; `result` has them all or the failure."""

    encoder: Encoder
    kind: Kind
    texts: Sequence[str]
    lengths: Sequence[int]
    result: Future[Rows] = field(default_factory=Future)
    rows: list[Rows] = field(default_factory=list)
    taken: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        # From here on nobody but the queue ends it, however the caller waits.
        self.result.set_running_or_notify_cancel()

    def weight_from(self, place: int) -> int:
        return sum(map(_weight, self.lengths[place:]))


@dataclass(frozen=True, slots=True)
class QueueState:
    """What waits or is being encoded."""

    requests: int
    tokens: int


class EncodingQueue:
    """One thread that encodes for all; it starts with the first job and ends with `close`."""

    def __init__(
        self, batch_tokens: int, most_tokens: int, on_batch: Callable[[int, int], None] = lambda texts, tokens: None
    ) -> None:
        self._batch_tokens = batch_tokens
        self._most_tokens = most_tokens
        self._on_batch = on_batch
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._open: set[Job] = set()
        self._tokens = 0
        self._tokens_a_second: float | None = None
        self._thread: threading.Thread | None = None
        self._refusing = False

    def open(self) -> None:
        """Take jobs (again)."""
        with self._changed:
            self._refusing = False

    def refuse(self) -> None:
        """Take no more jobs; those that are there are finished."""
        with self._changed:
            self._refusing = True

    def close(self) -> None:
        """Refuse what waits and what comes; returns when nothing is being encoded any more."""
        with self._changed:
            self._refusing = True
            for job in list(self._open):
                self._end(job, UnavailableError("The service is stopping."))
            thread = self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join()

    def state(self) -> QueueState:
        with self._changed:
            return QueueState(len(self._open), self._tokens)

    def submit(self, job: Job) -> None:
        """Queue the texts. Raises TooManyRequestsError when too much waits, UnavailableError when the service stops."""
        weight = job.weight_from(0)
        with self._changed:
            if self._refusing:
                raise UnavailableError("The service is stopping.", hint="Ask again when it is back.")
            # An empty queue takes whatever a request may hold.
            if self._open and self._tokens + weight > self._most_tokens:
                raise self._full(weight)
            self._open.add(job)
            self._tokens += weight
            if not job.texts:
                self._end(job, None)
                return
            self._waiting.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="encoding", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def leave(self, job: Job) -> None:
        """Take a caller's texts back; those in the batch that is being encoded are encoded in vain."""
        with self._changed:
            self._end(job, UnavailableError("The caller has left."))

    def _full(self, weight: int) -> TooManyRequestsError:
        error = TooManyRequestsError(
            f"{self._tokens} tokens wait to be embedded; with {weight} more it would be over {self._most_tokens}."
        )
        if self._tokens_a_second is not None:
            seconds = (self._tokens + weight - self._most_tokens) / self._tokens_a_second
            error.retry_after_seconds = min(LONGEST_RETRY_SECONDS, max(1, math.ceil(seconds)))
        return error

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._refusing and not self._open:
                        self._thread = None
                        return
                    self._changed.wait()
                batch = self._take()
            started = perf_counter()
            for kind, encoder in {(job.kind, job.encoder): None for job in batch}:
                same = {job: texts for job, texts in batch.items() if (job.kind, job.encoder) == (kind, encoder)}
                self._encode(encoder, kind, same)
            self._record(batch, perf_counter() - started)

    def _take(self) -> dict[Job, range]:
        """The next texts of each waiting job, one of each in turn, as far as the tokens reach; one at least."""
        batch: dict[Job, range] = {}
        room = self._room()
        while self._waiting:
            job = self._waiting[0]
            weight = _weight(job.lengths[job.taken])
            if batch and weight > room:
                break
            self._waiting.popleft()
            room -= weight
            batch[job] = range(batch[job].start if job in batch else job.taken, job.taken + 1)
            job.taken += 1
            if job.taken < len(job.texts):
                self._waiting.append(job)
        return batch

    def _room(self) -> int:
        """The tokens of a batch: as many as may be, or as take no longer than a batch should at the speed of late."""
        if self._tokens_a_second is None:
            return min(self._batch_tokens, LEAST_BATCH_TOKENS)
        in_time = int(self._tokens_a_second * LONGEST_BATCH_SECONDS)
        return min(self._batch_tokens, max(LEAST_BATCH_TOKENS, in_time))

    def _encode(self, encoder: Encoder, kind: Kind, batch: dict[Job, range]) -> None:
        encode = encoder.encode_queries if kind is Kind.QUERY else encoder.encode_documents
        texts = [job.texts[place] for job, places in batch.items() for place in places]
        try:
            rows = encode(texts)
        except Exception as error:  # whatever it is, its callers are told, and the others go on
            if len(batch) == 1:
                with self._changed:
                    self._end(next(iter(batch)), error)
                return
            for job, places in batch.items():
                self._encode(encoder, kind, {job: places})
            return
        start = 0
        with self._changed:
            for job, places in batch.items():
                job.rows.append(rows[start : start + len(places)])
                start += len(places)
                self._note_done(job, places)

    def _note_done(self, job: Job, places: range) -> None:
        if job not in self._open:
            return
        self._tokens -= sum(_weight(job.lengths[place]) for place in places)
        job.done = places.stop
        if job.done == len(job.texts):
            self._end(job, None)

    def _end(self, job: Job, error: Exception | None) -> None:
        """Let go of a job, whole or not; a second time does nothing."""
        if job not in self._open:
            return
        self._open.remove(job)
        self._tokens -= job.weight_from(job.done)
        if job in self._waiting:
            self._waiting.remove(job)
        if error is not None:
            job.result.set_exception(error)
        else:
            job.result.set_result(np.concatenate(job.rows) if job.rows else _no_rows(job))
        self._changed.notify_all()

    def _record(self, batch: dict[Job, range], seconds: float) -> None:
        texts = sum(map(len, batch.values()))
        tokens = sum(_weight(job.lengths[place]) for job, places in batch.items() for place in places)
        speed = tokens / max(seconds, 1e-9)
        with self._changed:
            before = self._tokens_a_second
            self._tokens_a_second = speed if before is None else before + NEWEST * (speed - before)
        self._on_batch(texts, tokens)


def _weight(length: int) -> int:
    # A text without a token takes its time too.
    return max(1, length)


def _no_rows(job: Job) -> Rows:
    return np.zeros((0, job.encoder.identity.dimensions), dtype=np.float32)
