"""What a list of results is worth against the labels: nDCG@10 and recall within token budgets. Pure.

A rank finds a target when their paths are equal or one ends with "/" and the other. nDCG@10 is the sum of
1/log2(rank + 1) over the ranks that found a target, by the same over the first min(10, targets) ranks. Further chunks
of a file use up ranks. Overall is the mean over repositories: one with many queries does not outweigh the others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

BUDGETS = (500, 1000, 2000, 4000)
GROUPS = ("repo", "language", "category")


@dataclass(frozen=True, slots=True)
class Judged:
    """A query with what it scored; `recall` by token budget, `paths` the first ten."""

    repo: str
    language: str
    category: str
    query: str
    ndcg: float
    recall: Mapping[int, float]
    paths: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        return asdict(self)


def is_same(path: str, target: str) -> bool:
    return path == target or path.endswith("/" + target) or target.endswith("/" + path)


def ndcg_at_10(paths: Sequence[str], targets: Sequence[str]) -> float:
    found = {
        next((rank for rank, path in enumerate(paths[:10], 1) if is_same(path, target)), None) for target in targets
    }
    gain = sum(1 / math.log2(rank + 1) for rank in found if rank is not None)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(targets)) + 1))


def recall_within(results: Sequence[tuple[str, int]], targets: Sequence[str], budget: int) -> float:
    """The share of targets among the results (path, tokens) that fit into the budget, cut where the first does not."""
    spent, paths = 0, []
    for path, tokens in results:
        spent += tokens
        if spent > budget:
            break
        paths.append(path)
    return fmean(float(any(is_same(path, target) for path in paths)) for target in targets)


def figures_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """nDCG@10 overall (mean over repositories) and by group; recall by budget, overall and by category."""
    by_group = {name: mean_by(name, judged) for name in GROUPS}
    budgets = sorted({budget for one in judged for budget in one.recall})
    categories = sorted({one.category for one in judged})
    return {
        "ndcg_at_10": fmean(by_group["repo"].values()),
        **{f"by_{name}": values for name, values in by_group.items()},
        "recall_within_tokens": _recall(judged, budgets),
        "recall_within_tokens_by_category": {
            category: _recall([one for one in judged if one.category == category], budgets) for category in categories
        },
        "queries": len(judged),
    }


def mean_by(name: str, judged: Sequence[Judged]) -> dict[str, float]:
    """The mean nDCG@10 of the queries that share a repo, language or category."""
    groups: dict[str, list[float]] = defaultdict(list)
    for one in judged:
        groups[getattr(one, name)].append(one.ndcg)
    return {key: fmean(values) for key, values in sorted(groups.items())}


def overall(judged: Sequence[Judged]) -> float:
    return fmean(mean_by("repo", judged).values())


def _recall(judged: Sequence[Judged], budgets: Sequence[int]) -> dict[str, float]:
    return {str(budget): fmean(one.recall[budget] for one in judged) for budget in budgets}
