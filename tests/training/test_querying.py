"""Queries made from documentation read like those that people type."""

from __future__ import annotations

import random

import pytest

from training.querying import misspell, name_query, phrase_of, question_of


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (
            "Returns the session of a visitor.",
            {"how to return the session of a visitor", "returning the session of a visitor"},
        ),
        ("Create a socket", {"how to create a socket", "creating a socket"}),
        ("SkipClean defines the path cleaning", {"how to define the path cleaning", "defining the path cleaning"}),
        ("Session management for visitors", {"how is session management for visitors implemented"}),
    ],
)
def test_a_sentence_becomes_questions(sentence: str, wanted: set[str]) -> None:
    asked = {question_of(sentence, random.Random(seed)) for seed in range(300)}

    assert wanted <= asked
    assert all(words for words in asked)


def test_what_is_too_long_or_too_short_is_no_question() -> None:
    assert question_of("Yes", random.Random(1)) == ""
    assert question_of(" ".join(["word"] * 30), random.Random(1)) == ""


def test_a_phrase_neither_begins_nor_ends_with_an_empty_word() -> None:
    phrases = {
        phrase_of("Keeps the sessions of the visitors in a store on disk", random.Random(seed)) for seed in range(200)
    } - {""}

    assert "sessions of the visitors" in phrases
    assert not {
        phrase for phrase in phrases if phrase.split()[0] in {"the", "of", "in"} or phrase.split()[-1] in {"the", "a"}
    }
    assert phrase_of("1. 2!", random.Random(1)) == ""


def test_a_name_is_asked_for_as_it_is_qualified_and_in_words() -> None:
    asked = {name_query("SessionStore.loadAll", random.Random(seed)) for seed in range(200)}

    assert {"loadAll", "SessionStore.loadAll", "SessionStore::loadAll", "load all"} <= asked


def test_a_slip_changes_one_of_the_longer_words() -> None:
    for seed in range(100):
        slipped = misspell("find a session", random.Random(seed))
        assert slipped.startswith("find a ")
        assert abs(len(slipped) - len("find a session")) <= 1
    assert misspell("find it", random.Random(1)) == "find it"
