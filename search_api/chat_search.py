"""The use case of chat search: read the query, find candidates, fuse the evidence, read the winners as the caller."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from time import perf_counter
from uuid import UUID

from models.caller import Caller
from models.errors import InvalidRequestError
from search_api.active_encoder import ActiveEncoder, QueryVector
from search_api.chat_fusion import Fused, Sort, Taste, ToolOutput, fuse
from search_api.chat_syntax import (
    Alternative,
    ParsedQuery,
    Wanted,
    all_of,
    any_of,
    like_pattern,
    names_within,
    parse_query,
)
from search_api.snippets import SNIPPET_LENGTH, Snippet, cut_snippet, find_literal, find_marked, find_similar
from sql.chat import (
    ChatCandidate,
    ChatCandidateQuery,
    ChatFilters,
    ChatFreshness,
    ChatVector,
    ChatWinner,
    Evidence,
    FoundChat,
    Marks,
    Neighbour,
    WordGroup,
    find_chat_candidates,
    read_chat_winners,
)
from sql.database import Database
from sql.failures import OutdatedModelError

MOST_CANDIDATES = 200
# Rows that turn out to be unreadable leave room for the next.
SPARE_WINNERS = 5
# Each alternative with a path or a call in it is a query of its own.
MOST_ALTERNATIVES = 16
# Of the words of a long query, those that are looked for singly; the first ones say the most.
MOST_SINGLE_WORDS = 32
# Of the names of code in a sentence, those that are looked for to the letter.
MOST_NAMES = 4
NEIGHBOUR_CHARACTERS = 1000


class ChatMode(StrEnum):
    """How to look: by meaning, by words, by similar spelling, by a piece of text as it stands, or by all together."""

    HYBRID = "hybrid"
    VECTOR = "vector"
    FULLTEXT = "fulltext"
    FUZZY = "fuzzy"
    SUBSTRING = "substring"


@dataclass(frozen=True, slots=True)
class ChatQuery:
    """A chat search as the doors hand it in: validated there."""

    query: str
    mode: ChatMode = ChatMode.HYBRID
    filters: ChatFilters = field(default_factory=ChatFilters)
    taste: Taste = field(default_factory=Taste)
    limit: int = 10
    neighbours: int = 0
    # Characters of a message that are shown at most.
    excerpt: int = SNIPPET_LENGTH


@dataclass(frozen=True, slots=True)
class ChatHit:
    """A message that answers; `score` compares within one reply, `evidence` says how it was found.

    `meaning` is the cosine of its nearest part with the query, where that was asked.
    """

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
    meaning: float | None = None


@dataclass(frozen=True, slots=True)
class ChatReply:
    """Hits in the order that was asked for, and how many messages can be found by their words alone so far."""

    results: tuple[ChatHit, ...]
    index: ChatFreshness
    took_ms: float


def search_chat(database: Database, encoder: ActiveEncoder, caller: Caller, query: ChatQuery) -> ChatReply:
    """Answer a query from the caller's own messages. Raises CodingitError."""
    started = perf_counter()
    if not query.query.strip():
        raise InvalidRequestError("The query is empty.", hint="Say which words, or which piece of text, to find.")
    parsed = parse_query(query.query)
    text = " ".join(parsed.words)
    wants_vector = query.mode in (ChatMode.HYBRID, ChatMode.VECTOR) and bool(text)
    vector = encoder.encode_query(text, wanted=wants_vector)
    try:
        hits, freshness = _search(database, encoder, caller, query, parsed, vector)
    except OutdatedModelError:
        # The index was switched to another model since this process looked: load it and ask once more.
        encoder.refresh()
        vector = encoder.encode_query(text, wanted=wants_vector)
        hits, freshness = _search(database, encoder, caller, query, parsed, vector)
    return ChatReply(hits, freshness, round((perf_counter() - started) * 1000, 2))


def find_evidence(database: Database, encoder: ActiveEncoder, caller: Caller, query: ChatQuery) -> list[ChatCandidate]:
    """What speaks for which message, before it is put in order: for measuring the fusion."""
    parsed = parse_query(query.query)
    text = " ".join(parsed.words)
    wanted = _candidate_query(query, parsed, encoder.encode_query(text, wanted=bool(text)))
    with database.acting_as(caller) as connection:
        return _kept(encoder, query, parsed, find_chat_candidates(connection, wanted))


