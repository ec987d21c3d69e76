"""The tokeniser of the encoder: how text falls into words, and which pieces of words it knows."""

from __future__ import annotations

import string
from collections.abc import Iterable
from itertools import chain

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer

UNKNOWN = "[UNK]"
VOCABULARY_SIZE = 20_000
# camelCase, HTTPServer, utf8: borders are set while there still are capitals.
_BORDERS = r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])"
LONGEST_WORD = 60


def build_tokenizer(texts: Iterable[str], size: int = VOCABULARY_SIZE) -> Tokenizer:
    """Learn the pieces from code and prose; every letter and digit is a piece, so only other scripts are unknown."""
    tokenizer = empty_tokenizer()
    alphabet = [*string.ascii_lowercase, *string.digits]
    trainer = WordPieceTrainer(
        vocab_size=size,
        special_tokens=[UNKNOWN],
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        min_frequency=3,
        show_progress=False,
    )
    # Each letter and digit is seen inside of a word too.
    spelt = [f"{first}{letters}" for letters in (string.ascii_lowercase, string.digits) for first in letters]
    tokenizer.train_from_iterator(chain(spelt, texts), trainer)
    return tokenizer


def empty_tokenizer() -> Tokenizer:
    """The splitting alone."""
    tokenizer = Tokenizer(WordPiece({UNKNOWN: 0}, unk_token=UNKNOWN, max_input_chars_per_word=LONGEST_WORD))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Replace(Regex(_BORDERS), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("[^a-z0-9]+"), "removed")
    return tokenizer
