"""The use case of chat search: read the query, find candidates, fuse the evidence, read the winners as the caller."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from time import perf_counter
from uuid import UUID

from models.caller import Caller
from models.errors import InvalidRequestError
from search_api.chat_fusion import Fused, Sort, fuse
from search_api.chat_syntax import Alternative, ParsedQuery, Wanted, all_of, any_of, like_pattern, parse_query
from search_api.snippets import SNIPPET_LENGTH, Snippet, cut_snippet, find_literal, find_marked, find_similar
from sql.chat import (
    ChatCandidateQuery,
    ChatFilters,
    ChatWinner,
    Evidence,
    Marks,
    Neighbour,
    WordGroup,
    find_chat_candidates,
    read_chat_winners,
)
from sql.database import Database

MOST_CANDIDATES = 200
# Rows that turn out to be unreadable leave room for the next.
SPARE_WINNERS = 5
# Each alternative with a path or a call in it is a query of its own.
MOST_ALTERNATIVES = 16
# Of the words of a long query, those that are looked for singly; the first ones say the most.
MOST_SINGLE_WORDS = 32
NEIGHBOUR_CHARACTERS = 1000


class ChatMode(StrEnum):
    """How to look: by words, by similar spelling, by a piece of text as it stands, or by all together."""

    HYBRID = "hybrid"
    FULLTEXT = "fulltext"
    FUZZY = "fuzzy"
    SUBSTRING = "substring"


@dataclass(frozen=True, slots=True)
class ChatQuery:
    """A chat search as the doors hand it in: validated there."""

    query: str
    mode: ChatMode = ChatMode.HYBRID
    filters: ChatFilters = field(default_factory=ChatFilters)
    sort: Sort = Sort.RELEVANCE
    limit: int = 10
    neighbours: int = 0
    # Characters of a message that are shown at most.
    excerpt: int = SNIPPET_LENGTH


@dataclass(frozen=True, slots=True)
class ChatHit:
    """A message that answers; `score` compares within one reply, `evidence` says how it was found."""

    id: UUID
    message_id: str
    session_id: UUID
    session_key: str
    session_title: str
    role: str
    model: str | None
    created_at: datetime | None
    score: float
    evidence: tuple[Evidence, ...]
    snippet: Snippet
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class ChatReply:
    """Hits in the order that was asked for."""

    results: tuple[ChatHit, ...]
    took_ms: float


def search_chat(database: Database, caller: Caller, query: ChatQuery) -> ChatReply:
    """Answer a query from the caller's own messages. Raises CodingitError."""
    started = perf_counter()
    if not query.query.strip():
        raise InvalidRequestError("The query is empty.", hint="Say which words, or which piece of text, to find.")
    parsed = parse_query(query.query)
    wanted = _candidate_query(query, parsed)
    marks = _marks(query, parsed)
    with database.acting_as(caller) as connection:
        fused = fuse(find_chat_candidates(connection, wanted), query.sort)[: query.limit + SPARE_WINNERS]
        winners, around = read_chat_winners(
            connection, [each.id for each in fused], marks, query.neighbours, NEIGHBOUR_CHARACTERS
        )
    hits = [
        _hit(query, parsed, marks, each, winners[each.id], around.get(each.id, ()))
        for each in fused
        if each.id in winners
    ]
    return ChatReply(tuple(hits[: query.limit]), round((perf_counter() - started) * 1000, 2))


