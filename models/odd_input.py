"""What becomes of odd texts and odd rows, with any model: a text that no tokeniser takes, a row without a direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

# No tokeniser of text makes tokens this long, so what is cut off would not have been read by the model.
CHARACTERS_A_TOKEN = 32


def make_readable(text: str, max_length: int) -> str:
    """Cut a text to what the model can read at most, and replace lone surrogates, which no tokeniser takes."""
    return text[:max_length].encode("utf-8", "replace").decode("utf-8")


def normalise_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give each row unit norm; a row of zeros (a text without one known token) becomes the first axis.

    Raises ModelError for a row that is not finite: it means broken weights, and would poison every comparison.
    """
    norms = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(norms).all():
        raise ModelError(
            f"The model gave numbers that are not finite for {int((~np.isfinite(norms)).sum())} of {len(rows)} texts.",
            hint="Set the precision to float32, or use another model.",
        )
    empty = norms[:, 0] == 0
    unit = (rows / np.where(norms == 0, 1, norms)).astype(np.float32)
    unit[empty, :1] = 1
    return unit
