"""Tokens are those of the vocabulary, and a cut text is the longest beginning that fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.budget import LONGEST_TOKEN, count_tokens, cut_to_tokens

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


# As the vocabulary's first implementation counts them.
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("hello world", 2),
        ("    return amount.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP)\n", 18),
        ("for (let i = 0; i < items.length; i++) {", 16),
        ("<|endoftext|>", 7),
        ("\U0001f998", 3),
    ],
)
def test_tokens_are_counted(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


@given(TEXTS, st.integers(0, 50))
def test_a_cut_text_is_a_beginning_that_fits_and_one_character_more_does_not(text: str, most: int) -> None:
    kept = cut_to_tokens(text, most)

    assert text.startswith(kept)
    assert count_tokens(kept) <= most
    assert kept == text or count_tokens(text) > most or len(text) > most * LONGEST_TOKEN


def test_a_long_text_is_cut_without_counting_all_of_it() -> None:
    kept = cut_to_tokens("some words " * 1_000_000, 10)

    assert count_tokens(kept) == 10
