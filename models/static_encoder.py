"""How a static model encodes: weighted sums of token vectors, in numpy alone, so that the default needs no torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.model_identity import ModelIdentity, settle_dimensions
from models.model_revision import revision_of_files, revision_with_prompt
from models.odd_input import normalise_rows
from models.static_format import CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE, StaticModel, read_static_model
from models.static_tokens import TokenReader

# Texts whose tokens are counted at once: it bounds the memory, and more are not faster.
_WINDOW = 256


def load_static_encoder(
    name: str, folder: Path, *, dimensions: int | None = None, query_prompt: str = "", document_prompt: str = ""
) -> StaticEncoder:
    """Read a folder as an Encoder; its revision is that of everything that a row depends on."""
    # The tokenisers' own thread pool gains nothing on single words, and warns after each fork.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    model = read_static_model(folder)
    kept = settle_dimensions(name, dimensions, model.dimensions)
    revision = revision_of_files(folder, [folder / file for file in (CONFIG_FILE, WEIGHTS_FILE, TOKENIZER_FILE)])
    identity = ModelIdentity(name, revision_with_prompt(revision, document_prompt), kept)
    return StaticEncoder(model, identity, query_prompt, document_prompt)


class StaticEncoder:
    """An Encoder around a static model; calls of several threads run side by side."""

    def __init__(
        self, model: StaticModel, identity: ModelIdentity, query_prompt: str = "", document_prompt: str = ""
    ) -> None:
        self._identity = identity
        self._query_prompt = query_prompt
        self._document_prompt = document_prompt
        self._reader = TokenReader(model)
        self._table = np.ascontiguousarray(model.embedding[:, : identity.dimensions])
        self._query_weight = model.query_weight * model.scale
        self._document_weight = model.document_weight * model.scale
        positions = np.arange(model.max_tokens)
        self._boost = (1 + model.position_boost * np.exp(-positions / model.position_decay)).astype(np.float32)

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def tokens(self) -> TokenReader:
        return self._reader

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is searched; tokens that come early weigh more."""
        return self._encode(texts, self._document_prompt, self._document_weight, self._boost)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is asked; every position weighs the same."""
        return self._encode(texts, self._query_prompt, self._query_weight, None)

    def _encode(
        self, texts: Sequence[str], prompt: str, weight: NDArray[np.float32], boost: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self._identity.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _WINDOW):
            window = texts[start : start + _WINDOW]
            read = self._reader.count([prompt + text for text in window] if prompt else window)
            weights = weight[read.tokens] * (1 + np.log(read.counts)).astype(np.float32)
            if boost is not None:
                weights *= boost[read.first_positions]
            end = 0
            for row, length in enumerate(read.lengths.tolist(), start):
                begin, end = end, end + length
                # One text at a time stays in the processor's cache, and does not depend on its neighbours.
                np.dot(weights[begin:end], self._table[read.tokens[begin:end]].astype(np.float32), out=rows[row])
        return normalise_rows(rows)
