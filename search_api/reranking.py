"""What a reranker's scores do to results: the best ones are put in the order of their scores; and when it is loaded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.reranker import Reranker

# What a user sees first, and a few that could belong there; each costs a pass of the model.
RERANKED_RESULTS = 30

Result = TypeVar("Result")


def rerank(ranked: Sequence[Result], scores: NDArray[np.float32]) -> list[Result]:
    """The first len(scores) results by descending score, those of the same score as they were, then the others.

    Raises ValueError for more scores than results.
    """
    if len(scores) > len(ranked):
        raise ValueError(f"{len(scores)} scores for {len(ranked)} results")
    order = np.argsort(-scores, kind="stable").tolist()
    return [*(ranked[place] for place in order), *ranked[len(scores) :]]


class LazyReranker:
    """A Reranker that is loaded when the first query needs it, once, however many ask at the same time."""

    def __init__(self, load: Callable[[], Reranker]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._reranker: Reranker | None = None

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the model that is loaded; raises ModelError when it cannot be, and tries again with the next query."""
        reranker = self._reranker
        if reranker is None:
            with self._lock:
                if self._reranker is None:
                    self._reranker = self._load()
                reranker = self._reranker
        return reranker.score(query, texts)
