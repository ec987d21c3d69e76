"""Pairs of documentation and code are told apart cleanly, and ranks are judged as by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import docstrings
from benchmarks.docstrings import (
    Pair,
    bm25_scores,
    choose_pairs,
    encoder_scores,
    first_sentence,
    judge_scores,
    pairs_of,
)
from tests.stubs import StubEncoder

PYTHON = '''
class Till:
    @property
    def total(self):
        """Add up all the open items. Taxes are another matter."""
        items = self.items
        return sum(items)

    def clear(self):
        """Clear it."""
        self.items = []
        return self

    def plain(self):
        items = self.items
        return items
'''
GO = """package shop

// Round rounds a price to full cents.
// Half a cent goes up.
func Round(price float64) int {
\treturn int(price + 0.5)
}

// Version of the price list, which is no function.
var Version = 3
"""


def test_a_docstring_is_the_question_and_not_in_the_code() -> None:
    (pair,) = pairs_of("till.py", PYTHON)

    assert pair.doc == "Add up all the open items."
    assert "Taxes" not in pair.code
    assert "def total(self):" in pair.code
    assert "return sum(items)" in pair.code


def test_a_comment_above_is_the_question_and_not_in_the_code() -> None:
    (pair,) = pairs_of("round.go", GO)

    assert pair == Pair(
        "go", "Round rounds a price to full cents.", "func Round(price float64) int {\n\treturn int(price + 0.5)\n}"
    )


def test_a_file_of_no_known_language_has_no_pairs() -> None:
    assert list(pairs_of("prices.unknown", "Add up all the items.")) == []


@pytest.mark.parametrize(
    ("doc", "sentence"),
    [("Adds two. Then more", "Adds two."), ("One sentence only", "One sentence only"), ("Is it? Yes.", "Is it?")],
)
def test_the_first_sentence(doc: str, sentence: str) -> None:
    assert first_sentence(doc) == sentence


def test_what_is_said_or_written_twice_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [
        Pair("go", "the one that is clear", "a"),
        Pair("go", "said of two", "b"),
        Pair("go", "Said of two", "c"),
        Pair("go", "the same code", "d"),
        Pair("go", "under two names", "d"),
        Pair("go", "another clear one", "e"),
    ]

    assert [pair.code for pair in choose_pairs(pairs)] == ["a", "e"]
    monkeypatch.setattr(docstrings, "MOST_CANDIDATES", 1)
    assert len(choose_pairs(pairs)) == 1


def test_ranks_are_judged_to_the_tenth() -> None:
    scores = np.zeros((12, 12), dtype=np.float32)
    # Found first, second, and behind eleven others.
    scores[0, 0] = 1
    scores[1, 1], scores[1, 5] = 1, 2
    scores[2] = 1
    scores[2, 2] = 0.5
    judged = judge_scores(scores[:, :])

    # The nine rows of zeros tie with everything: a tie counts against the scorer.
    assert judged == {"mrr": pytest.approx(1.5 / 12), "recall": pytest.approx(2 / 12)}


def test_words_and_vectors_find_the_code_that_says_them() -> None:
    pairs = [
        Pair("go", "round the price", "func RoundPrice() { price }"),
        Pair("go", "open the door", "func OpenDoor() { door }"),
        Pair("go", "send the mail", "func SendMail() { mail }"),
    ]

    assert judge_scores(bm25_scores(pairs)) == {"mrr": 1.0, "recall": 1.0}
    assert judge_scores(encoder_scores(pairs, StubEncoder(256))) == {"mrr": 1.0, "recall": 1.0}
