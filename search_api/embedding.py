"""Embedding as a use case: which models there are, how much one request may hold, what becomes of tokens and cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from models.errors import InvalidRequestError, NotFoundError
from models.odd_input import normalise_rows
from search_api.active_encoder import ActiveEncoder
from search_api.encoding_queue import Job, Kind

# Whatever the model, this is a name of the active one.
DEFAULT_NAME = "default"
# So many characters are counted in 0.3 ms as 16 texts, in 2 ms as 2,048; another thread may wait longer for its turn.
AT_ONCE_CHARACTERS = 4_096

Text = str
TokenIds = Sequence[int]


class BadInputError(InvalidRequestError):
    """A field of the request is not valid."""

    def __init__(self, param: str, detail: str, *, hint: str | None = None) -> None:
        super().__init__(detail, hint=hint)
        self.param = param


class UnknownModelError(NotFoundError):
    """There is no such model."""

    code = "model_not_found"
    hint = "GET /v1/models lists the models that there are."
    param = "model"


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A name that requests can give, and what it stands for."""

    id: str
    name: str
    revision: str
    dimensions: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """What is to be embedded: texts, or tokens of the model."""

    model: str
    inputs: Sequence[Text | TokenIds]
    kind: Kind = Kind.DOCUMENT
    dimensions: int | None = None
    truncate: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that was found good: its job, the dimensions to keep, and what it counts."""

    job: Job
    model: str
    dimensions: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The use case, over the encoder that searches use."""

    encoder: ActiveEncoder
    most_tokens: int
    aliases: Sequence[str] = ()

    def models(self) -> list[OfferedModel]:
        """The active model under each of its names, its own first. Blocks. Raises CodingitError."""
        encoder = self.encoder.current()
        return [_offer(name, encoder) for name in self._names(encoder)]

    def model(self, name: str) -> OfferedModel:
        """The model of that name. Blocks. Raises UnknownModelError."""
        encoder = self.encoder.current()
        self._require(name, encoder)
        return _offer(name, encoder)

    def prepare(self, request: EmbeddingRequest) -> Prepared:
        """Check and count. Blocks. Raises BadInputError, UnknownModelError."""
        return self._prepare(request, self.encoder.current())

    def prepare_at_once(self, request: EmbeddingRequest) -> Prepared | None:
        """The same without blocking; None where it would take long. Raises BadInputError, UnknownModelError."""
        encoder = self.encoder.at_hand()
        if encoder is None or sum(map(len, request.inputs)) > AT_ONCE_CHARACTERS:
            return None
        return self._prepare(request, encoder)

    def _prepare(self, request: EmbeddingRequest, encoder: Encoder) -> Prepared:
        self._require(request.model, encoder)
        dimensions = _settle_dimensions(request.dimensions, encoder)
        texts = _read_texts(request.inputs, encoder)
        lengths = encoder.tokens.lengths(texts)
        most = encoder.tokens.most
        if not request.truncate:
            _refuse_long(lengths, most)
        read = [min(length, most) for length in lengths]
        if sum(read) > self.most_tokens:
            raise BadInputError(
                "input",
                f"The inputs have {sum(read)} tokens together, and a request may have {self.most_tokens}.",
                hint="Send them in several requests.",
            )
        job = Job(encoder, request.kind, texts, read)
        return Prepared(job, encoder.identity.name, dimensions, sum(read))

    def _require(self, name: str, encoder: Encoder) -> None:
        names = self._names(encoder)
        if name not in names:
            raise UnknownModelError(f"The model {name[:200]!r} does not exist here.", hint=f"There is {names[0]!r}.")

    def _names(self, encoder: Encoder) -> list[str]:
        name = encoder.identity.name
        return list(dict.fromkeys([name, name.rsplit("/", 1)[-1], DEFAULT_NAME, *self.aliases]))


def cut(rows: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """The first so many dimensions of each row, of unit norm again."""
    return rows if rows.shape[1] == dimensions else normalise_rows(rows[:, :dimensions])


def _offer(name: str, encoder: Encoder) -> OfferedModel:
    identity = encoder.identity
    return OfferedModel(name, identity.name, identity.revision, identity.dimensions, encoder.tokens.most)


def _settle_dimensions(wanted: int | None, encoder: Encoder) -> int:
    has = encoder.identity.dimensions
    if wanted is not None and wanted > has:
        raise BadInputError("dimensions", f"The model {encoder.identity.name!r} has {has} dimensions, not {wanted}.")
    return wanted or has


def _read_texts(inputs: Sequence[Text | TokenIds], encoder: Encoder) -> list[str]:
    texts: list[str] = []
    for place, each in enumerate(inputs):
        if isinstance(each, str):
            texts.append(each)
            continue
        unknown = next((token for token in each if not 0 <= token < encoder.tokens.vocabulary), None)
        if unknown is not None:
            raise BadInputError(
                "input",
                f"Input {place} has the token {unknown}, and the model {encoder.identity.name!r} has "
                f"{encoder.tokens.vocabulary}, counted from 0.",
                hint="Token ids are those of this model's own tokeniser, not another's; send the texts themselves.",
            )
        texts.append(encoder.tokens.decode(each))
    return texts


def _refuse_long(lengths: Sequence[int], most: int) -> None:
    long = next((place for place, length in enumerate(lengths) if length > most), None)
    if long is not None:
        raise BadInputError(
            "input",
            f"Input {long} has {lengths[long]} tokens, and the model reads {most}.",
            hint="Split it, or send 'truncate': true to have the rest left out.",
        )
