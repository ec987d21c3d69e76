"""Texts of files as messages: each once, in the files' order, and no fewer than are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.chat_texts import first_words, read_texts

PROSE = "Rounds a price to whole cents, half to even, as the tax office wants it."
CODE = "def rounded(price: Decimal) -> Decimal:\n    return price.quantize(CENT)"


def test_what_stands_between_blank_lines_is_a_text_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"{PROSE}\n\nshort\n   \n{CODE}\n\n\n{PROSE}\n")
    (tmp_path / "b.md").write_text(f"{CODE}\n\n{'x' * 5_000}\n\n{PROSE[:-1]}!\n")

    assert read_texts([tmp_path], 3) == [PROSE, CODE, f"{PROSE[:-1]}!"]
    assert read_texts([tmp_path], 2) == [PROSE, CODE]
    with pytest.raises(ValueError, match="have 3 texts, and 4"):
        read_texts([tmp_path], 4)


def test_a_question_is_made_of_the_first_words() -> None:
    assert first_words(PROSE) == "Rounds price whole cents half even the tax office wants"
