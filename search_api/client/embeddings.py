"""What is asked of the model: rows for texts, and which names it has."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence

from search_api.client.asking import Ask, BadReplyError, Reply, Whole, given

# Whatever the index is made with, this names it.
ACTIVE_MODEL = "default"


class Usage(Reply, frozen=True):
    """Tokens as the model reads them."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingObject(Reply, frozen=True):
    """A row as it is sent: numbers, or little-endian float32 in base64."""

    object: str
    index: int
    embedding: tuple[float, ...] | str

    def numbers(self) -> tuple[float, ...]:
        if not isinstance(self.embedding, str):
            return self.embedding
        try:
            packed = base64.b64decode(self.embedding, validate=True)
            return struct.unpack(f"<{len(packed) // 4}f", packed)
        except (ValueError, struct.error) as error:
            raise BadReplyError(f"An embedding in a reply is no float32 in base64: {error}") from error


class EmbeddingsAnswer(Reply, frozen=True):
    """The rows in the order of the texts."""

    object: str
    data: tuple[EmbeddingObject, ...]
    model: str
    usage: Usage

    def rows(self) -> list[tuple[float, ...]]:
        """One row of unit norm for each text."""
        return [each.numbers() for each in self.data]


class OfferedModel(Reply, frozen=True):
    """A name that requests can give, and the model that it stands for."""

    id: str
    object: str
    created: int
    owned_by: str
    name: str
    revision: str
    dimensions: int
    max_tokens: int


class ModelsAnswer(Reply, frozen=True):
    """Each name of the active model, its own first."""

    object: str
    data: tuple[OfferedModel, ...]


def embed(
    input: str | Sequence[str] | Sequence[int] | Sequence[Sequence[int]],  # noqa: A002 - the API names it
    *,
    model: str = ACTIVE_MODEL,
    input_type: str | None = None,
    dimensions: int | None = None,
    truncate: bool | None = None,
    encoding_format: str = "base64",
    user: str | None = None,
) -> Ask[EmbeddingsAnswer]:
    """Rows for texts that are searched, or with `input_type="query"` for what is asked of them."""
    body = given(
        model=model,
        input=input,
        input_type=input_type,
        dimensions=dimensions,
        truncate=truncate,
        encoding_format=encoding_format,
        user=user,
    )
    return Ask("POST", "/v1/embeddings", Whole(EmbeddingsAnswer), body=body)


def list_models() -> Ask[ModelsAnswer]:
    """Each name of the active model, its own first."""
    return Ask("GET", "/v1/models", Whole(ModelsAnswer))


def read_model(model: str) -> Ask[OfferedModel]:
    """What a name stands for."""
    return Ask("GET", f"/v1/models/{model}", Whole(OfferedModel))
