"""What a query is read as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.query_words import read_query


@pytest.mark.parametrize(
    ("query", "words", "is_name"),
    [
        ("how are routes registered", ("rout", "register"), False),
        ("session management", ("session", "management"), False),
        ("HTTPAdapter", ("http", "adapter"), True),
        ("session", ("session",), True),
        ("how", ("how",), True),
        ("what is this", ("what", "is", "this"), False),
        ("", (), False),
        ("!!!", (), True),
    ],
)
def test_words_that_ask_are_left_out_unless_there_are_no_others(
    query: str, words: tuple[str, ...], is_name: bool
) -> None:
    read = read_query(query)

    assert read.words == words
    assert read.is_name == is_name


@pytest.mark.parametrize(
    ("query", "spelled"),
    [
        ("Flask.route", {"flask", "route"}),
        ("std::move", {"std", "move"}),
        ("get_user_name", {"getusername"}),
        ("how does the `Session` send", {"session", "send"}),
    ],
)
def test_names_are_spelled_in_their_whole_form(query: str, spelled: set[str]) -> None:
    assert read_query(query).spelled == spelled


def test_a_word_that_no_code_has_is_read_as_the_most_similar_one() -> None:
    widened = {
        "serchhybird": {"searchhybrid": 0.5},
        "serch": {"search": 0.6, "arch": 0.4},
        "hybird": {"hybrid": 0.5},
    }

    read = read_query("serch_hybird", widened)

    assert read.words == ("search", "hybrid")
    assert read.spelled == {"serchhybird", "searchhybrid"}


@given(st.text(max_size=200))
def test_no_query_raises(query: str) -> None:
    read = read_query(query)

    assert len(set(read.words)) == len(read.words)
