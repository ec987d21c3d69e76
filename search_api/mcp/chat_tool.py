"""search_chat: messages of earlier conversations, as excerpts around what was found."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from search_api.budget import count_tokens, cut_to_tokens
from search_api.chat_fusion import Sort, Taste
from search_api.chat_search import ChatHit, ChatQuery, search_chat
from search_api.mcp.arguments import SearchChat
from search_api.mcp.cursors import read_cursor, write_cursor
from search_api.mcp.desk import Desk
from sql.chat import MOST_COUNTED, ChatFilters, ChatFreshness

MOST_RESULTS = 30
TOKENS_AROUND = 40
# Of the budget, for one message with its neighbours: at the default budget three or four are shown.
LARGEST_SHARE = 0.4
EXCERPT_CHARACTERS = 1000


def answer_search_chat(desk: Desk, asked: SearchChat) -> str:
    """The reply's text. Raises CodingitError."""
    desk.refuse_long_query(asked.query)
    with desk.timed("chat"):
        reply = search_chat(desk.database, desk.encoder, desk.caller, _query(asked))
    question = [asked.query, asked.role, asked.after, asked.before, asked.newest]
    keys = [str(hit.id) for hit in reply.results]
    start = 0 if asked.cursor is None else read_cursor(asked.cursor, question).position(keys)
    freshness = _freshness(reply.index)
    if not reply.results:
        return "\n".join(["No message found.", *freshness, _advice(asked)])
    if start >= len(keys):
        return f"No more messages: all {len(keys)} have been passed. Ask more narrowly, or in other words."
    around = TOKENS_AROUND + sum(count_tokens(line) for line in freshness)
    blocks = _blocks(reply.results[start:], asked.max_tokens - around, start + 1)
    passed = start + len(blocks)
    if passed < len(keys):
        blocks.append(f"More: cursor={write_cursor(question, passed, keys[passed - 1])}")
    return "\n\n".join([*freshness, *blocks])


def _query(asked: SearchChat) -> ChatQuery:
    return ChatQuery(
        query=asked.query,
        filters=ChatFilters(role=asked.role, after=asked.after, before=asked.before),
        taste=Taste(Sort.NEWEST if asked.newest else Sort.RELEVANCE),
        limit=MOST_RESULTS,
        neighbours=asked.context,
        excerpt=EXCERPT_CHARACTERS,
    )


def _blocks(hits: Sequence[ChatHit], budget: int, number: int) -> list[str]:
    blocks: list[str] = []
    left = budget
    nearby: set[UUID] = set()
    for hit in hits:
        heading = _heading(number + len(blocks), hit)
        room = min(left, int(budget * LARGEST_SHARE)) - count_tokens(heading) - 2
        if blocks and room < 1:
            break
        if hit.id in nearby:
            block = f"{heading} (shown above)"
        else:
            block = f"{heading}\n{_cut(_body(hit), max(1, room))}"
            nearby.update(near.id for near in hit.neighbours)
        cost = count_tokens(block) + 2
        if blocks and cost > left:
            break
        blocks.append(block)
        left -= cost
    return blocks


def _heading(number: int, hit: ChatHit) -> str:
    when = "" if hit.created_at is None else f"{hit.created_at:%Y-%m-%d %H:%M} "
    return f"[{number}] {when}{hit.role} in '{hit.session_title}'"


def _body(hit: ChatHit) -> str:
    """The excerpt, between its neighbours where they were asked for."""
    snippet = hit.snippet
    excerpt = f"{'...' if snippet.start else ''}{snippet.text.strip()}"
    before = [f"{near.role}: {near.content.strip()}" for near in hit.neighbours if near.distance < 0]
    after = [f"{near.role}: {near.content.strip()}" for near in hit.neighbours if near.distance > 0]
    if not before and not after:
        return excerpt
    return "\n".join([*before, f"{hit.role} (found): {excerpt}", *after])


def _cut(text: str, room: int) -> str:
    kept = cut_to_tokens(text, room)
    return text if len(kept) == len(text) else f"{cut_to_tokens(text, max(1, room - 1)).rstrip()}..."


def _freshness(index: ChatFreshness) -> list[str]:
    lines = []
    if index.pending:
        # No more are counted.
        count = f"at least {index.pending}" if index.pending >= MOST_COUNTED else str(index.pending)
        lines.append(f"Still indexing; messages that only their words find as yet: {count}. Ask again for those.")
    if index.failed:
        lines.append(f"Messages that failed to be indexed, so that only their words find them: {index.failed}.")
    return lines


def _advice(asked: SearchChat) -> str:
    filters = [name for name in ("role", "after", "before") if getattr(asked, name) is not None]
    if filters:
        return f"Leave out {' and '.join(filters)}, or use other words."
    return "Use other words or fewer; chats are only found here when this workspace keeps them."
