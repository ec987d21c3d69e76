"""How well and how fast a running service answers questions whose answers are known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter

from search_api.known_items import Asked, KnownItem, rank_of

# Of the first ten, as MRR@10 has it.
DEPTH = 10
WARM_UP = 5

# What a search found: path and symbol of each result, best first.
Found = Sequence[tuple[str, str | None]]
# Asks over a connection of its own, which a thread holds for as long as it asks.
Asking = Callable[[], AbstractContextManager[Callable[[str], Found]]]


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one kind of question: how many were asked, the share answered first and among ten, and MRR@10."""

    asked: int
    first: float
    among_ten: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds from sending to reading while one client asks, and requests a second of several at once."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    clients: int
    requests_per_second: float


@dataclass(frozen=True, slots=True)
class Measured:
    """`missed` are items that were not among the first ten."""

    quality: dict[Asked, Quality]
    speed: Speed
    missed: tuple[KnownItem, ...]


def measure(open_asking: Asking, items: Sequence[KnownItem], clients: int) -> Measured:
    """Ask all items one after the other, then the same from several clients at once. There is at least one item."""
    with open_asking() as ask:
        for item in items[:WARM_UP]:
            ask(item.query)
        ranks, times = [], []
        for item in items:
            started = perf_counter()
            found = ask(item.query)
            times.append((perf_counter() - started) * 1000)
            ranks.append(rank_of(item, found[:DEPTH]))
    quality = {
        asked: _quality([rank for item, rank in zip(items, ranks, strict=True) if item.asked is asked])
        for asked in Asked
        if any(item.asked is asked for item in items)
    }
    p50, p95, p99 = (_percentile(times, share) for share in (50, 95, 99))
    speed = Speed(p50, p95, p99, clients, _rate(open_asking, items, clients))
    return Measured(quality, speed, tuple(item for item, rank in zip(items, ranks, strict=True) if rank is None))


def _quality(ranks: Sequence[int | None]) -> Quality:
    return Quality(
        asked=len(ranks),
        first=fmean(float(rank == 1) for rank in ranks),
        among_ten=fmean(float(rank is not None) for rank in ranks),
        mrr=fmean(0.0 if rank is None else 1 / rank for rank in ranks),
    )


def _rate(open_asking: Asking, items: Sequence[KnownItem], clients: int) -> float:
    """Requests a second of so many clients, each of which asks its share."""

    def ask_share(client: int) -> None:
        with open_asking() as ask:
            for item in items[client::clients]:
                ask(item.query)

    started = perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask_share, range(clients)))
    return len(items) / (perf_counter() - started)


def _percentile(values: Sequence[float], share: int) -> float:
    """The least of the values that so many of a hundred do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * share / 100) - 1)]
