"""How long a chat search takes for a user with many messages in a table with more, by mode and by what is asked.

    python -m benchmarks.chat [--messages 1000000] [--large 200000] [--small 20000] [--embedded] [--data FOLDER]
        [--output RUN.json]
    python -m benchmarks.chat --compare BEFORE.json AFTER.json

One user has LARGE messages, the others SMALL each, MESSAGES together, written of the words and names of Python's
standard library, of which the n-th most frequent occurs 1/n as often. Each query runs as its user, below row level
security, without HTTP: the milliseconds that pass in the use case, and those that it and its connection's backend
compute, which a busy machine changes less (on Linux only; processes that help the backend are not counted). --embedded
has the worker embed every message first, so that meaning is searched too. FOLDER keeps the filled database for the next
run.
"""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import thread_time
from uuid import UUID

import numpy as np
import psycopg

from benchmarks.chat_queries import make_queries
from benchmarks.computing import backend_of, computed
from benchmarks.reporting import compare_runs, percentile, print_table, save_run
from benchmarks.vocabulary import read_vocabulary
from benchmarks.workspace import workspace
from indexer.worker import Worker
from models.caller import user
from models.encoder import load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.chat_search import ChatQuery, search_chat
from sql.database import Database

WORDS = 40_000
# As many short messages of people as long ones of assistants.
LENGTHS = (15, 100)
SESSION_MESSAGES = 500
ROUNDS = 2
START = datetime(2025, 1, 1, tzinfo=UTC)
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


def fill(url: str, crowd: Crowd, words: list[str]) -> None:
    """Write the messages, unless they are there."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("select count(*) from chat_message_cache").fetchone() != (0,):
            return
        indexes = connection.execute(GIN_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"drop index public.{name}".encode())
        for number, size in enumerate(crowd.sizes()):
            fill_user(connection, number, size, words)
            print(f"\r{number + 1} users written", end="", flush=True)
        for _, definition in indexes:
            print(f"\n{definition}", end="", flush=True)
            connection.execute(
                f"set search_path = public, extensions; set maintenance_work_mem = '1GB'; {definition}".encode()
            )
        print()
        connection.execute("vacuum analyze chat_message_cache, chat_sessions, chat_terms")


def fill_user(connection: psycopg.Connection, number: int, size: int, words: list[str]) -> None:
    user_id = user_of(number)
    sessions = [uuid.UUID(int=(number << 32) + place) for place in range(1 + size // SESSION_MESSAGES)]
    connection.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, f"{number}@chat.example"))
    connection.cursor().executemany(
        "insert into chat_sessions (id, session_id, user_id) values (%s, %s, %s)",
        [(session, str(session), user_id) for session in sessions],
    )
    texts = write_messages(np.random.default_rng(number), size, words)
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
    with Database(url, vectors=True, max_size=3) as database:
        Worker(database, load_encoder()).run_until_idle()
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
    parser.add_argument("--data", type=Path, help="keep the database here, and use what is there")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"))
    arguments = parser.parse_args()
    if arguments.compare:
        compare_runs(*arguments.compare)
        return
    crowd = Crowd(arguments.messages, arguments.large, arguments.small)
    words = read_vocabulary(WORDS)
    with workspace(arguments.data) as place:
        fill(place.url, crowd, words)
        if arguments.embedded:
            embed(place.url)
        asked = make_queries(spoken_words(place.url, words))
        figures = {
            f"{size} messages": measure(place.url, number, asked)
            for number, size in enumerate((crowd.large, crowd.small))
        }
    for size, rows in figures.items():
        table = [(name, *row.values()) for name, row in rows.items()]
        print_table(f"{size} of {crowd.messages}", ("query", "p50 ms", "p95", "computed p50", "p95"), table)
    save_run("chat", figures, arguments.output)


if __name__ == "__main__":
    main()
