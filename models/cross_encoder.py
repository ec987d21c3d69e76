"""How a CrossEncoder of sentence-transformers is run as a Reranker, and which models are refused as one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import CrossEncoder

from models.errors import ModelError
from models.model_loading import open_cross_encoder
from models.odd_input import CHARACTERS_A_TOKEN, make_readable

_UNLIMITED_TOKENS = 8192
# Pairs in one pass: padded to the longest, so that more need more memory and are hardly faster on a core.
_BATCH = 16
# What is saved without a head that scores gets one of random numbers when it is loaded, and no error.
_HEADLESS = ("Model", "ForMaskedLM", "ForPreTraining")


def load_cross_encoder(name: str, folder: Path | None, device: str, *, trust_remote_code: bool) -> CrossEncoderReranker:
    """Open a model and see that it is one that scores pairs."""
    model = open_cross_encoder(name, folder, device, trust_remote_code=trust_remote_code)
    architectures = getattr(model.config, "architectures", None) or []
    another = "Name a cross-encoder, that is a model for text ranking, or none."
    if any(architecture.endswith(_HEADLESS) for architecture in architectures):
        raise ModelError(f"{name!r} ({architectures[0]}) is not trained to score pairs of texts.", hint=another)
    if model.num_labels != 1:
        raise ModelError(f"{name!r} tells {model.num_labels} classes apart, which is no score.", hint=another)
    return CrossEncoderReranker(model)


class CrossEncoderReranker:
    """A Reranker around a CrossEncoder."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model
        limit = model.max_seq_length
        self._max_characters = CHARACTERS_A_TOKEN * (
            limit if limit is not None and limit < 10**6 else _UNLIMITED_TOKENS
        )
        # A tokeniser of the Rust library refuses to be used by two threads at once.
        self._lock = threading.Lock()

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """The model's raw outputs: what is put around them keeps their order, and rounds the best ones to the same."""
        if not texts:
            return np.empty(0, dtype=np.float32)
        asked = make_readable(query, self._max_characters)
        pairs = [(asked, make_readable(text, self._max_characters)) for text in texts]
        with self._lock:
            outputs = self._model.predict(
                pairs, batch_size=_BATCH, activation_fn=torch.nn.Identity(), show_progress_bar=False
            )
        scores = np.asarray(outputs, dtype=np.float32).reshape(len(texts))
        if not np.isfinite(scores).all():
            raise ModelError("The reranker gave scores that are not finite.", hint="Use another model, or none.")
        return scores
