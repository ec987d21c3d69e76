from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tokens import (
    MAX_TERM_LENGTH,
    TermKind,
    query_terms,
    split_identifier,
    term_id,
    terms_of,
    whole_form,
)

any_text = st.text(alphabet=st.characters(exclude_categories=()), max_size=400)
words = st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=2, max_size=4)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("getUserName", ["get", "User", "Name"]),
        ("GetUserName", ["Get", "User", "Name"]),
        ("HTTPServer", ["HTTP", "Server"]),
        ("parseHTTPResponse2", ["parse", "HTTP", "Response", "2"]),
        ("get_user_name", ["get", "user", "name"]),
        ("__init__", ["init"]),
        ("no-color", ["no", "color"]),
        ("utf8Decode", ["utf", "8", "Decode"]),
        ("MAX_SIZE", ["MAX", "SIZE"]),
        ("URLs", ["URLs"]),
        ("userIDs", ["user", "IDs"]),
        ("ПриветМир", ["Привет", "Мир"]),
        ("étatInitial", ["état", "Initial"]),
        ("___", []),
        ("", []),
    ],
)
def test_a_name_is_split_into_its_words(name: str, parts: list[str]) -> None:
    assert split_identifier(name) == parts


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("getUserNames", {"getusernames", "get", "user", "name"}),
        ("utf8Decode", {"utf8decode", "utf8", "utf", "8", "decod"}),
        ("URLs", {"urls", "url"}),
        ("users", {"users", "user"}),
        ("--no-color", {"nocolor", "no", "color"}),
        ("a.b::c->d", {"a", "b", "c", "d"}),
        ("日本語", {"日本", "本語"}),
        ("名", {"名"}),
        ("get日本語Name", {"get", "日本", "本語", "name"}),
        ("नमस्ते", {"नमस्ते"}),
        ("ＡＢＣ", {"abc"}),
        ("STRASSE straße", {"strasse", "strass"}),
        ("550e8400e29b41d4a716", {"550e8400e29b41d4a716"}),
        ("\0 \ud800 __ -- 🙂 \t", set()),
    ],
)
def test_a_text_has_the_whole_names_their_parts_and_their_stems(text: str, terms: set[str]) -> None:
    assert set(terms_of(text)) == terms


def test_terms_are_counted() -> None:
    counts = terms_of("get_user(user) + get_user(User)")

    assert counts == {"getuser": 2, "get": 2, "user": 4}


def test_a_run_of_data_is_one_term_and_leaves_its_neighbours_alone() -> None:
    counts = terms_of("key = " + "aGVsbG8gd29ybGQ" * 20_000 + " end")

    assert set(counts) == {"key", ("aGVsbG8gd29ybGQ" * 5).lower()[:MAX_TERM_LENGTH], "end"}


def test_a_long_text_without_spaces_keeps_all_its_pairs() -> None:
    counts = terms_of("漢字" * 500 + "仮名")

    assert counts["仮名"] == 1
    assert "字仮" in counts


@given(words)
def test_spellings_of_a_name_share_its_whole_form(words: list[str]) -> None:
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    pascal = "".join(word.capitalize() for word in words)
    snake, kebab, screaming = "_".join(words), "-".join(words), "_".join(words).upper()

    forms = {whole_form(name) for name in (camel, pascal, snake, kebab, screaming)}

    assert len(forms) == 1
    assert all(forms <= set(terms_of(name)) for name in (camel, pascal, snake, kebab, screaming))


@given(any_text)
def test_terms_can_be_stored_and_numbered(text: str) -> None:
    counts = terms_of(text)

    for term in counts:
        assert 1 <= len(term) <= MAX_TERM_LENGTH
        assert "\0" not in term
        assert term.encode().decode() == term
        assert 1 <= term_id(term) <= 2**29


@given(any_text)
def test_asking_and_writing_find_the_same_terms(text: str) -> None:
    asked = query_terms(text)

    assert {term.term: term.count for term in asked} == dict(terms_of(text))
    assert query_terms(text) == asked


@given(st.from_regex(r"[A-Za-z0-9_]{1,80}", fullmatch=True))
def test_an_ascii_name_shares_its_whole_form_with_its_upper_and_lower_case(name: str) -> None:
    assert whole_form(name) == whole_form(name.upper()) == whole_form(name.lower())


def test_a_query_tells_names_parts_and_stems_apart() -> None:
    terms = {term.term: (term.kind, term.source) for term in query_terms("getUserNames retrying")}

    assert terms == {
        "getusernames": (TermKind.WHOLE, "getUserNames"),
        "get": (TermKind.PART, "getUserNames"),
        "user": (TermKind.PART, "getUserNames"),
        "name": (TermKind.STEM, "getUserNames"),
        "retrying": (TermKind.WHOLE, "retrying"),
        "retry": (TermKind.STEM, "retrying"),
    }


def test_a_word_that_stands_alone_too_counts_as_whole() -> None:
    user = next(term for term in query_terms("getUser user") if term.term == "user")

    assert (user.kind, user.source, user.count) == (TermKind.WHOLE, "user", 2)


@pytest.mark.parametrize(("term", "number"), [("user", 236047282), ("日本", 230609639), ("getusername", 124240863)])
def test_the_number_of_a_term_never_changes(term: str, number: int) -> None:
    assert term_id(term) == number