def _search(
    database: Database,
    encoder: ActiveEncoder,
    caller: Caller,
    query: ChatQuery,
    parsed: ParsedQuery,
    vector: QueryVector,
) -> tuple[tuple[ChatHit, ...], ChatFreshness]:
    wanted = _candidate_query(query, parsed, vector)
    marks = _marks(query, parsed)
    with database.acting_as(caller) as connection:
        found = find_chat_candidates(connection, wanted)
        kept = _kept(encoder, query, parsed, found)
        fused = fuse(kept, query.taste, now=datetime.now(UTC))[: query.limit + SPARE_WINNERS]
        winners, around = read_chat_winners(
            connection, [each.id for each in fused], marks, query.neighbours, NEIGHBOUR_CHARACTERS
        )
    hits = [
        _hit(query, parsed, marks, each, winners[each.id], around.get(each.id, ()))
        for each in fused
        if each.id in winners
    ]
    return tuple(hits[: query.limit]), found.freshness


def _kept(encoder: ActiveEncoder, query: ChatQuery, parsed: ParsedQuery, found: FoundChat) -> list[ChatCandidate]:
    """What may be shown: nothing for meaning alone where the query says exactly what is wanted, or means nothing."""
    if query.mode is ChatMode.VECTOR and query.taste.sort is Sort.NEWEST:
        # The nearest so many; sorted by time, the rest would come first.
        return found.candidates[: query.limit + SPARE_WINNERS]
    if query.mode is ChatMode.VECTOR:
        return found.candidates
    said = {each.id for each in found.candidates if each.evidence is not Evidence.MEANING}
    if parsed.is_plain:
        # Words that neither the messages nor the model know are near to something by chance.
        return found.candidates if said or encoder.knows(" ".join(parsed.words)) else []
    return [each for each in found.candidates if each.id in said]


def _candidate_query(query: ChatQuery, parsed: ParsedQuery, vector: QueryVector) -> ChatCandidateQuery:
    mode = query.mode
    newest = query.taste.sort is Sort.NEWEST
    words = parsed.words[:MOST_SINGLE_WORDS]
    if mode is ChatMode.FULLTEXT and not parsed.alternatives:
        raise InvalidRequestError(
            "The query names no word to look for.", hint="Words after a minus are left out; add one that is wanted."
        )
    # Quotes, 'or' and minus say exactly what is wanted, and it is not widened.
    widens = mode is ChatMode.HYBRID and parsed.is_plain
    literal = mode is ChatMode.SUBSTRING or (mode is ChatMode.HYBRID and (parsed.is_plain or not parsed.alternatives))
    refused = tuple(item.text for each in parsed.alternatives for item in each.refused)
    # Sorted by time, what holds a name of the query and nothing else of it would push what was asked for off the page.
    named = names_within(parsed)[:MOST_NAMES] if widens and not newest else ()
    return ChatCandidateQuery(
        groups=(
            *(_groups(parsed) if mode in (ChatMode.FULLTEXT, ChatMode.HYBRID) else ()),
            *(WordGroup("", holds=(like_pattern(name),)) for name in named),
        ),
        literal=like_pattern(query.query if mode is ChatMode.SUBSTRING else query.query.strip()) if literal else None,
        any_words=words if widens and words else None,
        similar=words if words and (widens or mode is ChatMode.FUZZY) else None,
        without=any_of(refused) if refused and mode is ChatMode.FUZZY else None,
        widen_known=mode is ChatMode.FUZZY,
        # Sorted by time, weaker evidence would push what was asked for off the page.
        enough=1 if newest else query.limit,
        filters=replace(query.filters, without_output=query.taste.tool_output is ToolOutput.EXCLUDE),
        newest=newest,
        most=MOST_CANDIDATES,
        meaning=_meaning(query, refused, vector),
        model_id=vector.model_id,
    )


def _meaning(query: ChatQuery, refused: Sequence[str], vector: QueryVector) -> ChatVector | None:
    # Newest first, what is only near in meaning would push what was asked for off the page.
    if query.mode is ChatMode.HYBRID and query.taste.sort is Sort.NEWEST:
        return None
    if vector.model_id is None or vector.text is None:
        return None
    return ChatVector(vector.model_id, vector.text, any_of(refused) if refused else None)


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
    # A word of the query may have been taken for one that is spelt like it.
    if Evidence.SIMILAR in fused.evidence or (Evidence.ANY in fused.evidence and not spans):
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
        snippet=cut_snippet(winner.content, spans, query.excerpt, around=fused.span),
        neighbours=tuple(neighbours),
        meaning=fused.meaning,
    )
