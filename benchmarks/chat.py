"""How long a chat search takes for a user with many messages in a table with more, by mode and by what is asked.

    python -m benchmarks.chat [--messages 1000000] [--large 200000] [--small 20000] [--embedded] [--texts FOLDER ...]
        [--only KIND ...] [--data FOLDER] [--output RUN.json]
    python -m benchmarks.chat --compare BEFORE.json AFTER.json

One user has LARGE messages, the others SMALL each, MESSAGES together, written of the words and names of Python's
standard library, of which the n-th most frequent occurs 1/n as often. Each query runs as its user, below row level
security, without HTTP: the milliseconds that pass in the use case, and those that it and its connection's backend
compute, which a busy machine changes less (on Linux only; processes that help the backend are not counted).

--embedded has the worker embed every message first, so that meaning is searched too, and tells recall@10: how many of
a query's ten nearest messages are found by meaning. Words drawn by chance lie in all directions, unlike what people
write, and no approximate index finds much among them. With --texts the messages are texts of files in those folders,
each once: what stands between blank lines, prose and code; recall is then of the first words of other such texts.
--only asks the kinds of queries that begin so. --data keeps the filled database for the next run.
"""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import monotonic, thread_time
from uuid import UUID

import numpy as np
import psycopg

from benchmarks.chat_queries import QUERIES, make_queries
from benchmarks.chat_recall import recall_of_meaning
from benchmarks.chat_texts import first_words, read_texts
from benchmarks.computing import backend_of, computed
from benchmarks.reporting import compare_runs, percentile, print_table, save_run
from benchmarks.vocabulary import read_vocabulary
from benchmarks.workspace import workspace
from indexer.approximate_chats import maintain_chat_indexes
from indexer.worker import Worker
from models.caller import SERVICE, user
from models.encoder import load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.chat_search import ChatMode, ChatQuery, search_chat
from sql.chat import ChatFilters
from sql.database import Database
from sql.index import active_generation

