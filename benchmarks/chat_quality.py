"""How good chat search is by mode, on a labelled history; and what the weights of the fusion are worth on both halves.

    python -m benchmarks.chat_quality [--data FOLDER] [--model FOLDER_OR_NAME] [--fit] [--weak] [--output RUN.json]
    python -m benchmarks.chat_quality --compare BEFORE.json AFTER.json

nDCG@10 over the questions of benchmarks/chat_history.py, by mode and by category, on the half of the topics with which
the weights were chosen (`fitted`, even ones) and on the other (`told`, odd ones). `any word` is full text without the
demand that one message holds all words: hybrid without meaning. --fit changes one weight after the other as long as
the fitted half gains; --weak lists the questions that hybrid answers worst.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.chat_history import ChatQuestion, SaidMessage, make_history, make_questions, read_topics
from benchmarks.judging import ndcg_at_10
from benchmarks.reporting import compare_runs, percentile, print_table, save_run
from benchmarks.workspace import workspace
from indexer.worker import Worker
from models.caller import user
from models.encoder import Encoder, load_encoder
from search_api import chat_fusion
from search_api.active_encoder import ActiveEncoder
from search_api.chat_fusion import Taste, fuse
from search_api.chat_search import ChatMode, ChatQuery, find_evidence, search_chat
from sql.chat import ChatCandidate, ChatFilters, Evidence
from sql.database import Database

MODES = (ChatMode.FULLTEXT, ChatMode.FUZZY, ChatMode.VECTOR, ChatMode.HYBRID)
ANY_WORD = "any word"
TRIED = {
    Evidence.WORDS: (0.0, 0.3, 0.6),
    Evidence.LITERAL: (0.0, 0.3, 0.6),
    Evidence.SIMILAR: (0.0, 0.3, 0.6),
}
# By the names of the module's constants.
CONSTANTS = {
    "MEANING_WHERE_SAID": (0.0, 0.3, 0.5, 1.0, 3.0),
    "MEANING_WHERE_NOT": (3.0, 8.0, 20.0, 40.0, 80.0),
    "MOST_NAMED": (0, 5, 50, 100),
    "UNRELATED": (0.0, 0.1, 0.2, 0.3),
    "OUTPUT_WORTH": (0.4, 0.6, 0.8, 1.0),
    "REMARK_WORTH": (0.4, 0.6, 0.8, 1.0),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with all its evidence, so that it can be fused again."""

    question: ChatQuestion
    candidates: list[ChatCandidate]


class ChatBench:
    """A labelled history in a database, with the model's vectors of it."""

    def __init__(self, url: str, user_id: UUID, encoder: Encoder) -> None:
        self._url = url
        self._user_id = user_id
        self._encoder = encoder
        topics = read_topics()
        self.messages = make_history(topics)
        self.questions = make_questions(topics)
        self._keys = {message.id: message.key for message in self.messages}

    def fill(self) -> None:
        """Write the history, unless it is there, and embed it."""
        with psycopg.connect(self._url) as connection:
            connection.execute("delete from chat_sessions where user_id = %s", (self._user_id,))
            write_history(connection, self._user_id, self.messages)
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("vacuum analyze chat_message_cache, chat_terms")
        with Database(self._url, vectors=True, max_size=3) as database:
            Worker(database, self._encoder).run_until_idle()

    def judge(self, database: Database, mode: ChatMode) -> tuple[list[float], list[float]]:
        """nDCG@10 of each question, and the milliseconds that its search took."""
        active = ActiveEncoder(database, lambda _: self._encoder)
        found, took = [], []
        for question in self.questions:
            reply = search_chat(database, active, user(self._user_id), query_of(question, mode))
            found.append(self.score(question, [hit.id for hit in reply.results]))
            took.append(reply.took_ms)
        return found, took

    def score(self, question: ChatQuestion, ids: Sequence[UUID]) -> float:
        return ndcg_at_10([self._keys[each] for each in ids], question.targets)

    def evidence(self, database: Database) -> list[Answered]:
        active = ActiveEncoder(database, lambda _: self._encoder)
        return [
            Answered(each, find_evidence(database, active, user(self._user_id), query_of(each, ChatMode.HYBRID)))
            for each in self.questions
        ]


def write_history(connection: psycopg.Connection, user_id: UUID, messages: Sequence[SaidMessage]) -> None:
    sessions: dict[str, UUID] = {}
    for message in messages:
        if message.session not in sessions:
            row = connection.execute(
                "insert into chat_sessions (session_id, user_id, title) values (gen_random_uuid()::text, %s, %s)"
                " returning id",
                (user_id, message.title),
            ).fetchone()
            if row is None:
                raise RuntimeError("an insert returned no row")
            sessions[message.session] = row[0]
    with connection.cursor().copy(
        "copy chat_message_cache (id, session_id, message_id, role, kind, content, created_at) from stdin"
    ) as copy:
        for each in messages:
            copy.write_row((each.id, sessions[each.session], each.key, each.role, each.kind, each.content, each.at))


