"""Openings that name a kind are read and taken off; a question that only speaks of chats or tasks is left as it is."""

from __future__ import annotations

import pytest

from benchmarks.chat_history import make_questions, read_topics
from benchmarks.everything_quality import OPENINGS
from benchmarks.labels import SHIPPED, read_queries
from search_api.asked_kind import read_asked_kind


@pytest.mark.parametrize(
    ("query", "kind", "rest"),
    [
        ("who said that prices are rounded half up", "chat", "prices are rounded half up"),
        ("Who wrote about round_price", "chat", "round_price"),
        ('who said "half up"', "chat", '"half up"'),
        ("what did Anna say about TLS", "chat", "TLS"),
        ("when have we decided on the proxy", "chat", "the proxy"),
        ("find the conversation about the proxy", "chat", "the proxy"),
        ("in which chat was the proxy", "chat", "the proxy"),
        ("the task about billing", "task", "billing"),
        ("Which tasks are about billing", "task", "billing"),
        ("show me my tasks for the migration", "task", "the migration"),
        ("my task: migrate the tables", "task", "migrate the tables"),
        ("where in the code is a price rounded", "code", "a price rounded"),
        ("the function that rounds prices", "code", "rounds prices"),
        ("which file: prices", "code", "prices"),
    ],
)
def test_the_kind_that_is_named_is_read_and_its_words_are_taken_off(query: str, kind: str, rest: str) -> None:
    assert read_asked_kind(query) == (kind, rest)


@pytest.mark.parametrize(
    "query",
    ["who said", "the task about ", "task queue", "who calls get_file", "how does chat search combine evidence",
     "tasks that were cancelled", "chatty", "why did the worker write to disk", "the codec for it", ""],
)  # fmt: skip
def test_a_query_that_names_no_kind_is_left_as_it_is(query: str) -> None:
    assert read_asked_kind(query) == (None, query)


def test_no_labelled_question_names_a_kind_by_chance_and_each_opening_of_the_benchmark_is_read() -> None:
    labelled = [each.query for each in read_queries(SHIPPED)]
    labelled += [each.text for each in make_questions(read_topics())]

    assert [query for query in labelled if read_asked_kind(query)[0] is not None] == []
    for kind, openings in OPENINGS.items():
        for opening in openings:
            assert read_asked_kind(opening.format("what it is about")) == (kind.value, "what it is about")