WORDS = 40_000
# As many short messages of people as long ones of assistants.
LENGTHS = (15, 100)
SESSION_MESSAGES = 500
ROUNDS = 2
# Of which recall is told.
QUESTIONS = 100
START = datetime(2025, 1, 1, tzinfo=UTC)
# What asks by meaning, and queries that mean something.
MEANT = (ChatMode.HYBRID, ChatMode.VECTOR)
PLAIN = ("hybrid, a sentence", "hybrid, a name in a sentence")
# With them in place, filling takes many times as long.
GIN_INDEXES = (
    "select indexname, indexdef from pg_indexes where tablename = 'chat_message_cache' and indexdef ~ 'USING gin'"
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many messages there are, and of whom."""

    messages: int
    large: int
    small: int

    def sizes(self) -> Iterator[int]:
        yield self.large
        for _ in range((self.messages - self.large) // self.small):
            yield self.small


def user_of(number: int) -> UUID:
    return uuid.UUID(int=(1 << 64) + number)


def fill(url: str, crowd: Crowd, words: list[str], texts: Sequence[str]) -> None:
    """Write the messages, unless they are there; of chance words where there are no texts."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("select count(*) from chat_message_cache").fetchone() != (0,):
            return
        indexes = connection.execute(GIN_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"drop index public.{name}".encode())
        rest = iter(texts)
        for number, size in enumerate(crowd.sizes()):
            chance = write_messages(np.random.default_rng(number), size, words)
            fill_user(connection, number, size, islice(rest, size) if texts else chance)
            print(f"\r{number + 1} users written", end="", flush=True)
        for _, definition in indexes:
            print(f"\n{definition}", end="", flush=True)
            connection.execute(
                f"set search_path = public, extensions; set maintenance_work_mem = '1GB'; {definition}".encode()
            )
        print()
        connection.execute("vacuum analyze chat_message_cache, chat_sessions, chat_terms")


def fill_user(connection: psycopg.Connection, number: int, size: int, texts: Iterator[str]) -> None:
    user_id = user_of(number)
    sessions = [uuid.UUID(int=(number << 32) + place) for place in range(1 + size // SESSION_MESSAGES)]
    connection.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, f"{number}@chat.example"))
    connection.cursor().executemany(
        "insert into chat_sessions (id, session_id, user_id) values (%s, %s, %s)",
        [(session, str(session), user_id) for session in sessions],
    )
    with connection.cursor().copy(
        "copy chat_message_cache (session_id, message_id, role, content, created_at) from stdin"
    ) as copy:
        for place, text in enumerate(texts):
            role = ("user", "assistant")[place % 2]
            copy.write_row(
                (sessions[place // SESSION_MESSAGES], str(place), role, text, START + timedelta(minutes=place))
            )


def write_messages(choice: np.random.Generator, size: int, words: list[str]) -> Iterator[str]:
    # Uniform in the logarithm of the rank is 1/rank in the rank.
    for place in range(size):
        ranks = np.exp(choice.random(LENGTHS[place % 2]) * np.log(WORDS)).astype(int) - 1
        yield " ".join([words[rank] for rank in ranks])


def embed(url: str) -> None:
    """Have the messages embedded, and approximate indexes made of those of users who have many."""
    encoder = load_encoder()
    with Database(url, vectors=True, max_size=3) as database:
        Worker(database, encoder).run_until_idle()
        with database.acting_as(SERVICE) as connection:
            generation = active_generation(connection)
    if generation is None:
        raise RuntimeError("the worker has left no generation")
    started = monotonic()
    made = maintain_chat_indexes(url, model_id=generation.id, dimensions=encoder.identity.dimensions)
    if made.built:
        print(f"{made.built}, {made.dropped} dropped, recall {made.recall}: {monotonic() - started:.0f} s")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze chat_embeddings, chat_index_state")


def spoken_words(url: str, words: list[str]) -> list[str]:
    """Those that say something: the parser leaves out what stands in every English text."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select word from unnest(%s::text[]) with ordinality as spoken (word, place) "
            "where to_tsvector('pg_catalog.english', word) <> '' order by place",
            (words,),
        )
        return [row[0] for row in rows]


def filtered(questions: Sequence[str], messages: int) -> dict[str, list[ChatQuery]]:
    """Searches by meaning alone, among a half of the messages, a tenth and a hundredth."""
    last = {part: ChatFilters(after=START + timedelta(minutes=messages - messages // part)) for part in (10, 100)}
    filters = {
        "of one role": ChatFilters(role="user"),
        "of the last tenth": last[10],
        "of the last hundredth": last[100],
    }
    asked = [ChatQuery(question, ChatMode.VECTOR) for question in questions]
    return {f"vector, {name}": [replace(each, filters=scope) for each in asked] for name, scope in filters.items()}


def measure(url: str, number: int, asked: dict[str, list[ChatQuery]]) -> dict[str, dict[str, float]]:
    """By kind of query, rounds of all queries after one to warm up: the time that passes, and what is computed."""
    passed: dict[str, list[float]] = {name: [] for name in asked}
    used: dict[str, list[float]] = {name: [] for name in asked}
    caller = user(user_of(number))
    with Database(url, min_size=1, max_size=1) as database:
        encoder = ActiveEncoder(database, lambda _: load_encoder())
        backend = backend_of(database, caller)
        for turn in range(1 + ROUNDS):
            for name, query in ((name, query) for name, queries in asked.items() for query in queries):
                before = computed(backend) + thread_time()
                reply = search_chat(database, encoder, caller, query)
                if turn:
                    passed[name].append(reply.took_ms)
                    used[name].append((computed(backend) + thread_time() - before) * 1000)
    return {
        name: {
            "p50_ms": percentile(passed[name], 50),
            "p95_ms": percentile(passed[name], 95),
            "computed_p50_ms": percentile(used[name], 50),
            "computed_p95_ms": percentile(used[name], 95),
        }
        for name in asked
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=200_000)
    parser.add_argument("--small", type=int, default=20_000)
    parser.add_argument("--embedded", action="store_true", help="embed the messages, and search by meaning as well")
    parser.add_argument("--texts", type=Path, nargs="+", metavar="FOLDER", help="write messages of texts in there")
    parser.add_argument("--only", nargs="+", metavar="KIND", help="kinds of queries that begin so, and no others")
    parser.add_argument("--data", type=Path, help="keep the database here, and use what is there")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    if arguments.compare:
        compare_runs(*arguments.compare)
        return
    crowd = Crowd(arguments.messages, arguments.large, arguments.small)
    words = read_vocabulary(WORDS)
    texts = read_texts(arguments.texts, crowd.messages + QUESTIONS) if arguments.texts else []
    with workspace(arguments.data) as place:
        fill(place.url, crowd, words, texts)
        if arguments.embedded:
            embed(place.url)
        asked = make_queries(spoken_words(place.url, words))
        questions = [first_words(text) for text in texts[crowd.messages :]]
        questions = questions or [each.query for kind in PLAIN for each in asked[kind]]
        if texts:
            asked |= {f"{mode}, first words": [ChatQuery(each, mode) for each in questions[:QUERIES]] for mode in MEANT}
        figures, recalls = {}, {}
        only = tuple(arguments.only or [""])
        for number, messages in enumerate((crowd.large, crowd.small)):
            kinds = asked | (filtered(questions[:QUERIES], messages) if arguments.embedded else {})
            kinds = {kind: queries for kind, queries in kinds.items() if kind.startswith(only)}
            figures[f"{messages} messages"] = measure(place.url, number, kinds)
            if arguments.embedded:
                recalls[f"{messages} messages"] = recall_of_meaning(place.url, user_of(number), questions)
    for size, rows in figures.items():
        table = [(name, *row.values()) for name, row in rows.items()]
        print_table(f"{size} of {crowd.messages}", ("query", "p50 ms", "p95", "computed p50", "p95"), table)
    if recalls:
        print_table("by meaning", ("messages", "recall@10"), list(recalls.items()))
    save_run("chat", {**figures, "recall_at_10": recalls}, arguments.output)


if __name__ == "__main__":
    main()
