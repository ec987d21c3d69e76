"""Which tokens of a static model's vocabulary a text has: how often each, and where it comes first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from models.odd_input import CHARACTERS_A_TOKEN, make_readable
from models.static_format import MAX_TOKENS, MAX_VOCABULARY, StaticModel

# A word ends at every ASCII character that is neither letter nor digit (the format demands it of a tokeniser), so its
# tokens are the same wherever it stands. Code repeats its words: a look-up is five times as fast as the tokeniser.
_WORD = re.compile(r"[A-Za-z0-9\x80-\U0010ffff]+")
# Characters of words that are kept with their tokens, about 25 MB; then it begins anew.
MAX_KNOWN_CHARACTERS = 1_000_000

_POSITION_BITS = (MAX_TOKENS - 1).bit_length()
_TOKEN_BITS = (MAX_VOCABULARY - 1).bit_length()


@dataclass(frozen=True, slots=True, eq=False)
class TokenCounts:
    """The distinct tokens of several texts, text by text: parallel arrays, and how many of them each text has."""

    tokens: NDArray[np.int64]
    counts: NDArray[np.int64]
    first_positions: NDArray[np.int64]
    lengths: NDArray[np.int64]


class TokenReader:
    """Reads texts with a static model's tokeniser; several threads may share one."""

    def __init__(self, model: StaticModel) -> None:
        self._tokenizer = model.tokenizer
        self._unknown = model.unknown_token
        self._max_tokens = model.max_tokens
        # What marks a token that goes on with a word; other kinds of tokenisers have none.
        self._continuing = getattr(model.tokenizer.model, "continuing_subword_prefix", None) or "##"
        self._known: dict[str, tuple[int, ...]] = {}
        self._known_characters = 0

    def count(self, texts: Sequence[str]) -> TokenCounts:
        """Count the first `max_tokens` known tokens of each text, each by itself."""
        read = self._read(texts)
        sizes = [len(tokens) for tokens in read]
        tokens = np.fromiter(chain.from_iterable(read), np.int64, sum(sizes))
        ends = np.cumsum(sizes)
        texts_of = np.repeat(np.arange(len(texts)), sizes)
        positions = np.arange(len(tokens)) - np.repeat(ends - sizes, sizes)
        # Sorted as one number each, the first of every run of (text, token) has the first position.
        keys = np.sort((texts_of << _TOKEN_BITS | tokens) << _POSITION_BITS | positions)
        pairs = keys >> _POSITION_BITS
        starts = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1]))) if len(keys) else np.empty(0, int)
        return TokenCounts(
            tokens=pairs[starts] & (MAX_VOCABULARY - 1),
            counts=np.diff(np.append(starts, len(keys))),
            first_positions=keys[starts] & (MAX_TOKENS - 1),
            lengths=np.bincount(pairs[starts] >> _TOKEN_BITS, minlength=len(texts)),
        )

    @property
    def most(self) -> int:
        return self._max_tokens

    @property
    def vocabulary(self) -> int:
        return self._tokenizer.get_vocab_size()

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many known tokens each text has, those beyond `max_tokens` too."""
        return [sum(map(len, tokens)) for tokens in self._look_up(texts, max(map(len, texts), default=0))]

    def decode(self, ids: Sequence[int]) -> str:
        """The words whose tokens these are, with blanks between: no other character is a token."""
        words: list[str] = []
        for token in ids:
            piece = None if token == self._unknown else self._tokenizer.id_to_token(token)
            if piece is None:
                continue
            if piece.startswith(self._continuing) and words:
                words[-1] += piece.removeprefix(self._continuing)
            else:
                words.append(piece.removeprefix(self._continuing))
        return " ".join(words)

    def _read(self, texts: Sequence[str]) -> list[list[int]]:
        read = self._look_up(texts, self._max_tokens * CHARACTERS_A_TOKEN)
        return [list(islice(chain.from_iterable(tokens), self._max_tokens)) for tokens in read]

    def _look_up(self, texts: Sequence[str], most_characters: int) -> list[Iterator[tuple[int, ...]]]:
        """Text by text, the known tokens of each of its words."""
        words = [_WORD.findall(make_readable(text, most_characters)) for text in texts]
        if self._known_characters > MAX_KNOWN_CHARACTERS:
            # A new one, not this one emptied: other threads may be looking up what they have just put there.
            self._known, self._known_characters = {}, 0
        known = self._known
        missing = list(set(chain.from_iterable(words)).difference(known))
        if missing:
            encodings = self._tokenizer.encode_batch_fast(missing, add_special_tokens=False)
            for word, encoding in zip(missing, encodings, strict=True):
                known[word] = tuple(token for token in encoding.ids if token != self._unknown)
            self._known_characters += sum(map(len, missing))
        look_up = known.__getitem__
        return [map(look_up, of_text) for of_text in words]
