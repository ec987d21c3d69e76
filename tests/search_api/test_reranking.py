"""What a reranker's scores do to results, and when it is loaded."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import ModelError
from search_api import configured_model
from search_api.configured_model import open_reranker
from search_api.reranking import LazyReranker, rerank
from search_api.settings import Settings


class ByLength:
    """Longer texts are better."""

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([len(text) for text in texts], dtype=np.float32)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], "abcd"),
        ([1, 2, 3, 4], "dcba"),
        ([1, 2], "bacd"),
        ([0, 0, 5, 0], "cabd"),
        ([-3, -1, -2], "bcad"),
    ],
)
def test_the_first_results_follow_their_scores_and_the_others_stay(scores: list[float], expected: str) -> None:
    assert "".join(rerank("abcd", np.array(scores, dtype=np.float32))) == expected


def test_more_scores_than_results_are_an_error() -> None:
    with pytest.raises(ValueError, match="3 scores for 2 results"):
        rerank("ab", np.zeros(3, dtype=np.float32))


def test_it_is_loaded_once_when_it_is_first_needed() -> None:
    loads: list[int] = []
    barrier = threading.Barrier(4)

    def load() -> ByLength:
        loads.append(1)
        return ByLength()

    reranker = LazyReranker(load)
    assert loads == []

    def ask(text: str) -> list[float]:
        barrier.wait()
        scores: list[float] = reranker.score("query", [text, "long text"]).tolist()
        return scores

    with ThreadPoolExecutor(4) as pool:
        scores = list(pool.map(ask, ["a", "ab", "abc", "abcd"]))

    assert loads == [1]
    assert scores == [[1, 9], [2, 9], [3, 9], [4, 9]]


def test_a_load_that_failed_is_tried_again() -> None:
    outcomes: list[ByLength | ModelError] = [ModelError("not yet"), ByLength()]

    def load() -> ByLength:
        outcome = outcomes.pop(0)
        if isinstance(outcome, ModelError):
            raise outcome
        return outcome

    reranker = LazyReranker(load)
    with pytest.raises(ModelError, match="not yet"):
        reranker.score("query", ["a"])

    assert reranker.score("query", ["a"]).tolist() == [1]


def test_there_is_none_by_default() -> None:
    assert open_reranker(Settings()) is None


def test_the_settings_name_it_and_where_it_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def load(name: str, *, device: str, trust_remote_code: bool) -> ByLength:
        calls.append((name, device, trust_remote_code))
        return ByLength()

    monkeypatch.setattr(configured_model, "load_reranker", load)
    reranker = open_reranker(Settings(reranker="organisation/ranker", model_device="cuda"))
    assert reranker is not None
    assert calls == []

    reranker.score("query", ["text"])

    assert calls == [("organisation/ranker", "cuda", False)]
