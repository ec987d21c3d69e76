"""The questions a chat search asks of the database, one function a query."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models.errors import NotFoundError
from sql.database import Connection
from sql.loading import query

# A hundred messages of a megabyte each would be read for a hundred snippets.
MOST_READ = 200_000
# The parser takes about a millisecond for 10,000 characters.
MOST_MARKED = 20_000

# A count of all of a long history that waits would cost each search more than the search.
MOST_COUNTED = 10_000


class Evidence(StrEnum):
    """Why a message is a candidate."""

    WORDS = "words"
    LITERAL = "literal"
    ANY = "any"
    SIMILAR = "similar"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class WordGroup:
    """One alternative of a full-text query.

    `words` holds all of it and `plain` what is left without the words that the English parser cuts strangely, both in
    websearch syntax; `holds` are LIKE patterns of those words, `lacks` of those that no answer has.
    """

    words: str
    plain: str = ""
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatFilters:
    """Which messages count; None leaves a filter out. `after` is inclusive, `before` is not; any of `tags` will do.

    `without_output` leaves out what tools wrote and long pasted output.
    """

    session_id: UUID | None = None
    role: str | None = None
    model: str | None = None
    tags: Sequence[str] | None = None
    after: datetime | None = None
    before: datetime | None = None
    without_output: bool = False


@dataclass(frozen=True, slots=True)
class ChatVector:
    """What to look for by meaning: a unit vector as text, and the generation it belongs to.

    `without` holds words that no answer has, in websearch syntax.
    """

    model_id: int
    vector: str
    without: str | None = None


@dataclass(frozen=True, slots=True)
class ChatCandidateQuery:
    """What to look for, by kind of evidence; the header of search_chat_candidates says what each means."""

    groups: Sequence[WordGroup]
    literal: str | None
    any_words: Sequence[str] | None
    similar: Sequence[str] | None
    without: str | None
    widen_known: bool
    # `similar`, and sorted by time `any_words`, are asked when the others find less.
    enough: int
    filters: ChatFilters
    newest: bool
    most: int
    meaning: ChatVector | None = None
    # Which generation the freshness is told of; None as long as there is none.
    model_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChatCandidate:
    """One piece of evidence; scores compare within their kind only. `size` is the message's length in bytes."""

    id: UUID
    created_at: datetime | None
    evidence: Evidence
    score: float
    is_output: bool = False
    size: int = 0
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ChatFreshness:
    """Messages of the caller's that wait to be embedded, and those that failed; words find both.

    No more than MOST_COUNTED are counted.
    """

    pending: int
    failed: int


@dataclass(frozen=True, slots=True)
class FoundChat:
    """Candidates of every kind of evidence, and how fresh the index of meanings is."""

    candidates: list[ChatCandidate]
    freshness: ChatFreshness


@dataclass(frozen=True, slots=True)
class Marks:
    """How found words are marked in a text; the marks must not occur in it."""

    words: str | None
    start: str
    stop: str


@dataclass(frozen=True, slots=True)
class ChatWinner:
    """A message as the caller may read it; `marked` is its beginning with marks, None where none were asked.

    Of `content` there are the first MOST_READ characters.
    """

    id: UUID
    message_id: str
    session_id: UUID
    session_key: str
    session_title: str
    role: str
    model: str | None
    created_at: datetime | None
    content: str
    marked: str | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A message `distance` places after another (before, when negative), cut to a length."""

    id: UUID
    distance: int
    role: str
    created_at: datetime | None
    content: str
    cut: bool


def find_chat_candidates(connection: Connection, wanted: ChatCandidateQuery) -> FoundChat:
    """Evidence, best first within its kind. Raises NotFoundError for a session that the caller does not have."""
    filters = wanted.filters
    scope = {
        "session_id": filters.session_id,
        "role": filters.role,
        "model": filters.model,
        "tags": None if filters.tags is None else list(filters.tags),
        "after": filters.after,
        "before": filters.before,
        "without_output": filters.without_output,
        "most": wanted.most,
    }
    parameters = {
        **scope,
        "groups": json.dumps([_group(group) for group in wanted.groups]),
        "literal": wanted.literal,
        "any_words": None if wanted.any_words is None else list(wanted.any_words),
        "similar": None if wanted.similar is None else list(wanted.similar),
        "without": wanted.without,
        "widen_known": wanted.widen_known,
        "enough": wanted.enough,
        "newest": wanted.newest,
    }
    # All are sent before any is fetched.
    by_text = connection.execute(query("chat/chat_candidates"), parameters) if _asks_for_text(wanted) else None
    meaning = wanted.meaning
    near = None
    if meaning is not None:
        about = {"model_id": meaning.model_id, "vector": meaning.vector, "without": meaning.without}
        near = connection.execute(query("chat/chat_meaning"), {**scope, **about})
    counts = "chat/chat_unindexed" if wanted.model_id is None else "chat/chat_counts"
    counted = connection.execute(query(counts), {"model_id": wanted.model_id, "most_counted": MOST_COUNTED})
    visible = connection.execute(query("chat/session_is_visible"), parameters)
    rows = by_text.fetchall() if by_text is not None else []
    near_rows = near.fetchall() if near is not None else []
    freshness = ChatFreshness(*(counted.fetchone() or (0, 0)))
    if filters.session_id is not None and visible.fetchone() != (True,):
        raise NotFoundError("There is no such chat session.")
    found = [ChatCandidate(row[0], row[1], Evidence(row[2]), row[3] or 0.0, row[4], row[5]) for row in rows]
    found += [
        ChatCandidate(row[0], row[1], Evidence.MEANING, row[2], row[3], row[4], (row[5], row[6])) for row in near_rows
    ]
    return FoundChat(found, freshness)


def read_chat_winners(
    connection: Connection, message_ids: Sequence[UUID], marks: Marks, neighbours: int, neighbour_characters: int
) -> tuple[dict[UUID, ChatWinner], dict[UUID, list[Neighbour]]]:
    """The messages by id, and the neighbours of each; what the caller may not read, or no longer, is missing."""
    if not message_ids:
        return {}, {}
    parameters = {
        "message_ids": list(message_ids),
        "words": marks.words,
        "start_mark": marks.start,
        "stop_mark": marks.stop,
        "most_marked": MOST_MARKED,
        "most_read": MOST_READ,
        "neighbours": neighbours,
        "most_characters": neighbour_characters,
    }
    read = connection.execute(query("chat/chat_winners"), parameters)
    near = connection.execute(query("chat/chat_neighbours"), parameters) if neighbours else None
    winners = {row[0]: ChatWinner(*row) for row in read.fetchall()}
    around: dict[UUID, list[Neighbour]] = {}
    for row in near.fetchall() if near is not None else ():
        around.setdefault(row[0], []).append(Neighbour(*row[1:]))
    return winners, around


def _asks_for_text(wanted: ChatCandidateQuery) -> bool:
    return bool(wanted.groups) or any(each is not None for each in (wanted.literal, wanted.any_words, wanted.similar))


def _group(group: WordGroup) -> Mapping[str, object]:
    return {"words": group.words, "plain": group.plain, "holds": list(group.holds), "lacks": list(group.lacks)}
