"""The numbers of one list over several kinds: fitted to some questions, and measured on others.

Which kind has the answer is fitted by logistic regression, the kinds weighing the same however many questions ask for
them. Where a typed name's definition is found there is nothing to learn: such a question counts with its kind and moves
no number. What a fit counts beside a cosine and beside a place is the pair of `FIT_WORTHS` and `OWN_FITS` with the best
mean.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.judging import ndcg_at_10
from search_api.code_search import lexical_query
from search_api.comparing import Merging, Ranked, Yardsticks, best_evidence, measure, order
from search_api.everything import FoundThing, ResultType

FIT_WORTHS = (0.3, 0.6, 1.0)
OWN_FITS = (0.25, 0.5)
FOLDS = 5
# Keeps the numbers small where a fold leaves little doubt; 0.0005 and 0.02 give the same means to 0.01.
SHRINKING = 0.005
# Newton's method is there long before.
STEPS = 25
KINDS = tuple(kind.value for kind in ResultType)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which kind the answer is, and which questions stay together when some are left out."""

    kind: str
    category: str
    group: str
    text: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the names of what all kinds' searches found, measured for each worth of a fit."""

    question: Question
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    measured: Mapping[float, Yardsticks]

    def ndcg(self, merging: Merging) -> float:
        ordered = order(self.names, self.measured[merging.fit_worth], self.kinds, merging)
        return ndcg_at_10([name for _, name in ordered], self.question.targets)

    def ndcg_of_kind(self) -> float:
        """Of the kind's own search, for who knows where to look."""
        own = [name for name, kind in zip(self.names, self.kinds, strict=True) if kind == self.question.kind]
        return ndcg_at_10(own, self.question.targets)

    def without_definitions(self) -> Asked:
        """As if no result were the definition of a typed name."""
        none = {worth: replace(each, defining=[False] * len(each.fits)) for worth, each in self.measured.items()}
        return replace(self, measured=none)


def ask_again(question: Question, results: Sequence[Ranked[FoundThing]], worths: Sequence[float]) -> Asked:
    terms = lexical_query(question.text)
    return Asked(
        question,
        tuple(each.kind for each in results),
        tuple(name_of(each.item) for each in results),
        {worth: measure(terms, results, worth) for worth in worths},
    )


def name_of(thing: FoundThing) -> str:
    """What labels call it."""
    if thing.code is not None:
        return thing.code.path
    return thing.chat.message_id if thing.chat is not None else str(thing.task.id if thing.task is not None else "")


def means(asked: Sequence[Asked], scores: Sequence[float]) -> list[float]:
    """By what was asked for, and the mean of these."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    for each, score in zip(asked, scores, strict=True):
        by_kind[each.question.kind].append(score)
    found = [fmean(by_kind[kind]) for kind in KINDS]
    return [*found, fmean(found)]


def cross_validate(asked: Sequence[Asked], named: Sequence[str | None] | None = None, more: float = 0.0) -> list[float]:
    """nDCG@10 of each question with numbers that were fitted to the groups of the other folds.

    `named` has the kind that each names, which counts `more`; who names another than code gets no definition first.
    """
    groups = sorted({each.question.group for each in asked})
    random.Random(20261125).shuffle(groups)
    fold_of = {group: place % FOLDS for place, group in enumerate(groups)}
    fitted = [fit([each for each in asked if fold_of[each.question.group] != fold]) for fold in range(FOLDS)]
    kinds = named or [None] * len(asked)
    return [
        (each if kind in (None, ResultType.CODE) else each.without_definitions()).ndcg(
            fitted[fold_of[each.question.group]].leaning_to(kind, more)
        )
        for each, kind in zip(asked, kinds, strict=True)
    ]


def fit(asked: Sequence[Asked]) -> Merging:
    tried = []
    for worth in FIT_WORTHS:
        sharpness, *leanings = _regress(asked, worth)
        named = dict(zip(KINDS, leanings, strict=True))
        tried += [Merging(sharpness, named, worth, own) for own in OWN_FITS]
    return max(tried, key=lambda merging: means(asked, [each.ndcg(merging) for each in asked])[-1])


def _regress(asked: Sequence[Asked], worth: float) -> list[float]:
    """The sharpness and what speaks for each kind beforehand, chat being 0, that make the right kinds most probable."""
    features = np.array([_features(each, worth) for each in asked])
    right = np.eye(len(KINDS))[[KINDS.index(each.question.kind) for each in asked]]
    # Kinds that nothing was found of have no chance.
    found = np.array([[kind in each.kinds for kind in KINDS] for each in asked])
    weights = (right / right.sum(axis=0)).sum(axis=1) / len(KINDS)
    weights *= [not any(each.measured[worth].defining) for each in asked]
    numbers = np.zeros(features.shape[2])
    for _ in range(STEPS):
        odds = np.exp(features @ numbers) * found
        chance = odds / odds.sum(axis=1, keepdims=True)
        expected = np.einsum("qk,qkf->qf", chance, features)
        slope = np.einsum("q,qk,qkf->f", weights, right - chance, features) - SHRINKING * numbers
        curve = np.einsum("q,qk,qkf,qkg->fg", weights, chance, features, features)
        curve -= np.einsum("q,qf,qg->fg", weights, expected, expected)
        numbers += np.linalg.solve(curve + SHRINKING * np.eye(len(numbers)), slope)
    sharpness, code, task = (round(float(number), 2) for number in numbers)
    return [sharpness, code, 0.0, task]


def _features(each: Asked, worth: float) -> NDArray[np.float64]:
    best = best_evidence(each.kinds, each.measured[worth])
    return np.array([[best.get(kind, 0.0), kind == ResultType.CODE, kind == ResultType.TASK] for kind in KINDS])
