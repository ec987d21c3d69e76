"""Texts that people wrote, as messages for benchmarks.chat: what stands between blank lines in the files of folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.workspace import read_directory

# Shorter ones say nothing, longer ones are tables of data.
LENGTHS = range(40, 4_000)
QUESTION_WORDS = 10
_BLANK_LINES = re.compile(r"\n\s*\n")
_WORD = re.compile(r"\w{3,}")


def read_texts(folders: Sequence[Path], most: int) -> list[str]:
    """The first so many, each once, those of a file in a row. Raises ValueError when there are fewer."""
    texts: dict[str, None] = {}
    for folder in folders:
        for file in read_directory(folder):
            # A null character is no text to PostgreSQL.
            blocks = (block.strip() for block in _BLANK_LINES.split(file.text.replace("\0", "")))
            texts |= dict.fromkeys(block for block in blocks if len(block) in LENGTHS)
            if len(texts) >= most:
                return list(texts)[:most]
    raise ValueError(f"the folders have {len(texts)} texts, and {most} are asked for")


def first_words(text: str) -> str:
    """What somebody could ask who looks for such a text."""
    return " ".join(_WORD.findall(text)[:QUESTION_WORDS])
