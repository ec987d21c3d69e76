"""How well one list over code, chats and tasks puts the right kind first, and what the numbers of the merge are worth.

    python -m benchmarks.everything_quality [--data FOLDER] [--output RUN.json]

One user has this project's own sources (questions: benchmarks/queries/own.json), the chats of the even topics of
benchmarks/chat_history.py, and the problems of its odd topics as tasks. Questions about chats and tasks are those in
other words, misspelt ones and names. Told are nDCG@10 of the one list by what is asked for, of each kind's own search
beside it (what a user gets who knows where to look), and for other priors and shares of the fit.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import psycopg

from benchmarks.chat_history import make_history, make_questions, read_topics
from benchmarks.chat_quality import write_history
from benchmarks.judging import ndcg_at_10
from benchmarks.labels import SHIPPED, read_queries
from benchmarks.reporting import print_table, save_run
from benchmarks.sources import OWN, copy_own_sources
from benchmarks.workspace import Workspace, workspace
from indexer.worker import Worker
from models.caller import user
from models.encoder import load_encoder
from search_api import comparing
from search_api.active_encoder import ActiveEncoder
from search_api.code_search import lexical_query
from search_api.comparing import Ranked, merge
from search_api.everything import PRIORS, FoundThing, find_each
from sql.database import Database

FOLDERS = ("models", "sql", "indexer", "search_api")
ASKED = ("paraphrase", "misspelt", "name")
CHOICES: tuple[tuple[float, Mapping[str, float]], ...] = (
    (0.5, {}),
    (0.5, {"code": 0.8}),
    (0.5, {"code": 0.7}),
    (0.5, {"code": 0.6}),
    (0.25, {"code": 0.8}),
    (0.25, {"code": 0.7}),
    (0.75, {"code": 0.7}),
    (1.0, {"code": 0.7}),
)


@dataclass(frozen=True, slots=True)
class Question:
    kind: str
    text: str
    targets: tuple[str, ...]


def make_tasks(place: Workspace) -> list[Question]:
    """Write the problems of the odd topics as tasks; the questions that they answer."""
    questions = []
    with psycopg.connect(place.url) as connection:
        for topic in read_topics()[1::2]:
            prompt = f"{topic['title']}: {topic['said']} Have a look at {topic['identifier']}."
            row = connection.execute(
                "insert into tasks (user_id, prompt) values (%s, %s) returning id::text", (place.user_id, prompt)
            ).fetchone()
            if row is None:
                raise RuntimeError("an insert returned no row")
            texts = (*topic["paraphrases"], topic["misspelt"], topic["identifier"])
            questions += [Question("task", text, (row[0],)) for text in texts]
    return questions


def make_chats(place: Workspace) -> list[Question]:
    topics = read_topics()[::2]
    with psycopg.connect(place.url) as connection:
        write_history(connection, place.user_id, make_history(topics))
    return [Question("chat", each.text, each.targets) for each in make_questions(topics) if each.category in ASKED]


def name_of(thing: FoundThing) -> str:
    """What labels call it."""
    if thing.code is not None:
        return thing.code.path
    return thing.chat.message_id if thing.chat is not None else str(thing.task.id if thing.task is not None else "")


def measure(questions: Sequence[Question], found: Sequence[Sequence[Ranked[FoundThing]]]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    alone: dict[str, list[float]] = defaultdict(list)
    for question, results in zip(questions, found, strict=True):
        own = [name_of(each.item) for each in results if each.kind == question.kind]
        alone[question.kind].append(ndcg_at_10(own, question.targets))
    rows.append(("each kind's own search", *(fmean(alone[kind]) for kind in PRIORS), ""))
    for share, priors in CHOICES:
        comparing.FIT_SHARE = share
        scores: dict[str, list[float]] = defaultdict(list)
        for question, results in zip(questions, found, strict=True):
            merged = merge(lexical_query(question.text), results, priors)
            scores[question.kind].append(ndcg_at_10([name_of(each.item) for _, each in merged], question.targets))
        means = [fmean(scores[kind]) for kind in PRIORS]
        rows.append((f"fit {share} priors {dict(priors)}", *means, fmean(means)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="keep the database here")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as scratch, workspace(arguments.data) as place:
        copy_own_sources(Path(scratch) / OWN, FOLDERS)
        place.put_directory(Path(scratch) / OWN, OWN)
        code = [Question("code", each.query, each.targets) for each in read_queries(SHIPPED / "own.json")]
        questions = [*code, *make_chats(place), *make_tasks(place)]
        with Database(place.url, vectors=True, max_size=3) as database:
            Worker(database, encoder).run_until_idle()
            active = ActiveEncoder(database, lambda _: encoder)
            caller = user(place.user_id)
            found = [find_each(database, active, caller, each.text) for each in questions]
    rows = measure(questions, found)
    print_table(f"{len(questions)} questions", ("nDCG@10", *PRIORS, "mean"), rows)
    save_run("everything_quality", {str(row[0]): list(row[1:]) for row in rows}, arguments.output)


if __name__ == "__main__":
    main()
