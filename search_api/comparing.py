"""How results of different kinds come into one order: pure, from each kind's own ranking and one yardstick for all.

The scores of code, chats and tasks cannot be compared: each is made of other evidence and counted from that kind's
best. So every result is measured again by the same yardstick, `fit`: the share of the query's terms that its text
holds, rare ones among all the results weighing more. A kind is trusted as far as its best results fit, and its own
ranking counts inside of that: score = prior * (a quarter of the fit + three quarters of the best fit of the kind * the
share of its best score).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.tokens import terms_of

T = TypeVar("T")

# Between a result's own fit and its place in the ranking of its kind. benchmarks/everything_quality.py, mean nDCG@10
# over the kinds with 0.25, 0.5, 0.75 and 1: 0.565, 0.559, 0.552, 0.537.
FIT_SHARE = 0.25
# A kind's best result may be any of its first: what ranks first is not always what holds the most words.
BEST_OF = 3


@dataclass(frozen=True, slots=True)
class Ranked(Generic[T]):
    """A result with its text and its score in its own kind's ranking."""

    kind: str
    item: T
    text: str
    score: float


def merge(
    terms: Mapping[str, float], results: Sequence[Ranked[T]], priors: Mapping[str, float]
) -> list[tuple[float, Ranked[T]]]:
    """All results best first, each with a score from 0 to 1; `terms` are the query's with their weights."""
    held = [terms.keys() & terms_of(each.text).keys() for each in results]
    fits = _fits(terms, held)
    best_score: dict[str, float] = {}
    for each in results:
        best_score[each.kind] = max(best_score.get(each.kind, 0.0), each.score)
    trust: dict[str, list[float]] = {}
    for each, fit in zip(results, fits, strict=True):
        trust.setdefault(each.kind, []).append(fit)
    found = []
    for each, fit in zip(results, fits, strict=True):
        share = each.score / best_score[each.kind] if best_score[each.kind] > 0 else 0.0
        trusted = max(trust[each.kind][:BEST_OF])
        score = priors.get(each.kind, 1.0) * (FIT_SHARE * fit + (1 - FIT_SHARE) * trusted * share)
        found.append((round(min(1.0, score), 5), each))
    return sorted(found, key=lambda each: -each[0])


def _fits(terms: Mapping[str, float], held: Sequence[set[str]]) -> list[float]:
    """Of each result, the weighed share of the terms that it holds."""
    counts = Counter(term for each in held for term in each)
    total = len(held)
    weights = {
        term: weight * math.log(1 + (total - counts[term] + 0.5) / (counts[term] + 0.5))
        for term, weight in terms.items()
    }
    whole = sum(weights.values())
    return [sum(weights[term] for term in each) / whole if whole > 0 else 0.0 for each in held]
