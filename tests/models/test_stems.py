from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stems import stem_word

FAMILIES = [
    ["parse", "parses", "parsed", "parsing"],
    ["retry", "retries", "retried", "retrying"],
    ["embed", "embeds", "embedded", "embedding", "embeddings"],
    ["run", "running"],
    ["code", "codes", "coded", "coding"],
    ["class", "classes"],
    ["match", "matches", "matched", "matching"],
    ["cache", "caches", "cached", "caching"],
    ["call", "calls", "called", "calling"],
    ["query", "queries"],
    ["use", "uses", "used", "using"],
    ["alias", "aliases", "aliased"],
    ["id", "ids"],
    ["process", "processes", "processed", "processing"],
]  # fmt: skip
UNTOUCHED = ["", "a", "css", "dns", "this", "status", "string", "thing", "need", "speed", "utf8", "été", "get_names"]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family[0])
def test_the_forms_of_a_word_share_a_stem(family: list[str]) -> None:
    assert len({stem_word(word) for word in family}) == 1


def test_the_stems_of_different_words_differ() -> None:
    stems = {stem_word(family[0]) for family in FAMILIES}

    assert len(stems) == len(FAMILIES)


@pytest.mark.parametrize("word", UNTOUCHED)
def test_a_word_without_an_ending_stays_as_it_is(word: str) -> None:
    assert stem_word(word) == word


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1))
def test_a_stem_is_never_empty_nor_longer_than_its_word(word: str) -> None:
    stem = stem_word(word)

    assert 1 <= len(stem) <= len(word)
