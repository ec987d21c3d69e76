"""What an encoder is to the rest of the system, and which model becomes one: texts in, unit-norm float32 rows out.

A row depends on the model's weights, on the prompt put before a document and on the number of dimensions kept, so the
identity holds all three, and rows of two identities are never compared. Importing this module loads no model library;
loading a model does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.locating import locate_model
from models.model_identity import MAX_DIMENSIONS, ModelIdentity, Precision
from models.packaged_model import EXTRA_MODULES, INSTALL_MODELS

# Padded tokens in one forward pass: on a core, 1,024 to 4,096 are equally fast, 16,384 costs a sixth more and 16 times
# the memory. A GPU wants more.
BATCH_TOKENS = 2048


class Tokens(Protocol):
    """How a model's tokeniser reads texts, for those who are told or limited by tokens; as safe as its encoder."""

    @property
    def most(self) -> int:
        """Tokens of a text that the model reads; what follows is cut off."""
        ...

    @property
    def vocabulary(self) -> int:
        """Ids are below this number."""
        ...

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each whole text, those that are cut off as well."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """A text that the tokeniser reads as these tokens, if they are those of any text."""
        ...


class Encoder(Protocol):
    """Turns texts into unit-norm rows; one may be called from several threads at once."""

    @property
    def identity(self) -> ModelIdentity: ...

    @property
    def tokens(self) -> Tokens: ...

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
    """Load a model by hub name or folder; None is the default, which comes with the project and needs no torch.

    A folder of a static model (models/static_format.py) is read by numpy alone, and there only `dimensions` and the
    prompts matter. Anything else is a model of sentence-transformers, which the extra `models` installs.

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
    from models.static_format import holds_static_model  # what only names the types needs no tokeniser

    located = locate_model(name_or_folder)
    if located.folder is not None and holds_static_model(located.folder):
        from models.static_encoder import load_static_encoder

        return load_static_encoder(
            located.name,
            located.folder,
            dimensions=dimensions,
            query_prompt=query_prompt or "",
            document_prompt=document_prompt or "",
        )
    try:
        from models.sentence_encoder import LoadOptions, load_sentence_encoder  # torch takes seconds to import
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA_MODULES:
            raise
        raise ModelError(
            f"The model {located.name!r} needs {error.name}, which is not installed.", hint=INSTALL_MODELS
        ) from error
    return load_sentence_encoder(
        LoadOptions(
            name=located.name,
            folder=located.folder,
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
