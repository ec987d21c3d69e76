"""How near to a query texts are that no index holds: encoded when asked for and kept by the text, so never stale."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from search_api.known_words import knows_any_word

# A row of the default model takes 1 kB.
MOST_KEPT = 8192


class TextRows:
    """One encoder's rows; what is asked for again is encoded once. May be called from several threads at once."""

    def __init__(self, encoder: Encoder, *, most_kept: int = MOST_KEPT) -> None:
        self.encoder = encoder
        self._most_kept = most_kept
        self._nothing = encoder.encode_queries([""])[0]
        self._kept: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    def knows(self, text: str) -> bool:
        """Whether the model knows a word of this one."""
        return knows_any_word(self.encoder.tokens, text)

    def compare(self, query: str, texts: Sequence[str]) -> list[float] | None:
        """The cosine of each text with the query; None where the query says nothing to the model."""
        asked = self.encoder.encode_queries([query])[0]
        if np.array_equal(asked, self._nothing):
            return None
        if not texts:
            return []
        cosines: list[float] = (self._rows_of(texts) @ asked).tolist()
        return cosines

    def _rows_of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            # Copies: a view of a row would keep all rows.
            new = {text: row.copy() for text, row in zip(missing, self.encoder.encode_documents(missing), strict=True)}
            found |= new
            self._keep(new)
        return np.stack([found[text] for text in texts])

    def _keep(self, rows: dict[str, NDArray[np.float32]]) -> None:
        with self._lock:
            self._kept |= rows
            # The first that came are the first to go.
            for text in list(self._kept)[: max(0, len(self._kept) - self._most_kept)]:
                del self._kept[text]
