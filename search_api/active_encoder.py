"""Which encoder queries are encoded with: that of the generation which the index says is active."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from models.caller import SERVICE
from models.encoder import Encoder
from search_api.known_words import knows_any_word
from search_api.text_rows import TextRows
from sql.database import Database
from sql.index import ActiveGeneration, active_generation

# How long another active model may go unnoticed by those who ask for the encoder itself.
SECONDS_BETWEEN_LOOKS = 5.0
# A person who types, and an agent that asks again with another filter, repeat themselves.
CACHED_QUERIES = 2048


@dataclass(frozen=True, slots=True)
class QueryVector:
    """A query's unit vector as pgvector's text, with the generation it belongs to.

    `text` is None where no vector was wanted, or the model knows nothing of the query. `model_id` is None as long as
    nothing has ever been indexed.
    """

    model_id: int | None
    text: str | None


class ActiveEncoder:
    """Loads the active generation's encoder when it is first needed, and again when the index has been switched."""

    def __init__(self, database: Database, load: Callable[[ActiveGeneration | None], Encoder]) -> None:
        self._database = database
        self._load = load
        self._lock = threading.Lock()
        self._model_id: int | None = None
        self._encoder: Encoder | None = None
        self._first: Encoder | None = None
        self._looked = float("-inf")
        self._nothing: NDArray[np.float32] | None = None
        self._rows: TextRows | None = None
        self._cached = lru_cache(maxsize=CACHED_QUERIES)(self._encode)

    def encode_query(self, query: str, *, wanted: bool = True) -> QueryVector:
        """The query's vector; waits for the model when it is not loaded yet. Raises CodingitError."""
        if self._model_id is None:
            self.refresh()
        model_id = self._model_id
        if model_id is None or not wanted:
            return QueryVector(model_id, None)
        return QueryVector(model_id, self._cached(model_id, query))

    def knows(self, text: str) -> bool:
        """Whether the model that queries are encoded with knows a word of this one."""
        encoder = self._encoder
        return encoder is not None and knows_any_word(encoder.tokens, text)

    def text_rows(self) -> TextRows | None:
        """What compares a few hundred texts with a query while someone waits; None with a model that takes its time."""
        encoder = self._encoder or self.current()
        if not _takes_microseconds(encoder):
            return None
        rows = self._rows
        if rows is None or rows.encoder is not encoder:
            rows = self._rows = TextRows(encoder)
        return rows

    def current(self) -> Encoder:
        """The active encoder, or before anything was indexed the one that will be; waits while it is loaded."""
        if monotonic() - self._looked > SECONDS_BETWEEN_LOOKS:
            self.refresh()
        with self._lock:
            if self._encoder is None and self._first is None:
                self._first = self._load(None)
            encoder = self._encoder or self._first
        if encoder is None:
            raise RuntimeError("no encoder was loaded")
        return encoder

    def at_hand(self) -> Encoder | None:
        """What `current` would answer, where that takes no waiting."""
        if monotonic() - self._looked > SECONDS_BETWEEN_LOOKS:
            return None
        return self._encoder or self._first

    def refresh(self) -> None:
        """Look which generation is active, and load its encoder unless it is loaded."""
        with self._lock:
            with self._database.acting_as(SERVICE) as connection:
                active = active_generation(connection)
            self._looked = monotonic()
            if active is None:
                return
            if active.id != self._model_id or self._encoder is None:
                self._encoder = self._load(active)
                self._nothing = self._encoder.encode_queries([""])[0]
                self._model_id = active.id

    @property
    def is_ready(self) -> bool:
        return self._encoder is not None

    def _encode(self, model_id: int, query: str) -> str | None:
        encoder = self._encoder
        if encoder is None:
            raise RuntimeError("the encoder is used before it was loaded")
        vector = encoder.encode_queries([query])[0]
        # A model that knows none of the words reads them as it reads no text; what is near to that is so by chance.
        if self._nothing is not None and np.array_equal(vector, self._nothing):
            return None
        return "[" + ",".join(map("{:.6g}".format, vector.tolist())) + "]"


def _takes_microseconds(encoder: Encoder) -> bool:
    from models.static_encoder import StaticEncoder  # who has another model may have none of its libraries loaded

    return isinstance(encoder, StaticEncoder)
