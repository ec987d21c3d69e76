"""Which queries a model knows a word of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from models.encoder import load_encoder
from search_api.known_words import knows_any_word
from tests.stubs import StubTokens


class MarkedTokens(StubTokens):
    """A token every two letters, and one before and behind each text, as of a transformer."""

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return [2 + len(text) // 2 for text in texts]


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("why does the bill not match the basket", True),
        ("ORDERS_POOL_MAX", True),
        ("getUserId()", True),
        ("conection pool exausted ordres", True),
        ("qwxzvb plorf", False),
        ("is a qwxzvb", False),
        ("zzzz", False),
        ("", False),
    ],
)
def test_the_default_model_knows_words_and_not_what_is_made_up(query: str, known: bool) -> None:
    assert knows_any_word(load_encoder().tokens, query) == known


@pytest.mark.parametrize(("query", "known"), [("table", False), ("таблица", True), ("数据库", True)])
def test_the_marks_of_a_text_are_no_word_and_other_scripts_are_known(query: str, known: bool) -> None:
    assert knows_any_word(MarkedTokens(100), query) == known
