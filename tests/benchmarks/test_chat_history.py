"""The labelled history of chats is the same at every run, and each question has its answer in it."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.chat_history import make_history, make_questions, read_topics
from benchmarks.chat_quality import ChatBench
from models.encoder import load_encoder
from search_api.chat_search import ChatMode
from sql.database import Database
from tests.indexing import new_user


def test_the_history_is_the_same_at_every_run() -> None:
    topics = read_topics()

    assert make_history(topics) == make_history(topics)
    assert make_questions(topics) == make_questions(topics)


def test_every_question_has_its_answer_in_the_history() -> None:
    topics = read_topics()
    keys = Counter(message.key for message in make_history(topics))
    questions = make_questions(topics)

    assert max(keys.values()) == 1
    assert {target for each in questions for target in each.targets} <= keys.keys()
    assert len(questions) > 300
    assert len({(each.text, each.after, each.before, each.recency) for each in questions}) == len(questions)


@pytest.mark.acceptance
def test_hybrid_search_is_as_good_as_it_was_and_no_worse_than_any_other_mode(url: str) -> None:
    bench = ChatBench(url, new_user(url), load_encoder())
    bench.fill()
    with Database(url) as database:
        means = {mode: sum(bench.judge(database, mode)[0]) / len(bench.questions) for mode in
                 (ChatMode.HYBRID, ChatMode.VECTOR, ChatMode.FULLTEXT, ChatMode.FUZZY)}  # fmt: skip

    # 0.713 when it was written.
    assert means[ChatMode.HYBRID] > 0.69
    assert means[ChatMode.HYBRID] == max(means.values())
