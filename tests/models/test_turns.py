"""Tests of whose turn it is at the model: one at a time, urgent ones first, each in the order they came."""

from __future__ import annotations

import threading

import pytest

from models.turns import Turns


def come(turns: Turns, name: str, order: list[str], *, urgent: bool) -> threading.Thread:
    """A thread that waits for its turn; returns when it does."""
    waiting = turns.waiting()

    def take() -> None:
        with turns.taken(urgent=urgent):
            order.append(name)

    thread = threading.Thread(target=take)
    thread.start()
    while turns.waiting() == waiting:
        pass
    return thread


def test_urgent_threads_go_first_and_each_kind_in_its_order() -> None:
    turns, order = Turns(), list[str]()
    with turns.taken(urgent=False):
        threads = [
            come(turns, name, order, urgent=name.startswith("query"))
            for name in ("batch 1", "query 1", "batch 2", "query 2")
        ]

    for thread in threads:
        thread.join()
    assert order == ["query 1", "query 2", "batch 1", "batch 2"]


def test_whoever_lets_go_and_wants_again_goes_behind_those_who_wait() -> None:
    turns, order = Turns(), list[str]()
    with turns.taken(urgent=False):
        waiting = come(turns, "other", order, urgent=False)
    with turns.taken(urgent=False):
        order.append("again")

    waiting.join()
    assert order == ["other", "again"]


def test_a_failure_hands_the_turn_on() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="x"), turns.taken(urgent=False):
        raise ValueError("x")

    with turns.taken(urgent=True):
        assert turns.waiting() == 0


def test_one_thread_at_a_time() -> None:
    turns = Turns()
    inside = most = 0

    def work() -> None:
        nonlocal inside, most
        for number in range(200):
            with turns.taken(urgent=number % 3 == 0):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (most, turns.waiting()) == (1, 0)
