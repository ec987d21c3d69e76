"""Whether one run is better than another, or only luckier in its queries: a paired bootstrap over the queries. Pure.

Both runs answered the same queries, so the differences query by query are drawn anew, with replacement and as many as
there are; the middle 95 % of the means of such draws is the interval (Efron's percentile interval). An interval that
holds 0 says that these queries cannot tell the runs apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DRAWS = 10_000
CONFIDENCE = 0.95
# Bounds the memory of a draw, whatever the number of queries.
BLOCK = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of after minus before over the queries, and its interval."""

    mean: float
    low: float
    high: float
    queries: int

    @property
    def is_clear(self) -> bool:
        return self.low > 0 or self.high < 0


def paired_bootstrap(before: Sequence[float], after: Sequence[float], *, seed: int = 1) -> Difference:
    """The difference of two runs whose scores stand in the same order of queries. Raises ValueError."""
    if len(before) != len(after) or not before:
        raise ValueError("A paired comparison needs the same queries in both runs, and at least one.")
    differences = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    random = np.random.default_rng(seed)
    means = np.concatenate(
        [
            differences[random.integers(0, len(differences), (BLOCK, len(differences)))].mean(axis=1)
            for _ in range(DRAWS // BLOCK)
        ]
    )
    # A draw that happened, not a value between two: the means of few queries are few, and far apart.
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail], method="inverted_cdf")
    return Difference(float(differences.mean()), float(low), float(high), len(differences))


def compare_queries(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Difference]:
    """The differences of the queries that two runs' figures share: over all, and in each category."""
    old, new = _scores(before), _scores(after)
    shared = [key for key in old if key in new]
    groups = {"all": shared} | {
        category: [key for key in shared if key[1] == category] for category in sorted({key[1] for key in shared})
    }
    return {
        name: paired_bootstrap([old[key] for key in keys], [new[key] for key in keys])
        for name, keys in groups.items()
        if keys
    }


def _scores(figures: Mapping[str, Any]) -> dict[tuple[str, str, str], float]:
    return {(row["repo"], row["category"], row["query"]): row["ndcg"] for row in figures["per_query"]}
