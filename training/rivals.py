"""What the encoder is measured beside, on the same rows: the packaged sentence model, and BM25."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from training.arrays import Part
from training.dataset import Bags
from training.quality import Scorer

K1 = 1.2
B = 0.75


def encoder_scorer(part: Part, encoder: Encoder) -> Scorer:
    """Any encoder; it reads the document alone, without its path."""

    def score(rows: NDArray[np.int64]) -> NDArray[np.floating]:
        queries = encoder.encode_queries([part.texts.queries[row] for row in rows])
        documents = encoder.encode_documents([part.texts.documents[row] for row in rows])
        return queries @ documents.T

    return score


def bm25_scorer(part: Part, tokens: int) -> Scorer:
    """Over our own tokens, so that identifiers are split for it as well."""

    def score(rows: NDArray[np.int64]) -> NDArray[np.floating]:
        counts = _matrix(part.table.documents.take(rows), tokens)
        lengths = counts.sum(axis=1, keepdims=True)
        seen = (counts > 0).sum(axis=0)
        rarity = np.log(1 + (len(rows) - seen + 0.5) / (seen + 0.5)).astype(np.float32)
        saturated = counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths / lengths.mean())) * rarity
        return np.asarray(_matrix(part.table.queries.take(rows), tokens) @ saturated.T)

    return score


def _matrix(bags: Bags, tokens: int) -> NDArray[np.float32]:
    matrix = np.zeros((len(bags), tokens), np.float32)
    matrix[np.repeat(np.arange(len(bags)), np.diff(bags.starts)), bags.tokens] = np.exp(bags.counts - 1).round()
    return matrix
