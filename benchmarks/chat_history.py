"""A history of chats about development, and questions with the messages that answer them: the same at every run.

benchmarks/chat_topics.json holds what was written by hand: a problem, its answer, an exact name in it,
questions in other words, a misspelt one, and for some an older answer that the newer one replaced. Around them stand
distractors made of templates: requests and reports that speak of the same things and answer nothing, and output of
tools with the same names.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

TOPICS = Path(__file__).parent / "chat_topics.json"
START = datetime(2025, 1, 6, 9, tzinfo=UTC)
NEWER = timedelta(days=180)
# Sessions around each topic that answer nothing, and turns in each.
DISTRACTORS = 4
TURNS = 6

ASKED = (
    "Can you add a test for {name}?",
    "Please have a look at {name} again, the reviewer does not like the naming.",
    "What is the state of {title}?",
    "Write a short summary of {title} for the weekly meeting.",
    "Run the tests around {title} please.",
    "Rename the file in which {name} lives, it is confusing.",
    "Is there a ticket for {title}? {words} came up again with {other}.",
    "Let us talk about {other} first, {title} can wait.",
    "Open a pull request for {name}.",
    "Where do I find the dashboard for {words}?",
)
REPLIED = (
    "Done. I added the test, it passes locally and in CI.",
    "I looked at {title}: the code reads well, I left three comments about naming.",
    "All 214 tests pass, the ones about {words} took 12 seconds.",
    "There is a ticket for {title}, it is planned for the next sprint together with {other}.",
    "The summary: {title} is in progress, {other} is finished, nothing is blocked.",
    "I renamed the file and updated the imports; {name} itself is unchanged.",
    "The pull request is open, two reviewers were asked. It touches {name} and its tests.",
    "The dashboard has a panel for {words}; I added an alert that warns the team on call.",
    "I would do {other} first, because {title} depends on the decision of the product team.",
    "Nothing in the logs about {words} since yesterday.",
)
LOGGED = (
    "src/{slug}/service.py:{line}: from app.settings import {name}",
    "tests/test_{slug}.py:{line}:    assert {name} is not None",
    "{when} INFO  app.{slug} request_id={id} status=200 duration_ms={line}",
    "{when} WARN  app.{slug} {name} took {line} ms",
    "./docs/{slug}.md:{line}:| `{name}` | see below |",
)


@dataclass(frozen=True, slots=True)
class SaidMessage:
    """A message of the history; `key` is its id in the labels, and from it comes its id in the database."""

    key: str
    session: str
    title: str
    role: str
    kind: str
    content: str
    at: datetime

    @property
    def id(self) -> UUID:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"message:{self.key}")


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """A question with the keys of the messages that answer it; `topic` says which half of the set it is in."""

    topic: int
    category: str
    text: str
    targets: tuple[str, ...]
    after: datetime | None = None
    before: datetime | None = None
    recency: float = 0.0


def read_topics() -> list[dict[str, Any]]:
    topics: list[dict[str, Any]] = json.loads(TOPICS.read_text(encoding="utf-8"))
    return topics


def make_history(topics: Sequence[dict[str, Any]]) -> list[SaidMessage]:
    """Every message, session by session."""
    choice = random.Random(20261125)
    return [message for number in range(len(topics)) for message in _about(topics, number, choice)]


def make_questions(topics: Sequence[dict[str, Any]]) -> list[ChatQuestion]:
    return [question for number, topic in enumerate(topics) for question in _questions(number, topic)]


def _about(topics: Sequence[dict[str, Any]], number: int, choice: random.Random) -> Iterator[SaidMessage]:
    topic = topics[number]
    begun = START + timedelta(days=number % 30, hours=number % 7)
    if "older" in topic:
        turns = [("older:said", "user", topic["said"].split(",")[0] + "?"), ("older", "assistant", topic["older"])]
        yield from _session(f"{number}:old", topic["title"] + " (first talk)", begun, turns)
    turns = [
        ("hello", "user", f"Good morning. Today: {topic['title']}."),
        ("said", "user", topic["said"]),
        ("look", "assistant", "Let me look at the code and the logs before I guess."),
        ("answer", "assistant", topic["answer"]),
        ("thanks", "user", "Thanks, that makes sense. Please commit it."),
        ("done", "assistant", "Committed and pushed. CI is green."),
    ]
    yield from _session(str(number), topic["title"], begun + NEWER, turns)
    for place in range(DISTRACTORS):
        at = begun + timedelta(days=choice.randrange(0, 330), minutes=choice.randrange(600))
        yield from _distraction(topics, number, place, at, choice)


def _session(key: str, title: str, at: datetime, turns: Sequence[tuple[str, str, str]]) -> Iterator[SaidMessage]:
    for place, (name, role, content) in enumerate(turns):
        message_key = f"{key.partition(':')[0]}:{name}"
        yield SaidMessage(message_key, key, title, role, "message", content, at + timedelta(minutes=place))


def _distraction(
    topics: Sequence[dict[str, Any]], number: int, place: int, at: datetime, choice: random.Random
) -> Iterator[SaidMessage]:
    topic = topics[number]
    facts = topic_facts(topic, choice.choice(topics), choice)
    session = f"{number}:distraction{place}"
    for turn in range(TURNS):
        key = f"{session}:{turn}"
        role = ("user", "assistant")[turn % 2]
        when = at + timedelta(minutes=turn)
        if turn == TURNS - 3:
            yield SaidMessage(key, session, "Chores", "assistant", "tool", _log(facts, when, choice), when)
            continue
        text = choice.choice(ASKED if role == "user" else REPLIED).format(**facts)
        yield SaidMessage(key, session, "Chores", role, "message", text, when)


def topic_facts(topic: dict[str, Any], other: dict[str, Any], choice: random.Random) -> dict[str, str]:
    """What templates say about a topic."""
    words = [word.strip(".,:?") for word in topic["said"].split() if len(word) > 4]
    return {
        "name": topic["identifier"],
        "title": topic["title"].lower(),
        "other": other["title"].lower(),
        "words": " and ".join(choice.sample(words, min(2, len(words)))),
        "slug": topic["title"].lower().replace(" ", "_"),
    }


def _log(facts: dict[str, str], at: datetime, choice: random.Random) -> str:
    return "\n".join(
        choice.choice(LOGGED).format(
            **facts, line=choice.randrange(1, 900), when=at.isoformat(), id=f"{choice.getrandbits(48):012x}"
        )
        for _ in range(choice.randrange(5, 40))
    )


def _questions(number: int, topic: dict[str, Any]) -> Iterator[ChatQuestion]:
    answer, said = f"{number}:answer", f"{number}:said"
    for text in topic["paraphrases"]:
        yield ChatQuestion(number, "paraphrase", text, (answer, said))
    yield ChatQuestion(number, "name", topic["identifier"], (answer,))
    yield ChatQuestion(number, "name in words", f"why did we need {topic['identifier']}", (answer,))
    yield ChatQuestion(number, "misspelt", topic["misspelt"], (answer, said))
    words = topic["answer"].split()
    yield ChatQuestion(number, "phrase", f'"{" ".join(words[3:8]).strip(".,;:()")}"', (answer,))
    if "older" in topic:
        older, middle = f"{number}:older", START + timedelta(days=100)
        yield ChatQuestion(number, "in time", topic["time"], (answer,), after=middle)
        yield ChatQuestion(number, "in time", topic["time"], (older,), before=middle)
        yield ChatQuestion(number, "latest", topic["time"], (answer,), recency=0.5)
