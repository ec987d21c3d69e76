"""How alike two words are spelt, by the trigrams that they share, as pg_trgm counts them."""

from __future__ import annotations

from functools import lru_cache


def likeness(word: str, other: str) -> float:
    """The share of their trigrams that both have: 1 for the same word, 0 for words without a piece in common."""
    ours, theirs = _trigrams(word), _trigrams(other)
    return len(ours & theirs) / len(ours | theirs)


@lru_cache(maxsize=2**14)
def _trigrams(word: str) -> frozenset[str]:
    """Two blanks stand before a word, one after it."""
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
