"""What a reranker is to the rest of the system: it reads query and text together and scores how well they fit.

That is more exact than comparing two vectors and costs a pass of a model for every text, so it is for the first few
results of a search, and off unless somebody names a model. Importing this module loads no model library.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.locating import locate_model
from models.packaged_model import EXTRA_MODULES, INSTALL_MODELS


class Reranker(Protocol):
    """Scores texts for a query; one may be called from several threads at once."""

    def score(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers the query: shape (len(texts),), higher is better, on the model's own scale."""
        ...


def load_reranker(name_or_folder: str, *, device: str = "cpu", trust_remote_code: bool = False) -> Reranker:
    """Load any CrossEncoder of sentence-transformers by hub name or folder; raises ModelError with what to do."""
    located = locate_model(name_or_folder)
    try:
        from models.cross_encoder import load_cross_encoder  # torch takes seconds to import
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA_MODULES:
            raise
        raise ModelError(
            f"The reranker {located.name!r} needs {error.name}, which is not installed.", hint=INSTALL_MODELS
        ) from error
    return load_cross_encoder(located.name, located.folder, device, trust_remote_code=trust_remote_code)
