"""The learned model as the folder that the encoder reads: numbers of eight bits, and what one is worth a token."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.static_format import StaticModel, write_static_model
from training.dataset import MAX_TOKENS
from training.learning import POSITION_DECAY, LearnedModel

LARGEST = 127


def static_model(model: LearnedModel, tokenizer: Tokenizer) -> StaticModel:
    vectors = model.vectors.detach().numpy()
    whole, scale = quantise(vectors)
    return StaticModel(
        tokenizer=tokenizer,
        embedding=whole,
        scale=scale,
        query_weight=model.query_weight.detach().exp().numpy(),
        document_weight=model.document_weight.detach().exp().numpy(),
        max_tokens=MAX_TOKENS,
        position_boost=round(float(model.position_boost.detach()), 4),
        position_decay=POSITION_DECAY,
    )


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Each row in steps of its own largest value."""
    scale = np.maximum(np.abs(vectors).max(axis=1) / LARGEST, np.finfo(np.float32).tiny).astype(np.float32)
    return np.round(vectors / scale[:, None]).astype(np.int8), scale


def learned_model(model: StaticModel) -> LearnedModel:
    """The way back, to learn on with a model that was written; its temperature is not in it, and begins anew."""
    learned = LearnedModel(model.embedding * model.scale[:, None], np.zeros(len(model.scale)))
    learned.query_weight.data.copy_(torch.from_numpy(np.log(model.query_weight)))
    learned.document_weight.data.copy_(torch.from_numpy(np.log(model.document_weight)))
    learned.position_boost.data.fill_(model.position_boost)
    return learned


def export_model(model: LearnedModel, tokenizer: Tokenizer, folder: Path) -> None:
    write_static_model(folder, static_model(model, tokenizer))
