"""Expressions as PostgreSQL reads them, and the fragments that whatever they match must hold."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tokens import MAX_TERM_LENGTH, terms_of
from search_api.asked_expression import fragments_of, read_expression


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (r"\bfoo\B", r"(?n)\yfoo\Y"),
        (r"[\b]x", r"(?n)[\b]x"),
        (r"\\bfoo", r"(?n)\\bfoo"),
        ("(?i)foo", "(?in)foo"),
    ],
)
def test_borders_of_words_and_leading_flags_are_told_in_postgresqls_way(body: str, source: str) -> None:
    assert read_expression(body).source == source


@pytest.mark.parametrize(
    ("body", "fragments"),
    [
        (r"def \w+_token\(", ("def", "token")),
        ("colou?r", ("colo",)),
        ("abc*def+ghij{2,3}klm", ("def", "ghi", "klm")),
        ("abcd|efgh", ()),
        ("(abcd|efgh)ijkl", ("ijkl",)),
        ("(abcd)?efgh", ("efgh",)),
        ("[abc]def[^ghi]", ("def",)),
        ("[]abc]def", ("def",)),
        ("[[:alpha:]_]+abc", ("abc",)),
        (r"\nabc\tdef\x41ghi", ("abc", "def", "ghi")),
        (r"(\w+)\12abc", ("abc",)),
        ("CamelCase", ("camelcase",)),
        ("ab", ()),
        ("[abc", ("abc",)),
        ("\u00fcber", ("ber",)),
    ],
)
def test_fragments_are_what_no_match_can_do_without(body: str, fragments: tuple[str, ...]) -> None:
    assert read_expression(body).fragments == fragments


_PART = st.sampled_from(
    ["abc", "Defg", "_", "hij?", "k*", "lmn+", "(opq|rst)", "(uvw)?", "[xyz]abc", r"\w", " ", r"\(", "abc{0,2}", "1234"]
)


@given(
    st.lists(_PART, min_size=1, max_size=5).map("".join).flatmap(lambda body: st.tuples(st.just(body), _matching(body)))
)
def test_every_match_has_a_term_with_each_fragment(asked: tuple[str, str]) -> None:
    body, text = asked
    terms = terms_of(text)

    for fragment in read_expression(body).fragments:
        assert any(fragment in term or len(term) == MAX_TERM_LENGTH for term in terms)


def _matching(body: str) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(body, re.ASCII))


@given(st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=80), st.data())
def test_every_text_that_holds_a_phrase_has_a_term_with_each_fragment(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    phrase = text[start : data.draw(st.integers(start, len(text)))]
    terms = terms_of(text)

    for fragment in fragments_of(phrase):
        assert any(fragment in term or len(term) == MAX_TERM_LENGTH for term in terms)
