"""When a user's code gets an approximate index of its own, how it is cut, and how many lists a search has to probe.

Up to tens of thousands of chunks one exact pass is as fast and misses nothing, and one index over all users loses most
of a single user's neighbours; so an index is made for each user above the threshold, of that user's rows alone.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field
from uuid import UUID

from sql import approximate
from sql.approximate import ApproximateIndex, Tenant
from sql.database import Connection

log = logging.getLogger("codingit.worker")

SAMPLED_QUERIES = 40
NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Chunks at which an index is made (somewhat before searches need it), dropped again, and made anew.

    Its recall is compared with exact results again when the rows have changed by a share, and once a day.
    """

    build: int = 30_000
    drop: int = 15_000
    growth: float = 2.0
    recall: float = 0.985
    drift: float = 0.2
    check_seconds: float = 86_400.0

    def wants_check(self, rows: int, rows_at_check: int, seconds_since_check: float) -> bool:
        drifted = abs(rows - rows_at_check) > self.drift * rows_at_check
        return drifted or seconds_since_check > self.check_seconds


@dataclass(frozen=True, slots=True)
class Maintained:
    """What was done: indexes made and dropped, and the recall of those that were compared with exact results."""

    built: tuple[str, ...] = ()
    dropped: int = 0
    recall: dict[UUID, float] = field(default_factory=dict)


def maintain_indexes(
    owner_url: str, *, model_id: int, dimensions: int, thresholds: Thresholds | None = None
) -> Maintained:
    """Make, renew and drop the approximate indexes of a generation. Nobody is kept from reading or writing meanwhile.

    `owner_url` connects as the owner of the tables: nobody else may make an index.
    """
    limits = thresholds or Thresholds()
    with approximate.maintaining(owner_url) as connection:
        if connection is None:
            return Maintained()
        known = approximate.known_indexes(connection, model_id)
        built: list[str] = []
        recalls: dict[UUID, float] = {}
        for tenant in approximate.tenants_by_size(connection, model_id, limits.build):
            index = known.get(tenant.user_id)
            if tenant.chunks < limits.drop:
                if index is not None:
                    approximate.forget_index(connection, index.name)
            elif index is None or tenant.chunks >= limits.growth * index.rows_at_build:
                if tenant.chunks >= limits.build:
                    name, recalls[tenant.user_id] = _build(connection, model_id, dimensions, tenant, limits)
                    built.append(name)
            elif limits.wants_check(tenant.chunks, index.rows_at_check, index.seconds_since_check):
                recalls[tenant.user_id] = _check(connection, model_id, dimensions, tenant, index, limits)
        dropped = approximate.drop_unusable_indexes(connection)
    return Maintained(tuple(built), dropped, recalls)


def lists_for(rows: int) -> int:
    """The square root of the rows, so that a search reads as many centres as it reads rows of a list."""
    return max(10, round(math.sqrt(rows)))


def _build(
    connection: Connection, model_id: int, dimensions: int, tenant: Tenant, limits: Thresholds
) -> tuple[str, float]:
    name = f"code_ann_{model_id}_{tenant.user_id.hex[:12]}_{int(time.time() * 1000):x}"
    lists = lists_for(tenant.chunks)
    approximate.build_index(
        connection, name=name, model_id=model_id, user_id=tenant.user_id, dimensions=dimensions, lists=lists
    )
    probes, recall = _calibrate(connection, model_id, dimensions, tenant.user_id, lists, limits.recall)
    index = ApproximateIndex(name, tenant.user_id, lists, probes, tenant.chunks, tenant.chunks)
    approximate.record_index(connection, model_id, index, recall)
    log.info("built %s: %d chunks, %d lists, %d probes, recall %.3f", name, tenant.chunks, lists, probes, recall)
    return name, recall


def _check(
    connection: Connection, model_id: int, dimensions: int, tenant: Tenant, index: ApproximateIndex, limits: Thresholds
) -> float:
    """Compare with exact results once more: the rows that came since the index was made may need other probes."""
    probes, recall = _calibrate(connection, model_id, dimensions, tenant.user_id, index.lists, limits.recall)
    approximate.record_check(connection, index.name, probes=probes, recall=recall, rows=tenant.chunks)
    log.info("checked %s: %d chunks, %d probes, recall %.3f", index.name, tenant.chunks, probes, recall)
    return recall


def _calibrate(
    connection: Connection, model_id: int, dimensions: int, user_id: UUID, lists: int, wanted: float
) -> tuple[int, float]:
    """The fewest probes at which a sample of the user's own vectors finds its true neighbours, and the recall there."""
    queries = approximate.sample_vectors(connection, model_id, user_id, SAMPLED_QUERIES)
    truths = [approximate.exact_neighbours(connection, model_id, user_id, each, NEIGHBOURS) for each in queries]
    probes, recall = 1, 0.0
    while True:
        found = [
            approximate.indexed_neighbours(
                connection,
                model_id=model_id,
                user_id=user_id,
                dimensions=dimensions,
                vector=each,
                probes=probes,
                most=NEIGHBOURS,
            )
            for each in queries
        ]
        hits = sum(len(truth & near) for truth, near in zip(truths, found, strict=True))
        recall = hits / max(1, sum(len(truth) for truth in truths))
        if recall >= wanted or probes >= lists:
            return probes, recall
        probes = min(lists, math.ceil(probes * 1.5))
