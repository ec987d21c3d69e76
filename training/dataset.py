"""Pairs as arrays: the distinct tokens of each text, how often each is there and where it comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.static_format import StaticModel
from models.static_tokens import TokenReader

MAX_TOKENS = 512
# Texts that are read at once: it bounds the memory.
WINDOW = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Bags:
    """Texts as bags of distinct tokens: flat arrays, and where each text begins in them (one more than texts)."""

    tokens: NDArray[np.int32]
    # 1 + ln(count)
    counts: NDArray[np.float32]
    # The first position, 0-based, of the token in its text.
    positions: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: NDArray[np.int64]) -> Bags:
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        at = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Bags(self.tokens[at], self.counts[at], self.positions[at], starts)


def bags_of(tokenizer: Tokenizer, texts: Sequence[str], max_tokens: int = MAX_TOKENS) -> Bags:
    """Read texts just as the encoder does: the first tokens that the vocabulary has."""
    reader = TokenReader(_unweighted(tokenizer, max_tokens))
    parts = [reader.count(texts[begin : begin + WINDOW]) for begin in range(0, max(1, len(texts)), WINDOW)]
    lengths = np.concatenate([part.lengths for part in parts])
    return Bags(
        np.concatenate([part.tokens for part in parts]).astype(np.int32),
        (1 + np.log(np.concatenate([part.counts for part in parts]))).astype(np.float32),
        np.concatenate([part.first_positions for part in parts]).astype(np.int32),
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
    )


def _unweighted(tokenizer: Tokenizer, max_tokens: int) -> StaticModel:
    """A model of no meaning, for what reads by a model's tokeniser."""
    size = tokenizer.get_vocab_size()
    ones = np.ones(size, np.float32)
    return StaticModel(tokenizer, np.zeros((size, 1), np.int8), ones, ones, ones, max_tokens, 0.0, 1.0)
