"""What can be measured from outside: requests, stages of a search, the pool, and how much the index is behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from models.caller import SERVICE
from models.errors import CodingitError
from search_api.encoding_queue import EncodingQueue
from sql.database import Database
from sql.status import read_approximate_chat_indexes, read_approximate_indexes, read_backlog

# Searches are to take milliseconds, uploads of a batch seconds.
BUCKETS = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
# Of texts and of tokens in one batch: powers of two, up to what a GPU is given.
BATCH_TEXTS = tuple(float(1 << power) for power in range(12))
BATCH_TOKENS = tuple(float(1 << power) for power in range(4, 17))
METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"})


class Metrics:
    """The service's counters, in a registry of their own, so that two apps in one process do not mix theirs."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "codingit_requests_total", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "codingit_request_seconds",
            "Time from the request's arrival to the end of its answer.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._stages = Histogram(
            "codingit_search_stage_seconds",
            "Time that a stage of a search takes.",
            ("stage",),
            buckets=BUCKETS,
            registry=self.registry,
        )

        self._batch_texts = Histogram(
            "codingit_embedding_batch_texts",
            "Texts of /v1/embeddings that were encoded together.",
            buckets=BATCH_TEXTS,
            registry=self.registry,
        )
        self._batch_tokens = Histogram(
            "codingit_embedding_batch_tokens",
            "Tokens of /v1/embeddings that were encoded together.",
            buckets=BATCH_TOKENS,
            registry=self.registry,
        )

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        # A caller can make up methods, and each would be a series for ever.
        method = method if method in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def observe_stage(self, stage: str, seconds: float) -> None:
        """Note how long a stage of a search took; `stage` is one of a few fixed names."""
        self._stages.labels(stage).observe(seconds)

    def observe_batch(self, texts: int, tokens: int) -> None:
        """Note what was encoded together; their sums are the texts and tokens in all."""
        self._batch_texts.observe(texts)
        self._batch_tokens.observe(tokens)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        started = perf_counter()
        try:
            yield
        finally:
            self.observe_stage(stage, perf_counter() - started)

    def watch_database(self, database: Database) -> None:
        """Have the pool and the index's backlog read at each scrape."""
        self.registry.register(_DatabaseCollector(database))

    def watch_queue(self, queue: EncodingQueue) -> None:
        """Have what waits to be embedded read at each scrape."""
        requests = Gauge(
            "codingit_embedding_queue_requests", "Requests that wait for embeddings.", registry=self.registry
        )
        tokens = Gauge("codingit_embedding_queue_tokens", "Tokens that wait to be embedded.", registry=self.registry)
        requests.set_function(lambda: queue.state().requests)
        tokens.set_function(lambda: queue.state().tokens)

    def render(self) -> bytes:
        """The text format of Prometheus."""
        return generate_latest(self.registry)


class _DatabaseCollector(Collector):
    """Read at the moment of the scrape: a gauge that a dead worker left behind would lie."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[Metric]:
        # Without this, registering would already ask the database.
        return []

    def collect(self) -> Iterator[Metric]:
        yield from _gauges("codingit_pool", "Database connections: {}.", self._database.pool_stats())
        try:
            with self._database.acting_as(SERVICE) as connection:
                backlog = read_backlog(connection)
                approximate = read_approximate_indexes(connection)
                of_chats = read_approximate_chat_indexes(connection)
        except CodingitError:
            yield _gauge("codingit_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("codingit_database_up", "Whether the database answers.", 1)
        yield _gauge("codingit_index_pending_files", "Files that wait to be indexed.", backlog.pending)
        yield _gauge("codingit_index_failed_files", "Files that could not be indexed yet.", backlog.failed)
        yield _gauge("codingit_approximate_indexes", "Approximate indexes that searches use.", approximate.count)
        if approximate.least_recall is not None:
            help_text = "Least recall@10 of an approximate index, as last compared with exact results."
            yield _gauge("codingit_approximate_recall", help_text, approximate.least_recall)
        yield _gauge("codingit_approximate_chat_indexes", "Those over messages that searches use.", of_chats.count)
        if of_chats.least_recall is not None:
            help_text = "Least recall@10 of an approximate index over messages, as last compared with exact results."
            yield _gauge("codingit_approximate_chat_recall", help_text, of_chats.least_recall)


def _gauges(prefix: str, help_text: str, values: Mapping[str, int]) -> Iterator[Metric]:
    for name, value in sorted(values.items()):
        plain = name.removeprefix("pool_")
        yield _gauge(f"{prefix}_{plain}", help_text.format(plain.replace("_", " ")), value)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)
