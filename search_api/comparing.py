"""How results of different kinds come into one order: pure, from each kind's own ranking and yardsticks for all kinds.

The scores of code, chats and tasks cannot be compared: each is made of other evidence and counted from that kind's
best. So every result is measured by two yardsticks that know no kind. `fit` is the share of the query's terms that its
text holds, rare ones among all the results weighing more; a term that none of them holds counts where a word is spelt
like it. The other is the cosine of its meaning with the query's. From the best of each kind follows how probably that
kind has the answer (logistic regression over the kinds), and a result's score is that probability times the mean of
its fit and of the square of its share of its kind's best score. A definition of the very name that was typed is what
was asked for, however well a message about it fits: of it the probability and the fit are 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from models.tokens import terms_of
from search_api.spelling import likeness

T = TypeVar("T")

# Shorter terms are like too many others.
SHORTEST_MISSPELT = 4
LIKE_ENOUGH = 0.3
# How many letters a misspelt word may have too many or too few.
LETTERS_APART = 2


@dataclass(frozen=True, slots=True)
class Merging:
    """What evidence counts; fitted by benchmarks/everything_quality.py, which tells what it is worth on other folds.

    `fit_worth` is what a whole fit counts beside a cosine of 1, `sharpness` how much of that makes a kind so much more
    probable, `leanings` what speaks for a kind before anything is found: code holds so many words and names so many
    things that it is near to nearly any query. `own_fit` is the share of a result's own fit beside its place.
    """

    sharpness: float
    leanings: Mapping[str, float]
    fit_worth: float = 0.6
    own_fit: float = 0.5

    def leaning_to(self, kind: str | None, more: float) -> Merging:
        """The same with so much more that speaks for a kind."""
        if kind is None:
            return self
        return replace(self, leanings={**self.leanings, kind: self.leanings.get(kind, 0.0) + more})


@dataclass(frozen=True, slots=True)
class Ranked(Generic[T]):
    """A result with its text, its score in its own kind's ranking, and its cosine with the query where it is known.

    `defines` tells that it is the definition of the name that the query is.
    """

    kind: str
    item: T
    text: str
    score: float
    meaning: float | None = None
    defines: bool = False


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """Of each result its fit, the evidence that it gives for its kind, and its share of its kind's best score.

    `defining` tells of each whether it is the definition that was asked for.
    """

    fits: Sequence[float]
    evidence: Sequence[float]
    shares: Sequence[float]
    defining: Sequence[bool]


def merge(terms: Mapping[str, float], results: Sequence[Ranked[T]], merging: Merging) -> list[tuple[float, Ranked[T]]]:
    """All results best first, each with a score from 0 to 1; `terms` are the query's with their weights."""
    kinds = [each.kind for each in results]
    return order(results, measure(terms, results, merging.fit_worth), kinds, merging)


def order(
    results: Sequence[T], yardsticks: Yardsticks, kinds: Sequence[str], merging: Merging
) -> list[tuple[float, T]]:
    """What was measured, best first with its score."""
    probable = _probabilities(best_evidence(kinds, yardsticks), merging)
    found = []
    measured = zip(yardsticks.fits, yardsticks.shares, yardsticks.defining, strict=True)
    for result, kind, (fit, share, defines) in zip(results, kinds, measured, strict=True):
        place = (1 - merging.own_fit) * share**2 + merging.own_fit * (1.0 if defines else fit)
        found.append((round(min(1.0, place if defines else probable[kind] * place), 5), result))
    return sorted(found, key=lambda each: -each[0])


def measure(terms: Mapping[str, float], results: Sequence[Ranked[T]], fit_worth: float) -> Yardsticks:
    fits = _fits(terms, [frozenset(terms_of(each.text)) for each in results])
    tops: dict[str, float] = {}
    known: dict[str, bool] = {}
    for each in results:
        tops[each.kind] = max(tops.get(each.kind, 0.0), each.score)
        known[each.kind] = known.get(each.kind, False) or each.meaning is not None
    # Where one kind has no cosines the others' say nothing about it.
    weighs_meaning = all(known.values())
    meanings = [each.meaning or 0.0 if weighs_meaning else 0.0 for each in results]
    evidence = [fit_worth * fit + meaning for fit, meaning in zip(fits, meanings, strict=True)]
    shares = [each.score / tops[each.kind] if tops[each.kind] > 0 else 0.0 for each in results]
    return Yardsticks(fits, evidence, shares, [each.defines for each in results])


def best_evidence(kinds: Sequence[str], yardsticks: Yardsticks) -> dict[str, float]:
    """The strongest evidence of each kind: what ranks first in it is not always what holds the most words."""
    best: dict[str, float] = {}
    for kind, evidence in zip(kinds, yardsticks.evidence, strict=True):
        best[kind] = max(best.get(kind, evidence), evidence)
    return best


def _probabilities(best: Mapping[str, float], merging: Merging) -> dict[str, float]:
    """How probably each kind has the answer, if one of them has."""
    odds = {
        kind: math.exp(merging.sharpness * evidence + merging.leanings.get(kind, 0.0))
        for kind, evidence in best.items()
    }
    return {kind: each / sum(odds.values()) for kind, each in odds.items()}


def _fits(terms: Mapping[str, float], texts: Sequence[frozenset[str]]) -> list[float]:
    """Of each result, the weighed share of the terms that it holds."""
    held: list[dict[str, float]] = [dict.fromkeys(terms.keys() & text, 1.0) for text in texts]
    for term in terms.keys() - {term for each in held for term in each}:
        if len(term) >= SHORTEST_MISSPELT:
            for each, like in zip(held, _alike(term, texts), strict=True):
                if like >= LIKE_ENOUGH:
                    each[term] = like
    counts: Counter[str] = Counter()
    for each in held:
        counts.update(each)
    total = len(held)
    weights = {
        term: weight * math.log(1 + (total - counts[term] + 0.5) / (counts[term] + 0.5))
        for term, weight in terms.items()
    }
    whole = sum(weights.values())
    return [sum(weights[term] * how for term, how in each.items()) / whole if whole > 0 else 0.0 for each in held]


def _alike(term: str, texts: Sequence[frozenset[str]]) -> list[float]:
    """How much the word of each text that is spelt most like the term is so; both begin with the same letter."""
    known: dict[str, float] = {}
    for word in frozenset[str]().union(*texts):
        if word[0] == term[0] and abs(len(word) - len(term)) <= LETTERS_APART:
            known[word] = likeness(term, word)
    return [max((known[word] for word in text & known.keys()), default=0.0) for text in texts]
