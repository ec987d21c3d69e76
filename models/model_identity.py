"""What two indexes must share for their rows to be comparable, and which dimensions can be indexed at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.errors import ModelError

# Rows of halfvec stay inside their page of 8 kB up to here, and a distance index takes no more either.
MAX_DIMENSIONS = 2000


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


def settle_dimensions(name: str, wanted: int | None, of_model: int) -> int:
    """How many dimensions of a model's are kept; raises ModelError for more than it has or than can be indexed."""
    if wanted is not None and wanted > of_model:
        raise ModelError(
            f"{name!r} has {of_model} dimensions, not {wanted}.",
            hint=f"Set a dimension of at most {min(of_model, MAX_DIMENSIONS)}, or none.",
        )
    dimensions = wanted or of_model
    if dimensions > MAX_DIMENSIONS:
        raise ModelError(
            f"{name!r} has {of_model} dimensions; more than {MAX_DIMENSIONS} cannot be indexed.",
            hint=f"Set a smaller dimension, at most {MAX_DIMENSIONS} (for a model trained to be cut short).",
        )
    return dimensions
