"""Names are compared by how words begin, by abbreviations of code, and by words written together."""

from __future__ import annotations

import pytest

from search_api.name_likeness import ABBREVIATION, KINDRED, NameReader, parts_of


def reader(*words: str) -> NameReader:
    return NameReader(words, [1.0] * len(words))


@pytest.mark.parametrize(
    ("part", "word", "said"),
    [
        ("config", "config", 1.0),
        ("auth", "authentication", ABBREVIATION),
        ("configuration", "config", ABBREVIATION),
        ("routing", "routine", KINDRED),
        ("ctx", "context", ABBREVIATION),
        ("msg", "message", ABBREVIATION),
        ("cfg", "config", ABBREVIATION),
        # Two letters begin too many words, and vowels are no skeleton.
        ("au", "authentication", 0.0),
        ("cot", "context", 0.0),
        ("xtc", "context", 0.0),
        ("render", "reader", 0.0),
        ("", "config", 0.0),
    ],
)
def test_a_part_is_like_a_word(part: str, word: str, said: float) -> None:
    likeness = reader(word).compare((part,))

    assert likeness.said == said
    assert likeness.met == said


def test_a_name_is_weighed_by_what_it_says_and_by_what_it_meets() -> None:
    likeness = reader("rotat", "file", "handler", "dat").compare(parts_of("FileHandlers"))

    assert likeness.said == 1.0
    assert likeness.met == 0.5
    assert likeness.harmonic == pytest.approx(2 / 3)


def test_rare_words_of_a_name_count_more() -> None:
    parts = ("rotat", "handler")

    likeness = reader("rotat").compare(parts, {"rotat": 3.0, "handler": 1.0})

    assert likeness.said == 0.75


@pytest.mark.parametrize("name", ["testclient", "TestClient", "test_client"])
def test_words_written_together_are_those_words(name: str) -> None:
    likeness = reader("test", "client", "simulat").compare(parts_of(name))

    assert likeness.said == 1.0
    assert likeness.met == pytest.approx(2 / 3)


def test_a_reader_without_words_likes_nothing() -> None:
    assert reader().compare(("config",)).harmonic == 0.0


def test_parts_are_stems_in_order() -> None:
    assert parts_of("parseHTTPResponses2") == ("pars", "http", "respons", "2")
