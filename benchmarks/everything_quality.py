"""How well one list over code, chats and tasks puts the right kind first, and what each part of the merge is worth.

    python -m benchmarks.everything_quality [--packages FOLDER] [--data FOLDER] [--opened] [--weak] [--output RUN.json]

One user has this project's own sources (questions: benchmarks/queries/own.json), the chats of the even topics of
benchmarks/chat_history.py, and the problems of its odd topics as tasks among four times as many requests about the
same things; then the same with the topics changed over. Questions about chats and tasks are those in other words,
misspelt ones and names. Each name that is asked of the code is mentioned in a chat and in a task as well, which answer
nothing. Told are nDCG@10 by what is asked for: of each kind's own search (what a user gets who knows
where to look), of the one list as it is, and of the list with numbers fitted to four fifths of the topics and files
(with --packages, which adds the sources of benchmarks/sources.py: repositories) and measured on the fifth, with and
without its parts; and of the same questions when they open with words that name their kind, or another one. --opened
asks these as they stand too, as if nothing read such words. --weak lists what one list loses most.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from statistics import fmean
from typing import Any

import psycopg

from benchmarks.calibration import (
    FIT_WORTHS,
    KINDS,
    Asked,
    Question,
    ask_again,
    cross_validate,
    fit,
    means,
)
from benchmarks.chat_history import ASKED as REQUESTS
from benchmarks.chat_history import START, SaidMessage, make_history, make_questions, read_topics, topic_facts
from benchmarks.chat_quality import write_history
from benchmarks.labels import SHIPPED, read_queries
from benchmarks.reporting import print_table, save_run
from benchmarks.sources import OWN, copy_own_sources
from benchmarks.workspace import Workspace, workspace
from indexer.worker import Worker
from models.caller import user
from models.encoder import Encoder, load_encoder
from search_api import comparing
from search_api.active_encoder import ActiveEncoder
from search_api.comparing import Ranked
from search_api.everything import MERGING, NAMED_KIND, FoundThing, ResultType, find_each
from sql.database import Database

FOLDERS = ("models", "sql", "indexer", "search_api")
CATEGORIES = ("paraphrase", "misspelt", "name")
# Requests among the tasks that answer nothing, for each that answers.
DISTRACTORS = 4
# Words that name a kind, before each question in turn.
OPENINGS = {
    ResultType.CODE: ("the code for {}", "where in the code is {}", "which function: {}", "the file about {}"),
    ResultType.CHAT: ("who said {}", "what did we say about {}", "the chat about {}", "in which conversation was {}"),
    ResultType.TASK: ("the task about {}", "which task is about {}", "my task: {}", "is there a task for {}"),
}
# What is said about a name of the code.
MENTIONS = tuple(each for each in REQUESTS if "{name}" in each and each.count("{") == 1)

Found = list[Ranked[FoundThing]]


def put_code(place: Workspace, packages: Path | None) -> list[Question]:
    """Write the sources; the questions about them."""
    with tempfile.TemporaryDirectory() as scratch:
        copy_own_sources(Path(scratch) / OWN, FOLDERS)
        folders = [Path(scratch) / OWN, *(sorted(packages.iterdir()) if packages else ())]
        # A folder of packages may hold this project as well, whole.
        there = {folder.name: folder for folder in reversed(folders)}
        for name, folder in there.items():
            place.put_directory(folder, name)
    return [
        Question(
            ResultType.CODE,
            each.category,
            each.repo if packages else each.relevant[0],
            each.query,
            tuple(f"{each.repo}/{target}" for target in each.targets),
        )
        for each in read_queries(SHIPPED)
        if each.repo in there
    ]


def typed_names(code: Sequence[Question]) -> list[str]:
    return [each.text for each in code if each.category == "symbol"]


def mention(names: Sequence[str]) -> list[SaidMessage]:
    """Messages that name them and answer nothing."""
    return [
        SaidMessage(f"mention:{name}", "mentions", "Chores", "user", "message", text.format(name=name), START)
        for name, text in zip(names, cycle(MENTIONS), strict=False)
    ]


def put_chats(place: Workspace, half: int, names: Sequence[str]) -> list[Question]:
    """Write the chats of every second topic, and messages about the names; the questions that they answer."""
    topics = read_topics()[half::2]
    with psycopg.connect(place.url) as connection:
        connection.execute("delete from chat_sessions where user_id = %s", (place.user_id,))
        write_history(connection, place.user_id, [*make_history(topics), *mention(names)])
    return [
        Question(ResultType.CHAT, each.category, f"topic {topics[each.topic]['title']}", each.text, each.targets)
        for each in make_questions(topics)
        if each.category in CATEGORIES
    ]


def put_tasks(place: Workspace, half: int, names: Sequence[str]) -> list[Question]:
    """Write the problems of every second topic as tasks, among requests and what names the names; the questions."""
    topics = read_topics()[half::2]
    choice = random.Random(20261125)
    prompts = {f"{each['title']}: {each['said']} Have a look at {each['identifier']}.": each for each in topics}
    requests = [
        choice.choice(REQUESTS).format(**topic_facts(each, choice.choice(topics), choice))
        for each in topics
        for _ in range(DISTRACTORS)
    ]
    requests += [each.content for each in mention(names)]
    questions = []
    with psycopg.connect(place.url) as connection:
        connection.execute("delete from tasks where user_id = %s", (place.user_id,))
        for prompt in choice.sample([*prompts, *requests], len(prompts) + len(requests)):
            row = connection.execute(
                "insert into tasks (user_id, prompt) values (%s, %s) returning id::text", (place.user_id, prompt)
            ).fetchone()
            if row is None:
                raise RuntimeError("an insert returned no row")
            if topic := prompts.get(prompt):
                asked = [("paraphrase", text) for text in topic["paraphrases"]]
                asked += [("misspelt", topic["misspelt"]), ("name", topic["identifier"])]
                group = f"topic {topic['title']}"
                questions += [Question(ResultType.TASK, category, group, text, (row[0],)) for category, text in asked]
    return questions


class Patient(ActiveEncoder):
    """As with a model that takes its time: tasks are found by their words."""

    def text_rows(self) -> None:
        return None


def ask(place: Workspace, encoder: Encoder, questions: Sequence[Question]) -> tuple[list[Found], list[Found]]:
    """What was found for each, and what would be found with a model that takes its time."""
    caller = user(place.user_id)
    with Database(place.url, vectors=True, max_size=3) as database:
        Worker(database, encoder).run_until_idle()
        quick, patient = (of(database, lambda _: encoder) for of in (ActiveEncoder, Patient))
        return (
            [find_each(database, quick, caller, each.text) for each in questions],
            [find_each(database, patient, caller, each.text) for each in questions],
        )


def open_with_kinds(questions: Sequence[Question]) -> list[Question]:
    """Each with words before it that name its kind."""
    opened = []
    for place, each in enumerate(questions):
        openings = OPENINGS[ResultType(each.kind)]
        opened.append(replace(each, text=openings[place % len(openings)].format(each.text)))
    return opened


def measure_openings(asked: Sequence[Asked]) -> list[tuple[object, ...]]:
    """Once the words are read and taken off, what is found is what is found without them; only the leaning differs."""
    right = [each.question.kind for each in asked]
    others = [[KINDS[(KINDS.index(kind) + step) % len(KINDS)] for kind in right] for step in (1, 2)]
    wrong = [cross_validate(asked, kinds, NAMED_KIND) for kinds in others]
    return [
        ("opened with its kind, cross-validated", *means(asked, cross_validate(asked, right, NAMED_KIND))),
        ("opened with another one", *means(asked, [fmean(pair) for pair in zip(*wrong, strict=True)])),
    ]


def without_meaning(found: Found) -> Found:
    return [replace(each, meaning=None) for each in found]


def measure(
    questions: Sequence[Question], found: Sequence[Found], patiently: Sequence[Found]
) -> tuple[list[tuple[object, ...]], list[Asked]]:
    """The rows of the table, and the questions as they were asked."""
    worths = sorted({*FIT_WORTHS, MERGING.fit_worth})

    def asked_with(some: Sequence[Found]) -> list[Asked]:
        return [ask_again(each, results, worths) for each, results in zip(questions, some, strict=True)]

    whole, patient = asked_with(found), asked_with(patiently)
    kept, comparing.LIKE_ENOUGH = comparing.LIKE_ENOUGH, 2.0
    spelt = asked_with(found)
    comparing.LIKE_ENOUGH = kept
    rows: list[tuple[object, ...]] = [
        ("each kind's own search", *means(whole, [each.ndcg_of_kind() for each in whole])),
        ("one list as it is", *means(whole, [each.ndcg(MERGING) for each in whole])),
        ("one list, cross-validated", *means(whole, cross_validate(whole))),
    ]
    for name, asked in (
        ("  without similar spelling", spelt),
        ("  without comparing meaning", asked_with([without_meaning(each) for each in found])),
        ("  without a typed name's definition first", [each.without_definitions() for each in whole]),
        ("  and tasks by words (other models)", patient),
    ):
        rows.append((name, *means(asked, cross_validate(asked))))
    rows.append(("other models: each kind's own search", *means(patient, [each.ndcg_of_kind() for each in patient])))
    rows.append(("other models: one list as it is", *means(patient, [each.ndcg(MERGING) for each in patient])))
    return rows, whole


def by_category(asked: Sequence[Asked]) -> list[tuple[object, ...]]:
    groups: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for each in asked:
        groups[each.question.kind, each.question.category].append(each)
    return [
        (
            f"{kind}: {category}",
            len(some),
            fmean(one.ndcg_of_kind() for one in some),
            fmean(one.ndcg(MERGING) for one in some),
            fmean(one.without_definitions().ndcg(MERGING) for one in some),
        )
        for (kind, category), some in sorted(groups.items())
    ]


def list_weak(asked: Sequence[Asked]) -> None:
    lost = [(each.ndcg_of_kind() - each.ndcg(MERGING), each.question) for each in asked]
    for loss, question in sorted(lost, key=lambda one: -one[0])[:40]:
        print(f"{loss:.2f} {question.kind}, {question.category}: {question.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, help="a folder that benchmarks.sources has made")
    parser.add_argument("--data", type=Path, help="keep the database here")
    parser.add_argument("--opened", action="store_true", help="ask them with words that name their kind as well")
    parser.add_argument("--weak", action="store_true", help="list what one list loses most")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    encoder = load_encoder()
    questions: list[Question] = []
    found: list[Found] = []
    patiently: list[Found] = []
    opened: list[Found] = []
    with workspace(arguments.data) as place:
        code = put_code(place, arguments.packages)
        names = typed_names(code)
        for half in (0, 1):
            now = [*code, *put_chats(place, half, names), *put_tasks(place, 1 - half, names)]
            questions += now
            quick, patient = ask(place, encoder, now)
            found += quick
            patiently += patient
            if arguments.opened:
                opened += ask(place, encoder, open_with_kinds(now))[0]
    rows, asked = measure(questions, found, patiently)
    rows += measure_openings(asked)
    if arguments.opened:
        standing = [ask_again(*each, FIT_WORTHS) for each in zip(open_with_kinds(questions), opened, strict=True)]
        rows.append(("  as it stands, without leaning", *means(standing, cross_validate(standing))))
    print_table(f"{len(questions)} questions", ("nDCG@10", *KINDS, "mean"), rows)
    columns = ("asked for", "questions", "own search", "one list", "without definitions first")
    print_table("by category", columns, by_category(asked))
    print("fitted to all:", fit(asked))
    if arguments.weak:
        list_weak(asked)
    figures: dict[str, Any] = {str(row[0]).strip(): list(row[1:]) for row in rows}
    save_run("everything_quality", figures, arguments.output)


if __name__ == "__main__":
    main()
