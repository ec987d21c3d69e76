"""What the token vectors are before anything is learned: what the packaged sentence model makes of each token alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.encoder import load_encoder
from models.packaged_model import PACKAGED_MODEL_NAME

BATCH_WORDS = 2_000
# Beyond this share a token counts no more for where the axes lie.
MOST_FREQUENT = 1e-4


def token_meanings(tokenizer: Tokenizer) -> NDArray[np.float32]:
    """One row a token, from the packaged model; a piece of a word is read as a word."""
    encoder = load_encoder(PACKAGED_MODEL_NAME)
    words = [str(tokenizer.id_to_token(token)).removeprefix("##") for token in range(tokenizer.get_vocab_size())]
    parts = [words[start : start + BATCH_WORDS] for start in range(0, len(words), BATCH_WORDS)]
    return np.concatenate([encoder.encode_documents(part) for part in parts])


def project(rows: NDArray[np.float32], frequencies: NDArray[np.float64], dimensions: int) -> NDArray[np.float32]:
    """The rows on their main axes, centred, frequent tokens counting more; beyond their own number small noise."""
    centred = rows - (frequencies[:, None] * rows).sum(0)
    weighted = centred * np.sqrt(np.minimum(frequencies, MOST_FREQUENT))[:, None]
    axes = np.linalg.svd(weighted.T @ weighted)[2]
    turned = centred @ axes[:dimensions].T
    if dimensions > turned.shape[1]:
        noise = np.random.default_rng(0).normal(size=(len(rows), dimensions - turned.shape[1]))
        turned = np.hstack([turned, noise * turned.std() / 2])
    return scaled(turned)


def random_vectors(tokens: int, dimensions: int) -> NDArray[np.float32]:
    return scaled(np.random.default_rng(0).normal(size=(tokens, dimensions)))


def scaled(rows: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows with a mean length of one, which the rate of learning is set for."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1).mean(), dtype=np.float32)
