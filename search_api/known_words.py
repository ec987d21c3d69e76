"""Whether a model knows any word of a query: what is near to made-up words is so by chance."""

from __future__ import annotations

import re

from models.encoder import Tokens
from search_api.query_words import is_question_word

_WORD = re.compile(r"[^\W_]{3,}")
# Made-up words fall into pieces of one or two letters. At three letters a token the default model takes for known 0.4 %
# of 2,000 words of random letters and 5 % of as many pronounceable ones, and of the 327 labelled questions about chats
# all but two: a name and a misspelt one, which are found by spelling.
KNOWN_LETTERS_A_TOKEN = 3


def knows_any_word(tokens: Tokens, text: str) -> bool:
    """Tell whether some word of three letters or more is read as whole words are; other scripts count as known.

    Words by which people ask say nothing of what is meant, unless there are no others.
    """
    said = list(dict.fromkeys(_WORD.findall(text)))
    words = [word for word in said if not is_question_word(word)] or said
    if not words:
        return False
    # Some models put marks around each text.
    marks, *lengths = tokens.lengths(["", *words])
    return any(
        length > marks and (not word.isascii() or len(word) >= KNOWN_LETTERS_A_TOKEN * (length - marks))
        for word, length in zip(words, lengths, strict=True)
    )
