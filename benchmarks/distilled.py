"""A static model for tools that need one and have no hub to get it from: the packaged MiniLM's, untrained on code.

Each token of the vocabulary is encoded by itself, the rows are reduced to their main directions, and a token counts
less the more common it is (its rank in the vocabulary stands for its frequency, by Zipf's law; weights as in "A Simple
but Tough-to-Beat Baseline for Sentence Embeddings", Arora, Liang and Ma, 2017). Written as model2vec reads it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 256
SMOOTHING = 1e-4

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def write_static_model(source: Path, encode: Encode, folder: Path) -> None:
    """Write the static model of a transformer's folder (its tokenizer.json) and of how it encodes texts."""
    from safetensors.numpy import save_file  # comes with the model library

    vocabulary = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    rows = encode([token.removeprefix("##") for token in tokens])
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "tokenizer.json", folder / "tokenizer.json")
    save_file({"embeddings": static_rows(rows)}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True}))


def static_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows by falling frequency: reduced to at most DIMENSIONS and weighted."""
    centred = rows - rows.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    reduced = centred @ directions[:, ::-1][:, :DIMENSIONS]
    frequency = 1 / (np.arange(len(rows)) + 2)
    weights = SMOOTHING / (SMOOTHING + frequency / frequency.sum())
    return np.ascontiguousarray(reduced * weights[:, None], dtype=np.float32)
