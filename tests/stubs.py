"""An encoder for unit tests: no model, the same rows for ever, and texts that share words are near."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.model_identity import ModelIdentity
from models.tokens import terms_of


class StubTokens:
    """Each word is a token; the id of `w7` is 7, and no other word has one."""

    vocabulary = 1000

    def __init__(self, most: int) -> None:
        self.most = most

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        return " ".join(f"w{number}" for number in ids)


class StubEncoder:
    """A bag of hashed words as an Encoder; it counts what it is given."""

    def __init__(
        self, dimensions: int = 64, *, name: str = "stub", revision: str = "1", most_tokens: int = 100
    ) -> None:
        self.tokens = StubTokens(most_tokens)
        self._identity = ModelIdentity(name, revision, dimensions)
        self.documents_encoded = 0
        self.queries_encoded = 0

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.documents_encoded += len(texts)
        return self._encode(texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.queries_encoded += len(texts)
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self._identity.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for term, times in terms_of(text).items():
                number = zlib.crc32(f"{self._identity.revision} {term}".encode())
                row[number % len(row)] += (1 if number >> 31 else -1) * (1 + np.log(times))
            if not row.any():
                row[0] = 1
            row /= np.linalg.norm(row)
        return rows
