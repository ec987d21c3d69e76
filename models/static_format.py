"""What the folder of a static model holds, and how it is read and written: a tokeniser, a table of vectors, weights.

The row of a text is the normalised sum, over its distinct tokens, of `weight x embedding x scale`. The weight is
`(1 + ln count) x query_weight` in a query, and in a document `(1 + ln count) x document_weight x
(1 + boost x exp(-first / decay))`, where `first` is the position of the token's first place among the text's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from tokenizers import Tokenizer

from models.errors import ModelError

FORMAT = 1
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"
MODULE = "models.static_embedding.StaticTextEmbedding"
# What is sorted to count tokens is one number of text, token and position; these bounds leave 2^23 texts.
MAX_TOKENS = 1 << 16
MAX_VOCABULARY = 1 << 24

# No prompt is put before a text: sentence-transformers says itself whether it is a query or a document.
_SENTENCE_TRANSFORMERS = {
    "model_type": "SentenceTransformer",
    "prompts": {"query": "", "document": ""},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}
_MODULES = [{"idx": 0, "name": "0", "path": "", "type": MODULE}]
# A word of two parts, and after each copy one of the ASCII characters that end a word.
_WORD = "aB"
_SEPARATORS = [chr(code) for code in range(128) if not chr(code).isalnum()]


@dataclass(frozen=True, slots=True, eq=False)
class StaticModel:
    """A static model in memory: V tokens, D dimensions."""

    tokenizer: Tokenizer
    embedding: NDArray[np.int8]  # (V, D)
    scale: NDArray[np.float32]  # (V,): what one step of the token's whole numbers is worth
    query_weight: NDArray[np.float32]  # (V,)
    document_weight: NDArray[np.float32]  # (V,)
    max_tokens: int
    position_boost: float
    position_decay: float

    @property
    def dimensions(self) -> int:
        return int(self.embedding.shape[1])

    @property
    def unknown_token(self) -> int | None:
        """The id of the token for what the vocabulary lacks; it has no meaning, and texts are read without it."""
        name = getattr(self.tokenizer.model, "unk_token", None)
        return None if name is None else self.tokenizer.token_to_id(name)


def holds_static_model(folder: Path) -> bool:
    """Tell by its configuration whether a folder holds a model of this kind, of whatever generation."""
    config = _read_config(folder)
    return "format" in config and "position_boost" in config


def read_static_model(folder: Path) -> StaticModel:
    """Read and check a folder; raises ModelError with what is wrong about it."""
    config = _read_config(folder)
    if config.get("format") != FORMAT:
        raise _broken(folder, f"its format is {config.get('format')!r}, and this version reads {FORMAT}")
    try:
        weights = load_file(folder / WEIGHTS_FILE)
        model = StaticModel(
            tokenizer=read_tokenizer(folder / TOKENIZER_FILE),
            embedding=weights["embedding"],
            scale=weights["scale"].astype(np.float32),
            query_weight=weights["query_weight"].astype(np.float32),
            document_weight=weights["document_weight"].astype(np.float32),
            max_tokens=int(config["max_tokens"]),  # type: ignore[call-overload]  # what is no number raises
            position_boost=float(config["position_boost"]),  # type: ignore[arg-type]  # as above
            position_decay=float(config["position_decay"]),  # type: ignore[arg-type]  # as above
        )
    except KeyError as error:
        raise _broken(folder, f"it lacks {error}") from error
    except (OSError, SafetensorError, TypeError, ValueError) as error:
        raise _broken(folder, str(error)) from error
    _check(folder, model, config.get("dimensions"))
    return model


def write_static_model(folder: Path, model: StaticModel, *, with_modules: bool = True) -> None:
    """Write the folder, with what sentence-transformers needs to load it unless that is written by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    weights: dict[str, NDArray[np.int8] | NDArray[np.float32]] = {
        "embedding": np.ascontiguousarray(model.embedding, np.int8),
        "scale": np.ascontiguousarray(model.scale, np.float32),
        "query_weight": np.ascontiguousarray(model.query_weight, np.float32),
        "document_weight": np.ascontiguousarray(model.document_weight, np.float32),
    }
    # Not by the library, which lets only the one who writes a file read it.
    (folder / WEIGHTS_FILE).write_bytes(save(weights))
    model.tokenizer.save(str(folder / TOKENIZER_FILE))
    config = {
        "dimensions": model.dimensions,
        "format": FORMAT,
        "max_tokens": model.max_tokens,
        "position_boost": model.position_boost,
        "position_decay": model.position_decay,
    }
    _write_json(folder / CONFIG_FILE, config)
    if with_modules:
        _write_json(folder / "modules.json", _MODULES)
        _write_json(folder / "config_sentence_transformers.json", _SENTENCE_TRANSFORMERS)


def read_tokenizer(file: Path) -> Tokenizer:
    """Read a tokeniser that neither cuts nor pads; raises ValueError when the file holds none."""
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises no narrower class
        raise ValueError(f"{file.name}: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _check(folder: Path, model: StaticModel, dimensions: object) -> None:
    vocabulary = model.tokenizer.get_vocab_size()
    if model.embedding.dtype != np.int8 or model.embedding.shape != (vocabulary, dimensions):
        raise _broken(
            folder,
            f"its table is {model.embedding.dtype} {model.embedding.shape}, not int8 {(vocabulary, dimensions)}",
        )
    for name in ("scale", "query_weight", "document_weight"):
        values = getattr(model, name)
        if values.shape != (vocabulary,) or not np.isfinite(values).all():
            raise _broken(folder, f"its {name} is not one finite number a token")
    if not 1 <= model.max_tokens <= MAX_TOKENS or vocabulary > MAX_VOCABULARY:
        raise _broken(folder, f"{model.max_tokens} tokens of {vocabulary} are more than can be counted")
    if not (np.isfinite(model.position_boost) and model.position_decay > 0):
        raise _broken(folder, "its weighting of positions is not a falling curve")
    word = _read(model, _WORD)
    if not word or _read(model, _WORD.join(["", *_SEPARATORS, ""])) != word * (len(_SEPARATORS) + 1):
        raise _broken(folder, "its tokeniser does not end a word at every ASCII character but letters and digits")


def _read(model: StaticModel, text: str) -> list[int]:
    tokens = model.tokenizer.encode(text, add_special_tokens=False).ids
    return [token for token in tokens if token != model.unknown_token]


def _read_config(folder: Path) -> Mapping[str, object]:
    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _broken(folder: Path, reason: str) -> ModelError:
    return ModelError(
        f"The static model in {folder.name!r} cannot be read: {reason}.",
        hint="Restore the folder's files, or name another model.",
    )
