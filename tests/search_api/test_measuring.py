"""What a service is worth: shares, reciprocal ranks, and the rate of clients that each ask their share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from search_api.known_items import Asked, KnownItem
from search_api.measuring import DEPTH, Found, measure

ITEMS = [KnownItem(asked, f"{asked.value}{number}", f"f{number}.py", "n") for asked in Asked for number in range(4)]


def _found(query: str) -> Found:
    """Names come first, misspelt ones second, the first sentence not at all, the others at the last place of ten."""
    number = query[-1]
    hit, miss = (f"/shop/f{number}.py", None), ("/shop/none.py", None)
    if query.startswith("name"):
        return [hit]
    if query.startswith("misspelt"):
        return [miss, hit]
    return [miss] * (DEPTH if number == "0" else DEPTH - 1) + [hit]


def test_each_kind_is_judged_by_itself() -> None:
    @contextmanager
    def asking() -> Iterator[Callable[[str], Found]]:
        yield _found

    measured = measure(asking, ITEMS, 2)

    name, misspelt, documentation = (measured.quality[asked] for asked in Asked)
    assert (name.asked, name.first, name.among_ten, name.mrr) == (4, 1.0, 1.0, 1.0)
    assert (misspelt.first, misspelt.among_ten, misspelt.mrr) == (0.0, 1.0, 0.5)
    assert (documentation.first, documentation.among_ten) == (0.0, 0.75)
    assert abs(documentation.mrr - 0.075) < 1e-9
    assert [item.query for item in measured.missed] == ["documentation0"]
    assert measured.speed.p50_ms <= measured.speed.p95_ms <= measured.speed.p99_ms
    assert measured.speed.requests_per_second > 0


def test_every_client_has_a_connection_of_its_own_and_together_they_ask_everything_once() -> None:
    opened: list[list[str]] = []
    all_open = threading.Barrier(3, timeout=30)

    @contextmanager
    def asking() -> Iterator[Callable[[str], Found]]:
        asked: list[str] = []
        opened.append(asked)
        if len(opened) > 1:
            all_open.wait()

        def ask(query: str) -> Found:
            asked.append(query)
            return _found(query)

        yield ask

    measured = measure(asking, ITEMS, 3)

    first, *shares = opened
    assert measured.speed.clients == len(shares) == 3
    assert sorted(query for share in shares for query in share) == sorted(item.query for item in ITEMS)
    assert set(first) == {item.query for item in ITEMS}