def query_of(question: ChatQuestion, mode: ChatMode) -> ChatQuery:
    return ChatQuery(
        question.text,
        mode,
        ChatFilters(after=question.after, before=question.before),
        Taste(recency=question.recency),
    )


def fuse_with(answered: Sequence[Answered], bench: ChatBench, weights: Mapping[Evidence, float]) -> list[float]:
    return [
        bench.score(each.question, [one.id for one in fuse(each.candidates, taste_of(each.question), weights)[:10]])
        for each in answered
    ]


def taste_of(question: ChatQuestion) -> Taste:
    return Taste(recency=question.recency)


def tabulate(questions: Sequence[ChatQuestion], scores: Sequence[float]) -> dict[str, Any]:
    """Means by half, and by category over both halves."""
    halves: dict[str, list[float]] = defaultdict(list)
    groups: dict[str, list[float]] = defaultdict(list)
    for question, score in zip(questions, scores, strict=True):
        halves["told" if question.topic % 2 else "fitted"].append(score)
        groups[question.category].append(score)
    return {
        "all": fmean(scores),
        **{name: fmean(values) for name, values in sorted(halves.items())},
        "by_category": {name: fmean(values) for name, values in sorted(groups.items())},
    }


def fit(answered: Sequence[Answered], bench: ChatBench) -> None:
    """Change one number after the other as long as the fitted half gains, and print what the other half says."""
    half = [each for each in answered if each.question.topic % 2 == 0]
    other = [each for each in answered if each.question.topic % 2]
    now: dict[str, float] = {kind.value: chat_fusion.WEIGHTS[kind] for kind in TRIED}
    now |= {name: getattr(chat_fusion, name) for name in CONSTANTS}
    choices = {kind.value: values for kind, values in TRIED.items()} | CONSTANTS
    rows = [(str(now), _try(half, bench, now), _try(other, bench, now))]
    for name in [*choices, *choices]:
        tried = {value: _try(half, bench, {**now, name: value}) for value in choices[name]}
        best = max(tried, key=lambda value: (tried[value], value == now[name]))
        print(name, {value: round(score, 4) for value, score in tried.items()}, flush=True)
        now[name] = best
    rows.append((str(now), _try(half, bench, now), _try(other, bench, now)))
    print_table("weights", ("weights", "fitted", "told"), rows)


def _try(answered: Sequence[Answered], bench: ChatBench, numbers: Mapping[str, float]) -> float:
    kept = {name: getattr(chat_fusion, name) for name in CONSTANTS}
    weights = {Evidence.ANY: 1.0, **{kind: numbers[kind.value] for kind in TRIED}}
    try:
        for name in CONSTANTS:
            setattr(chat_fusion, name, numbers[name])
        return fmean(fuse_with(answered, bench, weights))
    finally:
        for name, value in kept.items():
            setattr(chat_fusion, name, value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="keep the database here")
    parser.add_argument("--model", help="a model by name or folder; the default one without")
    parser.add_argument("--fit", action="store_true", help="try weights on the fitted half")
    parser.add_argument("--weak", action="store_true", help="list the questions that hybrid answers worst")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    if arguments.compare:
        compare_runs(*arguments.compare)
        return
    encoder = load_encoder(arguments.model)
    with workspace(arguments.data) as place:
        bench = ChatBench(place.url, place.user_id, encoder)
        bench.fill()
        figures = _measure(bench, place.url, arguments)
    save_run("chat_quality", figures, arguments.output)


def _measure(bench: ChatBench, url: str, arguments: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, Any] = {"messages": len(bench.messages), "questions": len(bench.questions)}
    with Database(url) as database:
        answered = bench.evidence(database)
        if arguments.fit:
            fit(answered, bench)
        scores: dict[str, list[float]] = {}
        for mode in MODES:
            scores[mode.value], took = bench.judge(database, mode)
            figures[mode.value] = {**tabulate(bench.questions, scores[mode.value]), "p50_ms": percentile(took, 50)}
    without = [
        Answered(one.question, [each for each in one.candidates if each.evidence is not Evidence.MEANING])
        for one in answered
    ]
    figures[ANY_WORD] = tabulate(bench.questions, fuse_with(without, bench, chat_fusion.WEIGHTS))
    names = [*(mode.value for mode in MODES), ANY_WORD]
    categories = sorted(figures[names[0]]["by_category"])
    header = ("nDCG@10", "all", "fitted", "told", *categories)
    rows = [
        (
            name,
            *(figures[name][key] for key in header[1:4]),
            *(figures[name]["by_category"][each] for each in categories),
        )
        for name in names
    ]
    print_table(f"{len(bench.questions)} questions, {len(bench.messages)} messages", header, rows)
    if arguments.weak:
        worst = sorted(zip(scores["hybrid"], bench.questions, strict=True), key=lambda each: each[0])
        for score, question in worst[:40]:
            print(f"{score:.2f} {question.category}: {question.text} -> {question.targets}")
    return figures


if __name__ == "__main__":
    main()
