"""An encoder that costs next to nothing, for measuring everything else: a fixed random vector a word, added up."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder, Tokens, load_encoder
from models.model_identity import ModelIdentity
from models.tokens import terms_of

NAME = "words"


class WordTokens:
    """Each term is a token, and none has a number."""

    most = 10_000
    vocabulary = 0

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return [terms_of(text).total() for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        raise NotImplementedError("no token has a number")


class WordEncoder:
    """As cheap as a static model, and its texts lie as near to each other as the words that they share."""

    def __init__(self, dimensions: int = 256) -> None:
        self._identity = ModelIdentity(NAME, "1", dimensions)
        self._vector_of = lru_cache(maxsize=100_000)(self._make_vector)

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def tokens(self) -> Tokens:
        return WordTokens()

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.stack([self._add_up(text) for text in texts]) if texts else np.zeros((0, self._identity.dimensions))
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_documents(texts)

    def _add_up(self, text: str) -> NDArray[np.float32]:
        total = np.zeros(self._identity.dimensions, dtype=np.float32)
        for term, times in terms_of(text).items():
            total += (1.0 + np.log(times)) * self._vector_of(term)
        # A text without a word still has a place.
        return total if total.any() else self._vector_of("")

    def _make_vector(self, term: str) -> NDArray[np.float32]:
        random = np.random.default_rng(zlib.crc32(term.encode()))
        return random.standard_normal(self._identity.dimensions, dtype=np.float32)


def encoder_by_name(name: str | None) -> Encoder:
    """`words` is the one above; all others as the service loads them."""
    return WordEncoder() if name == NAME else load_encoder(name)
