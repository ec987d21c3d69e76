"""The interval of a difference, where the distribution of the draws is known."""

from __future__ import annotations

import pytest

from benchmarks.bootstrap import compare_queries, paired_bootstrap


def test_equal_differences_leave_no_doubt() -> None:
    found = paired_bootstrap([0.1, 0.5, 0.3], [0.3, 0.7, 0.5])

    assert (found.mean, found.low, found.high) == pytest.approx((0.2, 0.2, 0.2))
    assert found.is_clear


def test_two_queries_that_disagree_say_nothing() -> None:
    # Means of two draws of 0 and 1: 0, 0.5 and 1 with the chances 1/4, 1/2 and 1/4.
    found = paired_bootstrap([0.0, 0.0], [0.0, 1.0])

    assert (found.mean, found.low, found.high) == (0.5, 0.0, 1.0)
    assert not found.is_clear


def test_the_tails_of_a_binomial() -> None:
    # One of four gains 1. Three or more of four draws hit it with a chance of 13/256 = 5.1 %, four with 0.4 %, none
    # with 81/256: so the upper bound at 97.5 % is 3/4, and the lower 0.
    found = paired_bootstrap([0.0] * 4, [0.0, 0.0, 0.0, 1.0])

    assert (found.mean, found.low, found.high) == (0.25, 0.0, 0.75)


def test_a_loss_is_clear_too() -> None:
    found = paired_bootstrap([0.9] * 50, [0.1] * 49 + [0.9])

    assert found.high < 0
    assert found.is_clear


def test_the_same_seed_gives_the_same_interval() -> None:
    before, after = [0.1 * number for number in range(10)], [0.5] * 10

    assert paired_bootstrap(before, after) == paired_bootstrap(before, after)


@pytest.mark.parametrize(("before", "after"), [([], []), ([1.0], [1.0, 0.5])])
def test_runs_without_the_same_queries_are_not_compared(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="same queries"):
        paired_bootstrap(before, after)


def test_runs_are_paired_by_query_whatever_their_order() -> None:
    def row(query: str, category: str, score: float) -> dict[str, object]:
        return {"repo": "shop", "category": category, "query": query, "ndcg": score}

    before = {"per_query": [row("a", "symbol", 0.2), row("b", "semantic", 0.6), row("gone", "symbol", 1.0)]}
    after = {"per_query": [row("b", "semantic", 0.6), row("a", "symbol", 0.7), row("new", "symbol", 0.0)]}

    found = compare_queries(before, after)

    assert {name: (each.queries, each.mean) for name, each in found.items()} == {
        "all": (2, pytest.approx(0.25)),
        "semantic": (1, 0.0),
        "symbol": (1, pytest.approx(0.5)),
    }
