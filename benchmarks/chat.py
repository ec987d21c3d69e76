"""How long a chat search takes for a user with many messages in a table with more, by how common the words are.

    python -m benchmarks.chat [--messages 1000000] [--large 200000] [--small 20000] [--embedded] [--data FOLDER]
        [--output RUN.json]
    python -m benchmarks.chat --compare BEFORE.json AFTER.json

One user has LARGE messages, the others SMALL each, MESSAGES together, written of made-up words of which the n-th most
frequent occurs 1/n as often. Each query runs as its user, below row level security, without HTTP: the time of the use
case, in milliseconds. --embedded has the worker embed every message first, so that meaning is searched too. FOLDER
keeps the filled database for the next run.
"""

from __future__ import annotations

import argparse
import random
import statistics
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import psycopg

from benchmarks.reporting import compare_runs, print_table, save_run
from benchmarks.workspace import workspace
from indexer.worker import Worker
from models.caller import user
from models.encoder import load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.chat_fusion import Sort, Taste
from search_api.chat_search import ChatMode, ChatQuery, search_chat
from sql.database import Database

WORDS = 40_000
# As many short messages of people as long ones of assistants.
LENGTHS = (15, 100)
SESSION_MESSAGES = 500
ROUNDS = 12
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


def make_words() -> list[str]:
    """Distinct words, the most frequent first and shortest."""
    choice = random.Random(1)
    words: dict[str, None] = {}
    while len(words) < WORDS:
        syllables = 2 if len(words) < 1_000 else 3 if len(words) < 20_000 else 4
        words["".join(choice.choice("bdfgklmnprstvz") + choice.choice("aeiou") for _ in range(syllables))] = None
    return list(words)


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


def queries(words: list[str]) -> dict[str, ChatQuery]:
    """By name: words of every frequency, together and in each mode."""
    most, common, medium, rare = words[0], words[20], words[500], words[30_000]
    asked = {
        "most common word": most,
        "common word": common,
        "medium word": medium,
        "rare word": rare,
        "three common words": f"{most} {words[1]} {words[2]}",
        "common and rare": f"{common} {rare}",
        "common phrase": f'"{most} {words[1]}"',
        "common without another": f"{most} -{words[1]}",
        "either of two": f"{most} or {common}",
        "misspelt": rare[:-2] + rare[-1] + rare[-2],
        "nowhere": "xylophone",
        "six words": " ".join(words[place] for place in (3, 40, 200, 900, 4_000, 20_000)),
    }
    found = {name: ChatQuery(text) for name, text in asked.items()}
    found["most common, newest"] = replace(found["most common word"], taste=Taste(Sort.NEWEST))
    found["most common, full text"] = replace(found["most common word"], mode=ChatMode.FULLTEXT)
    found["most common, substring"] = ChatQuery(words[5][:3], mode=ChatMode.SUBSTRING)
    found["two letters, substring"] = ChatQuery(most[:2], mode=ChatMode.SUBSTRING)
    found["common, fuzzy"] = ChatQuery(common, mode=ChatMode.FUZZY)
    return found


def measure(url: str, number: int, asked: dict[str, ChatQuery]) -> dict[str, dict[str, float]]:
    """Median and worst time by query, rounds of all queries after one to warm up."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    with Database(url) as database:
        encoder = ActiveEncoder(database, lambda _: load_encoder())
        for turn in range(1 + ROUNDS):
            for name, query in asked.items():
                took = search_chat(database, encoder, user(user_of(number)), query).took_ms
                if turn:
                    times[name].append(took)
    return {name: {"median_ms": statistics.median(took), "max_ms": max(took)} for name, took in times.items()}


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
    words = make_words()
    with workspace(arguments.data) as place:
        fill(place.url, crowd, words)
        if arguments.embedded:
            embed(place.url)
        figures = {
            f"{size} messages": measure(place.url, number, queries(words))
            for number, size in enumerate((crowd.large, crowd.small))
        }
    for size, rows in figures.items():
        table = [(name, row["median_ms"], row["max_ms"]) for name, row in rows.items()]
        print_table(f"{size} of {crowd.messages}", ("query", "median ms", "max ms"), table)
    save_run("chat", figures, arguments.output)


if __name__ == "__main__":
    main()
