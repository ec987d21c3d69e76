"""What a search among a user's tasks computes, by words alone and with the meaning of the newest tasks' prompts.

    python -m benchmarks.tasks [--tasks 500] [--rounds 2] [--data FOLDER] [--output RUN.json]

One user has TASKS tasks: requests of benchmarks/chat_history.py, short as they are and filled up to what is compared of
a prompt. The questions are those in other words, misspelt ones and names. Each is asked by words alone, with meaning
while the prompts' vectors are kept from an earlier search, and with none kept, as in the first search of a process; in
turn, below row level security, without HTTP. Told are the milliseconds that the use case and its connection's backend
compute, on Linux only, and those that pass.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter, thread_time

import psycopg

from benchmarks.chat_history import ASKED, make_questions, read_topics, topic_facts
from benchmarks.computing import backend_of, computed
from benchmarks.everything_quality import CATEGORIES, Patient
from benchmarks.reporting import percentile, print_table, save_run
from benchmarks.workspace import Workspace, workspace
from models.caller import user
from models.encoder import load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.task_search import search_tasks
from search_api.text_rows import TextRows
from sql.database import Database
from sql.task_search import PROMPT_CHARACTERS

WORDS, KEPT, FIRST = "by words alone", "with meaning, vectors kept", "with meaning, none kept"
LIMIT = 10


class Forgetful(ActiveEncoder):
    """As in a process that has not searched yet."""

    def text_rows(self) -> TextRows | None:
        rows = super().text_rows()
        return None if rows is None else TextRows(rows.encoder)


def write_prompts(tasks: int, *, whole: bool) -> list[str]:
    """So many different ones; `whole` fills each up to the characters that are compared."""
    choice, topics = random.Random(20261129), read_topics()

    def request() -> str:
        return choice.choice(ASKED).format(**topic_facts(choice.choice(topics), choice.choice(topics), choice))

    prompts = []
    for number in range(tasks):
        said = f"{number}. {request()}"
        while whole and len(said) < PROMPT_CHARACTERS:
            said += f" {request()}"
        prompts.append(said)
    return prompts


def put_tasks(place: Workspace, prompts: Iterable[str]) -> None:
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("delete from tasks where user_id = %s", (place.user_id,))
        statement = "insert into tasks (user_id, prompt) values (%s, %s)"
        connection.cursor().executemany(statement, [(place.user_id, prompt) for prompt in prompts])
        connection.execute("vacuum analyze tasks")


def measure(place: Workspace, questions: Sequence[str], rounds: int) -> dict[str, dict[str, float]]:
    """By the way of searching, rounds of all questions after one to warm up."""
    passed: dict[str, list[float]] = defaultdict(list)
    used: dict[str, list[float]] = defaultdict(list)
    caller = user(place.user_id)
    model = load_encoder()
    with Database(place.url, min_size=1, max_size=1) as database:
        ways = {
            name: kind(database, lambda _: model)
            for name, kind in ((WORDS, Patient), (KEPT, ActiveEncoder), (FIRST, Forgetful))
        }
        backend = backend_of(database, caller)
        for turn in range(1 + rounds):
            for question in questions:
                for name, encoder in ways.items():
                    began, before = perf_counter(), computed(backend) + thread_time()
                    rows = encoder.text_rows()
                    with database.reading_as(caller) as connection:
                        search_tasks(connection, rows, question, LIMIT)
                    if turn:
                        used[name].append((computed(backend) + thread_time() - before) * 1000)
                        passed[name].append((perf_counter() - began) * 1000)
    return {
        name: {
            "computed_p50_ms": percentile(used[name], 50),
            "computed_p95_ms": percentile(used[name], 95),
            "more_p50_ms": percentile([more - less for more, less in zip(used[name], used[WORDS], strict=True)], 50),
            "p50_ms": percentile(passed[name], 50),
        }
        for name in ways
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--data", type=Path, help="keep the database here")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    questions = [each.text for each in make_questions(read_topics()) if each.category in CATEGORIES]
    figures = {}
    with workspace(arguments.data) as place:
        for whole in (False, True):
            prompts = write_prompts(arguments.tasks, whole=whole)
            put_tasks(place, prompts)
            mean = round(sum(map(len, prompts)) / len(prompts))
            figures[f"{mean} characters"] = measure(place, questions, arguments.rounds)
    for length, rows in figures.items():
        table = [(name, *row.values()) for name, row in rows.items()]
        header = ("search", "computed p50 ms", "p95", "more than by words, p50", "p50 ms")
        print_table(f"{arguments.tasks} tasks of {length}", header, table)
    save_run("tasks", figures, arguments.output)


if __name__ == "__main__":
    main()
