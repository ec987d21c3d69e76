"""The model while it is learned, and what it is taught by: each query finds its document among those of its batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.dataset import Bags

POSITION_DECAY = 8.0
# How much the words of a path weigh against the text of a chunk; what the index adds them with.
PATH_WEIGHT = 0.5
# What the rate of learning falls to, as a share of its height.
LOWEST_RATE = 0.02
# How soon a frequent token is worth little to begin with.
RARITY = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Queries and documents in pairs. `excluded` marks what may not count as wrong: other answers to the same query."""

    rows: NDArray[np.int64]
    queries: Bags
    documents: Bags
    paths: Bags
    excluded: NDArray[np.bool_]


class LearnedModel(nn.Module):
    """A vector and two weights a token, and how much more an early token of a document counts."""

    def __init__(self, vectors: NDArray[np.float32], frequencies: NDArray[np.float64], *, tied: bool = False) -> None:
        super().__init__()
        rarity = torch.from_numpy(np.log(RARITY / (RARITY + frequencies)).astype(np.float32))
        self.vectors = nn.Parameter(torch.from_numpy(vectors.copy()))
        self.query_weight = nn.Parameter(rarity.clone())
        self.document_weight = self.query_weight if tied else nn.Parameter(rarity.clone())
        self.position_boost = nn.Parameter(torch.tensor(1.0))
        self.temperature = nn.Parameter(torch.tensor(np.log(20.0), dtype=torch.float32))

    def queries(self, bags: Bags, dropout: float = 0.0) -> Tensor:
        tokens = torch.from_numpy(bags.tokens)
        weights = torch.from_numpy(bags.counts) * self.query_weight[tokens].exp()
        return self._sum(bags, tokens, weights, dropout)

    def documents(self, bags: Bags, dropout: float = 0.0) -> Tensor:
        tokens = torch.from_numpy(bags.tokens)
        early = torch.exp(torch.from_numpy(bags.positions).float() / -POSITION_DECAY)
        weights = torch.from_numpy(bags.counts) * self.document_weight[tokens].exp()
        return self._sum(bags, tokens, weights * (1 + self.position_boost * early), dropout)

    def _sum(self, bags: Bags, tokens: Tensor, weights: Tensor, dropout: float) -> Tensor:
        if dropout:
            weights = weights * (torch.rand_like(weights) >= dropout)
        starts = torch.from_numpy(bags.starts[:-1])
        return functional.embedding_bag(tokens, self.vectors, starts, mode="sum", per_sample_weights=weights)


def with_path(texts: Tensor, paths: Tensor) -> Tensor:
    """The row of a chunk: its text's, and its path's at less weight."""
    return functional.normalize(texts) + PATH_WEIGHT * functional.normalize(paths)


# Another part of a loss: of the rows of queries and documents, how sharply they are told apart, and the batch.
Term = Callable[[Tensor, Tensor, Tensor, Batch], Tensor]


def loss_of(
    model: LearnedModel, batch: Batch, dropout: float, widths: tuple[int, ...], term: Term | None = None
) -> Tensor:
    """Symmetric cross-entropy over the batch, for the whole rows and for each of their shorter beginnings.

    A term is added for the whole rows alone.
    """
    queries = model.queries(batch.queries, dropout)
    documents = with_path(model.documents(batch.documents, dropout), model.documents(batch.paths))
    excluded = torch.from_numpy(batch.excluded)
    sharpness = model.temperature.exp()
    losses = [contrast(queries[:, :width], documents[:, :width], sharpness, excluded) for width in widths]
    loss = torch.stack(losses).mean()
    return loss if term is None else loss + term(queries, documents, sharpness, batch)


def contrast(queries: Tensor, documents: Tensor, sharpness: Tensor, excluded: Tensor) -> Tensor:
    """How far each query is from preferring its own document, and each document its own query."""
    scores = functional.normalize(queries) @ functional.normalize(documents).T * sharpness
    scores = scores.masked_fill(excluded, -torch.inf)
    right = torch.arange(len(scores))
    return (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)) / 2


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to learn."""

    steps: int
    rate: float = 5e-3
    warm_up: int = 50

    def rate_at(self, step: int) -> float:
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        done = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.rate * (LOWEST_RATE + (1 - LOWEST_RATE) * 0.5 * (1 + float(np.cos(np.pi * done))))