def _candidate_query(query: ChatQuery, parsed: ParsedQuery) -> ChatCandidateQuery:
    mode = query.mode
    words = parsed.words[:MOST_SINGLE_WORDS]
    if mode is ChatMode.FULLTEXT and not parsed.alternatives:
        raise InvalidRequestError(
            "The query names no word to look for.", hint="Words after a minus are left out; add one that is wanted."
        )
    # Quotes, 'or' and minus say exactly what is wanted, and it is not widened.
    widens = mode is ChatMode.HYBRID and parsed.is_plain
    literal = mode is ChatMode.SUBSTRING or (mode is ChatMode.HYBRID and (parsed.is_plain or not parsed.alternatives))
    refused = tuple(item.text for each in parsed.alternatives for item in each.refused)
    return ChatCandidateQuery(
        groups=_groups(parsed) if mode in (ChatMode.FULLTEXT, ChatMode.HYBRID) else (),
        literal=like_pattern(query.query if mode is ChatMode.SUBSTRING else query.query.strip()) if literal else None,
        any_word=any_of(words) if widens and len(words) > 1 else None,
        similar=words if words and (widens or mode is ChatMode.FUZZY) else None,
        without=any_of(refused) if refused and mode is ChatMode.FUZZY else None,
        widen_known=mode is ChatMode.FUZZY,
        # Sorted by time, weaker evidence would push what was asked for off the page.
        enough=query.limit if query.sort is Sort.RELEVANCE else 1,
        filters=query.filters,
        newest=query.sort is Sort.NEWEST,
        most=MOST_CANDIDATES,
    )


def _groups(parsed: ParsedQuery) -> tuple[WordGroup, ...]:
    """One group an alternative with odd words in it, and one for all the others together."""
    odd = [each for each in parsed.alternatives if any(item.is_odd for item in each.items)]
    plain = [each for each in parsed.alternatives if each not in odd]
    if len(odd) > MOST_ALTERNATIVES:
        raise InvalidRequestError(
            f"The query has more than {MOST_ALTERNATIVES} alternatives with paths or calls in them.",
            hint="Ask for fewer at once.",
        )
    together = (WordGroup(" or ".join(all_of(each.items) for each in plain)),) if plain else ()
    return together + tuple(_odd_group(each) for each in odd)


def _odd_group(alternative: Alternative) -> WordGroup:
    holds = sorted((item.text for item in alternative.wanted if item.is_odd), key=len, reverse=True)
    return WordGroup(
        words=all_of(alternative.items),
        plain=all_of(tuple(item for item in alternative.items if not item.is_odd)),
        # The first is asked of the index: the longest has the most trigrams.
        holds=tuple(map(like_pattern, holds)),
        lacks=tuple(like_pattern(item.text) for item in alternative.refused if item.is_odd),
    )


def _marks(query: ChatQuery, parsed: ParsedQuery) -> Marks:
    # A message cannot hold marks that nobody could know of.
    nonce = secrets.token_hex(8)
    words = None if query.mode is ChatMode.SUBSTRING or not parsed.words else any_of(parsed.words[:MOST_SINGLE_WORDS])
    return Marks(words, f"\x02{nonce}\x02", f"\x03{nonce}\x03")


def _hit(
    query: ChatQuery,
    parsed: ParsedQuery,
    marks: Marks,
    fused: Fused,
    winner: ChatWinner,
    neighbours: Sequence[Neighbour],
) -> ChatHit:
    spans = find_literal(winner.content, query.query if query.mode is ChatMode.SUBSTRING else query.query.strip())
    if query.mode is not ChatMode.SUBSTRING:
        spans += [span for each in parsed.words if Wanted(each).is_odd for span in find_literal(winner.content, each)]
    if winner.marked is not None:
        spans += find_marked(winner.content, winner.marked, marks.start, marks.stop)
    if Evidence.SIMILAR in fused.evidence:
        spans += find_similar(winner.content, parsed.words)
    return ChatHit(
        id=winner.id,
        message_id=winner.message_id,
        session_id=winner.session_id,
        session_key=winner.session_key,
        session_title=winner.session_title,
        role=winner.role,
        model=winner.model,
        created_at=winner.created_at,
        score=round(fused.score, 5),
        evidence=fused.evidence,
        snippet=cut_snippet(winner.content, spans, query.excerpt),
        neighbours=tuple(neighbours),
    )
