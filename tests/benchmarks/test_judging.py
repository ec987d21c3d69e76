"""What results are worth, by values worked out by hand."""

from __future__ import annotations

import math

import pytest

from benchmarks.judging import Judged, figures_of, is_same, ndcg_at_10, recall_within

SECOND = 1 / math.log2(3)
THIRD = 1 / math.log2(4)


@pytest.mark.parametrize(
    ("paths", "targets", "expected"),
    [
        (["a.py"], ["a.py"], 1.0),
        (["b.py", "a.py"], ["a.py"], SECOND),
        ([], ["a.py"], 0.0),
        (["b.py"], ["a.py"], 0.0),
        # The first of a file's chunks finds it; the others use up ranks.
        (["a.py", "a.py", "b.py"], ["a.py", "b.py"], (1 + THIRD) / (1 + SECOND)),
        (["b.py", "a.py"], ["a.py", "b.py"], 1.0),
        # The eleventh does not count.
        ([*["x.py"] * 10, "a.py"], ["a.py"], 0.0),
        ([*["x.py"] * 9, "a.py"], ["a.py"], 1 / math.log2(11)),
        # One rank that finds two targets counts once.
        (["src/a.py"], ["a.py", "src/a.py"], 1 / (1 + SECOND)),
        # Twelve targets: no list of ten holds more than ten.
        ([f"{number}.py" for number in range(10)], [f"{number}.py" for number in range(12)], 1.0),
    ],
)
def test_ndcg(paths: list[str], targets: list[str], expected: float) -> None:
    assert ndcg_at_10(paths, targets) == pytest.approx(expected)


def test_a_path_is_that_of_a_target_below_any_folder_and_nothing_else() -> None:
    assert is_same("/shop/src/a.py", "src/a.py")
    assert is_same("a.py", "src/a.py")
    assert not is_same("xa.py", "a.py")


@pytest.mark.parametrize(("budget", "expected"), [(99, 0.0), (100, 0.5), (299, 0.5), (300, 1.0), (9000, 1.0)])
def test_recall_is_cut_at_the_first_result_that_does_not_fit(budget: int, expected: float) -> None:
    results = [("a.py", 100), ("x.py", 100), ("b.py", 100)]

    assert recall_within(results, ["a.py", "b.py"], budget) == expected


def test_a_result_behind_one_that_does_not_fit_does_not_count() -> None:
    assert recall_within([("x.py", 500), ("a.py", 1)], ["a.py"], 400) == 0.0


def test_overall_is_the_mean_over_repositories() -> None:
    judged = [
        Judged("small", "go", "symbol", "q1", 1.0, {500: 1.0}, ()),
        Judged("large", "go", "semantic", "q2", 0.0, {500: 0.5}, ()),
        Judged("large", "c", "semantic", "q3", 0.5, {500: 0.0}, ()),
        Judged("large", "c", "symbol", "q4", 0.4, {500: 0.5}, ()),
    ]

    figures = figures_of(judged)

    assert figures["ndcg_at_10"] == pytest.approx((1.0 + 0.3) / 2)
    assert figures["by_category"] == pytest.approx({"semantic": 0.25, "symbol": 0.7})
    assert figures["by_language"] == pytest.approx({"c": 0.45, "go": 0.5})
    assert figures["recall_within_tokens"] == {"500": 0.5}
    assert figures["recall_within_tokens_by_category"] == {"semantic": {"500": 0.25}, "symbol": {"500": 0.75}}
    assert figures["queries"] == 4
