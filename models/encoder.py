"""What an encoder is to the rest of the system, and which model becomes one: texts in, unit-norm float32 rows out.

A row depends on the model's weights, on the prompt put before a document and on the number of dimensions kept, so the
identity holds all three, and rows of two identities are never compared. Importing this module loads no model library;
loading a model does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.packaged_model import PACKAGED_MODEL_NAME, find_packaged_model

# Rows of halfvec stay inside their page of 8 kB up to here, and a distance index takes no more either.
MAX_DIMENSIONS = 2000
# Padded tokens in one forward pass: on a core, 1,024 to 4,096 are equally fast, 16,384 costs a sixth more and 16 times
# the memory. A GPU wants more.
BATCH_TOKENS = 2048
_HUB_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?", re.ASCII)


class Precision(StrEnum):
    """What the model's matrix products are computed in."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What two indexes must share for their rows to be comparable."""

    name: str
    revision: str
    dimensions: int


class Encoder(Protocol):
    """Turns texts into unit-norm rows; one may be called from several threads at once."""

    @property
    def identity(self) -> ModelIdentity: ...

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is searched: shape (len(texts), dimensions), in the order of the texts."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode what is asked: shape (len(texts), dimensions), in the order of the texts."""
        ...


def load_encoder(
    name_or_folder: str | None = None,
    *,
    dimensions: int | None = None,
    device: str = "cpu",
    threads: int | None = None,
    query_prompt: str | None = None,
    document_prompt: str | None = None,
    batch_tokens: int = BATCH_TOKENS,
    precision: Precision = Precision.AUTO,
    trust_remote_code: bool = False,
) -> Encoder:
    """Load a sentence-transformers model by hub name or folder; None is the model that comes with the installation.

    `dimensions` keeps the first so many of each row and normalises again (for models trained for that). A prompt given
    here replaces the model's own; an empty one removes it. `threads` holds for the whole process. A folder and the
    packaged model never touch the network, and a hub name does only when its files are not in the hub's cache yet.
    Raises ModelError with what to do about it.
    """
    if dimensions is not None and not 1 <= dimensions <= MAX_DIMENSIONS:
        raise ModelError(
            f"{dimensions} dimensions cannot be indexed.", hint=f"Set a dimension from 1 to {MAX_DIMENSIONS}."
        )
    if batch_tokens < 1:
        raise ModelError(
            f"A batch of {batch_tokens} tokens holds nothing.", hint="Set at least 1; 2048 is the default."
        )
    name, folder = _locate(name_or_folder)

    from models.sentence_encoder import LoadOptions, load_sentence_encoder  # torch takes seconds to import

    return load_sentence_encoder(
        LoadOptions(
            name=name,
            folder=folder,
            dimensions=dimensions,
            device=device,
            threads=threads,
            query_prompt=query_prompt,
            document_prompt=document_prompt,
            batch_tokens=batch_tokens,
            precision=precision,
            trust_remote_code=trust_remote_code,
        )
    )


def _locate(name_or_folder: str | None) -> tuple[str, Path | None]:
    """Return the name to record, and the folder unless it is a name of the hub."""
    if name_or_folder is None:
        return PACKAGED_MODEL_NAME, find_packaged_model()
    folder = Path(name_or_folder).expanduser()
    if name_or_folder.strip() and folder.is_dir():
        return folder.resolve().name, folder
    if not _HUB_NAME.fullmatch(name_or_folder):
        raise ModelError(
            f"There is no model folder {name_or_folder!r}.",
            hint="Give a folder that exists, a name such as organisation/model, or nothing for the packaged model.",
        )
    return name_or_folder, None
