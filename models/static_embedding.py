"""The static model as a module of sentence-transformers, which its modules.json names: the rows of the numpy loader.

Whether a text is a query is what `encode_query` and `encode_document` tell their modules as `task`; a marker in a
prompt would be lost to whoever sets a prompt of his own. Without a task, as `encode` has none, a text is a document.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from sentence_transformers.base.modules import InputModule
from torch import Tensor

from models.static_format import CONFIG_FILE, StaticModel, read_static_model, write_static_model
from models.static_tokens import TokenReader


class StaticTextEmbedding(InputModule):
    """Weighted sums of token vectors; the table stays in whole numbers, so that saving loses nothing."""

    forward_kwargs = {"task"}  # noqa: RUF012 - declared so by the library

    embedding: Tensor
    scale: Tensor
    query_weight: Tensor
    document_weight: Tensor

    def __init__(self, model: StaticModel) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's
        self._model = model
        self._reader = TokenReader(model)
        self.tokenizer = model.tokenizer
        self.max_seq_length = model.max_tokens
        for name in ("embedding", "scale", "query_weight", "document_weight"):
            self.register_buffer(name, torch.from_numpy(getattr(model, name)))

    def preprocess(  # type: ignore[override]  # the library's own modules of text take texts alone, too
        self, inputs: Sequence[str], prompt: str | None = None, **_: object
    ) -> dict[str, Tensor]:
        """Count the tokens of each text; `input_ids` are the distinct ones, text after text."""
        read = self._reader.count([(prompt or "") + text for text in inputs])
        return {
            "input_ids": torch.from_numpy(read.tokens),
            "counts": torch.from_numpy(read.counts),
            "first_positions": torch.from_numpy(read.first_positions),
            "lengths": torch.from_numpy(read.lengths),
        }

    def forward(self, features: dict[str, Tensor], task: str | None = None, **_: object) -> dict[str, Any]:
        """Sum and normalise; a text without one known token gets the first axis, as everywhere in this project."""
        tokens, lengths = features["input_ids"], features["lengths"]
        weights = (1 + features["counts"].to(self.scale.dtype).log()) * self.scale[tokens]
        if task == "query":
            weights = weights * self.query_weight[tokens]
        else:
            decayed = torch.exp(-features["first_positions"].to(weights.dtype) / self._model.position_decay)
            weights = weights * self.document_weight[tokens] * (1 + self._model.position_boost * decayed)
        vectors = self.embedding[tokens].to(weights.dtype) * weights[:, None]
        rows = torch.repeat_interleave(torch.arange(len(lengths), device=lengths.device), lengths)
        sums = torch.zeros(len(lengths), vectors.shape[1], dtype=vectors.dtype, device=vectors.device)
        sums.index_add_(0, rows, vectors)
        sums[~sums.any(dim=1), 0] = 1
        return {**features, "sentence_embedding": torch.nn.functional.normalize(sums, dim=1, eps=0)}

    def get_embedding_dimension(self) -> int:
        return self._model.dimensions

    def get_config_dict(self) -> dict[str, object]:
        return {"max_tokens": self._model.max_tokens, "position_boost": self._model.position_boost}

    def save(self, output_path: str, *_: object, **__: object) -> None:
        """Write the three files of the model; sentence-transformers writes those about its modules."""
        write_static_model(Path(output_path), self._model, with_modules=False)

    @classmethod
    def load(  # type: ignore[override]  # the library tells apart by name what it hands on
        cls, model_name_or_path: str, subfolder: str = "", **where: Any
    ) -> Self:
        """Read the model from a folder, or from the hub's cache."""
        known = ("token", "cache_folder", "revision", "local_files_only")
        folder = cls.load_dir_path(
            model_name_or_path, subfolder=subfolder, **{name: where[name] for name in known if name in where}
        )
        if folder is None:
            raise OSError(f"{model_name_or_path} has no {CONFIG_FILE}")
        return cls(read_static_model(Path(folder)))
