"""How many tokens of a language model a text takes: an estimate that needs no model's vocabulary."""

from __future__ import annotations

import re

# Byte-pair vocabularies keep short words whole, cut longer ones, and spend a token on most pairs of punctuation.
_PIECES = re.compile(r"[A-Za-z]+|\d{1,3}|[^\sA-Za-z\d]{1,2}|\n+|[ \t]{4,}")
LETTERS_PER_TOKEN = 6


def count_tokens(text: str) -> int:
    """Tokens of a text, estimated; never 0 for a text that is not empty."""
    return sum(1 + (len(piece) - 1) // LETTERS_PER_TOKEN for piece in _PIECES.findall(text)) or bool(text)
