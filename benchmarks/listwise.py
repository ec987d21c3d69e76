"""Weights for signs from labelled lists: a regularised listwise softmax, fitted by Newton's method. Pure numpy.

The loss of a list is the cross entropy between the softmax of its scores and the even distribution over what was to be
found (ListNet's top-one form: Cao et al., "Learning to rank: from pairwise approach to listwise approach", 2007). It is
convex, and a list's group weighs the same however many lists it has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Cross-validated nDCG@10 on fifteen repositories at 0.0003, 0.001, 0.003: 0.932, 0.935, 0.933.
REGULARISATION = 0.001
STEPS = 50
CONVERGED = 1e-9

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankedList:
    """One query's items: `signs` of shape (items, signs), and which of them were to be found."""

    group: str
    signs: Matrix
    found: NDArray[np.bool_]


def fit_weights(
    lists: Sequence[RankedList],
    prior: Vector,
    *,
    free: NDArray[np.bool_] | None = None,
    regularisation: float = REGULARISATION,
) -> Vector:
    """The weights that rank what was to be found first; those that are not free stay at their prior.

    Lists without anything to find tell nothing. Raises ValueError when no list tells anything.
    """
    telling = [each for each in lists if each.found.any() and not each.found.all()]
    if not telling:
        raise ValueError("no list has both something to find and something else")
    open_ = np.ones(len(prior), dtype=bool) if free is None else free
    groups = Counter(each.group for each in telling)
    shares = [1.0 / (groups[each.group] * len(groups)) for each in telling]
    weights = prior.copy()
    loss, gradient, curvature = _loss(telling, shares, weights, prior, regularisation)
    for _ in range(STEPS):
        step = np.zeros_like(weights)
        step[open_] = np.linalg.solve(curvature[np.ix_(open_, open_)], gradient[open_])
        size = 1.0
        while True:
            tried = _loss(telling, shares, weights - size * step, prior, regularisation)
            if tried[0] <= loss or size < CONVERGED:
                break
            size /= 2.0
        weights = weights - size * step
        if loss - tried[0] < CONVERGED:
            break
        loss, gradient, curvature = tried
    return weights


def _loss(
    lists: Sequence[RankedList], shares: Sequence[float], weights: Vector, prior: Vector, regularisation: float
) -> tuple[float, Vector, Matrix]:
    """The loss with its gradient and its second derivative."""
    away = weights - prior
    loss = regularisation * float(away @ away)
    gradient = 2.0 * regularisation * away
    curvature = 2.0 * regularisation * np.eye(len(weights))
    for each, share in zip(lists, shares, strict=True):
        scores = each.signs @ weights
        scores -= scores.max()
        likely = np.exp(scores)
        total = likely.sum()
        likely /= total
        wanted = each.found / each.found.sum()
        expected = likely @ each.signs
        loss -= share * float(wanted @ (scores - np.log(total)))
        gradient += share * (expected - wanted @ each.signs)
        curvature += share * ((each.signs * likely[:, None]).T @ each.signs - np.outer(expected, expected))
    return loss, gradient, curvature
