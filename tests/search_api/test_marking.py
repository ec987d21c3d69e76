"""Tests of the places in a result that are marked."""

from __future__ import annotations

import pytest

from search_api.marking import MOST_MARKS, find_matches


def marked(query: str, content: str, **widened: dict[str, float]) -> list[str]:
    return [content[start:end] for start, end in find_matches(query, content, widened)]


@pytest.mark.parametrize(
    ("query", "content", "expected"),
    [
        ("round price", "def round_price(price):", ["round_price", "price"]),
        ("where are prices rounded", "roundedPrice = prices.where(x)", ["roundedPrice", "prices"]),
        ("rounding", "def round_price(amount):", ["round"]),
        ("getUserName", "get_user_name() or user", ["get_user_name", "user"]),
        ("parse", "parseHTTPResponse(sparse)", ["parse"]),
        ("what", "what = 1", ["what"]),
        ('"half up" price', "half up, half down: price", ["half up", "price"]),
        ('"half up"', "half Half up half up", ["half up"]),
        ("naïve größe", "naïve = größe", ["naïve", "größe"]),
        ("zebra", "nothing of it", []),
        ("", "x", []),
    ],
)
def test_words_are_marked_by_their_stems_and_phrases_as_they_are_written(
    query: str, content: str, expected: list[str]
) -> None:
    assert marked(query, content) == expected


def test_the_word_that_a_misspelt_one_was_taken_for_is_marked() -> None:
    assert marked("serch", "def search():", serch={"search": 0.8}) == ["search"]


def test_marks_count_code_points_and_are_not_endless() -> None:
    assert find_matches("price", "🙂 price", {}) == ((2, 7),)
    assert len(find_matches("x", "x " * 1000, {})) == MOST_MARKS
