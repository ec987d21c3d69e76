"""Tests of what is encoded together, who waits for whom, and what becomes of those who leave or come too many."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import TooManyRequestsError, UnavailableError
from search_api.encoding_queue import EncodingQueue, Job, Kind, QueueState
from tests.stubs import StubEncoder


class GatedEncoder(StubEncoder):
    """Encodes when it is let, and keeps which texts came together."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.let = threading.Event()
        self.begun = threading.Semaphore(0)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._gated(texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return -self._gated(texts)

    def encoded(self) -> list[str]:
        return [text for batch in self.batches for text in batch if text != "held"]

    def _gated(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        self.begun.release()
        assert self.let.wait(30)
        if any("poison" in text for text in texts):
            raise ValueError("poison")
        return super()._encode(texts)


@pytest.fixture
def encoder() -> GatedEncoder:
    return GatedEncoder()


@pytest.fixture
def queue(encoder: GatedEncoder) -> Iterator[EncodingQueue]:
    queue = EncodingQueue(batch_tokens=10, most_tokens=100)
    yield queue
    encoder.let.set()
    queue.close()


def job(encoder: StubEncoder, *texts: str, kind: Kind = Kind.DOCUMENT) -> Job:
    return Job(encoder, kind, texts, [len(text.split()) for text in texts])


def hold(queue: EncodingQueue, encoder: GatedEncoder) -> Job:
    """Something that is being encoded until the encoder is let."""
    held = job(encoder, "held")
    queue.submit(held)
    assert encoder.begun.acquire(timeout=30)
    return held


def rows_of(result: Future[NDArray[np.float32]]) -> NDArray[np.float32]:
    return result.result(timeout=30)


def test_the_rows_of_a_job_come_in_the_order_of_its_texts(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    encoder.let.set()
    texts = [f"text number {number}" for number in range(20)]
    wanted = job(encoder, *texts)

    queue.submit(wanted)

    np.testing.assert_array_equal(rows_of(wanted.result), StubEncoder().encode_documents(texts))
    assert encoder.encoded() == texts


def test_nobody_waits_for_others_to_come(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    hold(queue, encoder)

    assert encoder.batches == [["held"]]


def test_what_waits_is_encoded_together(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    hold(queue, encoder)
    jobs = [job(encoder, f"from {number}") for number in range(4)]
    for each in jobs:
        queue.submit(each)

    encoder.let.set()
    rows = [rows_of(each.result) for each in jobs]

    assert encoder.batches[1:] == [["from 0", "from 1", "from 2", "from 3"]]
    for number, row in enumerate(rows):
        np.testing.assert_array_equal(row, StubEncoder().encode_documents([f"from {number}"]))


def test_a_batch_holds_no_more_tokens_than_it_may(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    hold(queue, encoder)
    wanted = job(encoder, *["one two three four"] * 5, "a " * 15, "one")
    queue.submit(wanted)

    encoder.let.set()
    rows_of(wanted.result)

    # What is larger than a batch is one by itself.
    assert [[len(text.split()) for text in batch] for batch in encoder.batches[1:]] == [[4, 4], [4, 4], [4], [15], [1]]


def test_a_small_request_does_not_wait_for_a_large_one(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    hold(queue, encoder)
    large = job(encoder, *[f"large {number}" for number in range(30)])
    small = job(encoder, "small")
    queue.submit(large)
    queue.submit(small)

    encoder.let.set()
    rows_of(small.result)
    rows_of(large.result)

    assert "small" in encoder.batches[1]
    assert encoder.encoded().count("small") == 1
    assert [text for text in encoder.encoded() if text != "small"] == list(large.texts)


def test_queries_and_documents_are_told_apart(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    hold(queue, encoder)
    query, document = job(encoder, "same", kind=Kind.QUERY), job(encoder, "same")
    queue.submit(query)
    queue.submit(document)

    encoder.let.set()

    np.testing.assert_array_equal(rows_of(query.result), -rows_of(document.result))


def test_a_text_that_cannot_be_encoded_fails_its_own_request_only(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    hold(queue, encoder)
    bad, good = job(encoder, "poison", "more"), job(encoder, "good")
    queue.submit(bad)
    queue.submit(good)

    encoder.let.set()

    assert len(rows_of(good.result)) == 1
    with pytest.raises(ValueError, match="poison"):
        rows_of(bad.result)
    assert queue.state() == QueueState(0, 0)


def test_who_leaves_takes_the_texts_along(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    hold(queue, encoder)
    leaving, staying = job(encoder, *["left behind"] * 20), job(encoder, "stays")
    queue.submit(leaving)
    queue.submit(staying)

    queue.leave(leaving)
    encoder.let.set()
    rows_of(staying.result)

    assert encoder.batches[1:] == [["stays"]]
    assert queue.state() == QueueState(0, 0)


def test_who_leaves_while_encoded_is_not_missed(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    held = hold(queue, encoder)

    queue.leave(held)
    other = job(encoder, "other")
    queue.submit(other)
    encoder.let.set()

    assert len(rows_of(other.result)) == 1
    assert queue.state() == QueueState(0, 0)


def test_too_much_is_refused_and_the_queue_goes_on(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    hold(queue, encoder)
    fits = job(encoder, "w " * 99)
    queue.submit(fits)

    with pytest.raises(TooManyRequestsError):
        queue.submit(job(encoder, "more"))
    encoder.let.set()
    rows_of(fits.result)

    again = job(encoder, "more")
    queue.submit(again)
    assert len(rows_of(again.result)) == 1


def test_an_empty_queue_takes_whatever_a_request_may_hold(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    encoder.let.set()
    large = job(encoder, *["w " * 100] * 3)

    queue.submit(large)

    assert len(rows_of(large.result)) == 3


def test_who_is_refused_is_told_when_there_will_be_room() -> None:
    encoder = GatedEncoder()
    encoder.let.set()
    queue = EncodingQueue(batch_tokens=1000, most_tokens=1000)
    first = job(encoder, "w " * 1000)
    queue.submit(first)
    rows_of(first.result)
    # What a batch took is the clock's; 100 tokens a second are as good as any.
    while queue._tokens_a_second is None:
        pass
    queue._tokens_a_second = 100.0
    encoder.let.clear()
    held = job(encoder, "w " * 1000)
    queue.submit(held)

    with pytest.raises(TooManyRequestsError) as refused:
        queue.submit(job(encoder, "w " * 250))

    encoder.let.set()
    rows_of(held.result)
    queue.close()
    assert refused.value.retry_after_seconds == 3


@pytest.mark.parametrize(("speed", "room"), [(None, 512), (100.0, 512), (4_000.0, 1_000), (1e6, 2_048)])
def test_a_batch_takes_no_longer_than_a_search_should_wait(speed: float | None, room: int) -> None:
    encoder = GatedEncoder()
    queue = EncodingQueue(batch_tokens=2048, most_tokens=100_000)
    hold(queue, encoder)
    queue._tokens_a_second = speed
    wanted = job(encoder, *["w"] * 5_000)
    queue.submit(wanted)

    batch = queue._take()

    assert sum(map(len, batch.values())) == room
    encoder.let.set()
    queue.close()


def test_the_state_counts_what_waits_and_what_is_encoded(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    held = hold(queue, encoder)
    waits = job(encoder, "three more words", "")
    queue.submit(waits)

    state = queue.state()
    encoder.let.set()
    rows_of(held.result)
    rows_of(waits.result)

    # A text without a token counts as one.
    assert state == QueueState(2, 5)
    assert queue.state() == QueueState(0, 0)


def test_a_queue_that_refuses_finishes_what_it_has(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    held = hold(queue, encoder)
    waits = job(encoder, "waits")
    queue.submit(waits)

    queue.refuse()

    with pytest.raises(UnavailableError):
        queue.submit(job(encoder, "late"))
    encoder.let.set()
    assert len(rows_of(held.result)) == len(rows_of(waits.result)) == 1


def test_a_closed_queue_refuses_what_waits_and_can_be_opened_again(encoder: GatedEncoder) -> None:
    queue = EncodingQueue(batch_tokens=10, most_tokens=100)
    hold(queue, encoder)
    waits = job(encoder, "waits")
    queue.submit(waits)
    closing = threading.Thread(target=queue.close)
    closing.start()

    with pytest.raises(UnavailableError):
        rows_of(waits.result)
    encoder.let.set()
    closing.join()

    queue.open()
    again = job(encoder, "again")
    queue.submit(again)
    assert len(rows_of(again.result)) == 1
    assert "waits" not in encoder.encoded()
    queue.close()


def test_a_job_without_texts_is_done_at_once(queue: EncodingQueue, encoder: GatedEncoder) -> None:
    nothing = job(encoder)

    queue.submit(nothing)

    assert rows_of(nothing.result).shape == (0, 64)


def test_batches_are_told(encoder: GatedEncoder) -> None:
    told: list[tuple[int, int]] = []
    queue = EncodingQueue(10, 100, lambda texts, tokens: told.append((texts, tokens)))
    encoder.let.set()
    wanted = job(encoder, "two words", "three more words")

    queue.submit(wanted)
    rows_of(wanted.result)
    queue.close()

    assert told == [(2, 5)]


def test_many_threads_get_each_their_own_rows(encoder: GatedEncoder) -> None:
    encoder.let.set()
    queue = EncodingQueue(batch_tokens=7, most_tokens=10_000)
    wrong: list[str] = []

    def ask(name: int) -> None:
        for number in range(20):
            texts = [f"thread {name} text {number} {place}" for place in range(1 + number % 4)]
            wanted = job(encoder, *texts)
            queue.submit(wanted)
            if not np.array_equal(rows_of(wanted.result), StubEncoder().encode_documents(texts)):
                wrong.append(texts[0])

    threads = [threading.Thread(target=ask, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.close()

    assert wrong == []
    assert queue.state() == QueueState(0, 0)
