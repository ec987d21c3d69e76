"""How often the right document comes first among a thousand: mean reciprocal rank and recall at ten."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.arrays import KINDS, Part
from training.sampling import batch_of

CANDIDATES = 1_000
FEWEST_CANDIDATES = 300
DEPTH = 10
# Scores of every query with every document of some rows; higher is better.
Scorer = Callable[[NDArray[np.int64]], NDArray[np.floating]]


@dataclass(frozen=True, slots=True)
class Figures:
    mrr: float
    recall: float
    queries: int


def figures_of(scores: NDArray[np.floating], excluded: NDArray[np.bool_]) -> Figures:
    """Of a square of scores with the right ones on the diagonal. A tie counts against the right one."""
    scores = np.where(excluded, -np.inf, scores)
    right = np.diag(scores)[:, None]
    ranks = (scores >= right).sum(axis=1)
    return Figures(float(np.where(ranks <= DEPTH, 1 / ranks, 0).mean()), float((ranks <= DEPTH).mean()), len(scores))


def by_kind(part: Part, score: Scorer, seed: int = 0) -> dict[str, Figures]:
    """For each kind of query, among candidates of that kind."""
    kinds = part.table.kinds[part.rows]
    return _measure(part, score, {name: part.rows[kinds == number] for number, name in enumerate(KINDS)}, seed)


def by_language(part: Part, score: Scorer, seed: int = 0, only: Collection[str] | None = None) -> dict[str, Figures]:
    """Documentation to code, language by language, among candidates of that language."""
    rows = part.rows[part.table.kinds[part.rows] == KINDS.index("doc")]
    spoken = part.table.languages[rows]
    groups = {name: rows[spoken == number] for number, name in enumerate(part.languages)}
    return _measure(part, score, {name: found for name, found in groups.items() if only is None or name in only}, seed)


def _measure(part: Part, score: Scorer, groups: dict[str, NDArray[np.int64]], seed: int) -> dict[str, Figures]:
    found = {}
    for name, rows in groups.items():
        if len(rows) >= FEWEST_CANDIDATES:
            # The same for whoever is measured, and for however many groups.
            picked = np.random.default_rng(seed).permutation(rows)[:CANDIDATES]
            found[name] = figures_of(score(picked), batch_of(part.table, picked).excluded)
    return found


def mean_mrr(figures: dict[str, Figures]) -> float:
    return float(np.mean([one.mrr for one in figures.values()]))
