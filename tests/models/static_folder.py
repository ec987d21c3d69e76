"""A small static model with random weights, and its row of a text worked out by the formula, token by token."""

from __future__ import annotations

import math
import string
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from models.static_format import StaticModel, write_static_model

WORDS = "get set user name http server parse retry request config file merge default price round the of and def return"
BORDERS = (
    "(?<=[a-z0-9])(?=[A-Z])",
    "(?<=[A-Z])(?=[A-Z][a-z])",
    "(?<=[A-Za-z])(?=[0-9])",
    "(?<=[0-9])(?=[A-Za-z])",
)


def make_static_model(*, seed: int = 0, dimensions: int = 48, max_tokens: int = 64) -> StaticModel:
    """One whose tokens are a few words and all letters and digits; its table is random."""
    characters = string.ascii_lowercase + string.digits + "éß日本"
    tokens = ["[UNK]", *WORDS.split(), *characters, *(f"##{character}" for character in characters)]
    tokenizer = Tokenizer(models.WordPiece({token: number for number, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Replace(Regex("|".join(BORDERS)), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[^\p{L}\p{N}]+"), "removed")
    random = np.random.default_rng(seed)
    return StaticModel(
        tokenizer=tokenizer,
        embedding=random.integers(-127, 128, (len(tokens), dimensions), dtype=np.int8),
        scale=random.uniform(0.001, 0.01, len(tokens)).astype(np.float32),
        query_weight=random.uniform(0.1, 3, len(tokens)).astype(np.float32),
        document_weight=random.uniform(0.1, 3, len(tokens)).astype(np.float32),
        max_tokens=max_tokens,
        position_boost=1.5,
        position_decay=8.0,
    )


def write_small_model(folder: Path) -> StaticModel:
    model = make_static_model()
    write_static_model(folder, model)
    return model


def row_by_formula(model: StaticModel, text: str, *, query: bool) -> NDArray[np.float64]:
    """The row as the format words it, in float64 and plain Python, by the tokeniser's reading of the whole text."""
    ids = model.tokenizer.encode(text.encode("utf-8", "replace").decode(), add_special_tokens=False).ids
    known = [token for token in ids if token != model.unknown_token][: model.max_tokens]
    row = np.zeros(model.dimensions)
    for token, count in Counter(known).items():
        weight = (1 + math.log(count)) * float((model.query_weight if query else model.document_weight)[token])
        if not query:
            weight *= 1 + model.position_boost * math.exp(-known.index(token) / model.position_decay)
        row += weight * model.embedding[token].astype(np.float64) * float(model.scale[token])
    norm = np.linalg.norm(row)
    return row / norm if norm else np.eye(1, model.dimensions)[0]
