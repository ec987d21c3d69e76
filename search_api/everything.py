"""The use case of searching everything: code, chats and tasks, each by its own search, answered in one ranked list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from time import perf_counter
from uuid import UUID

from models.caller import Caller
from models.errors import InvalidRequestError
from models.kinds import ChunkKind
from models.reranker import Reranker
from search_api.active_encoder import ActiveEncoder
from search_api.asked_kind import read_asked_kind
from search_api.budget import count_tokens
from search_api.chat_search import ChatHit, ChatQuery, search_chat
from search_api.code_search import CodeHit, CodeQuery, CodeReply, lexical_query, search_code
from search_api.comparing import Merging, Ranked, merge
from search_api.exact_fit import is_definition_of
from search_api.query_intent import typed_name
from search_api.task_search import TaskHit, search_tasks
from sql.chat import ChatFreshness
from sql.database import Database
from sql.search import IndexCounts
from sql.task_search import FoundTask

# What a chat message is measured by and shown of.
EXCERPT = 600
# Fitted by benchmarks/everything_quality.py, whose --packages has other code for the same numbers.
MERGING = Merging(sharpness=5.7, leanings={"code": -0.94, "chat": 0.0, "task": 0.28})
# What naming a kind counts. nDCG@10 of questions that name theirs with 0, 0.5, 1, 1.5 and 3, cross-validated: 0.624,
# 0.660, 0.685, 0.693, 0.696; of those that name another one: 0.600, 0.564, 0.513, 0.448, 0.277.
NAMED_KIND = 1.0


class ResultType(StrEnum):
    """What a result is."""

    CODE = "code"
    CHAT = "chat"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class EverythingQuery:
    """A search over several kinds as the doors hand it in; `left_out` tells why a door does not ask for a kind."""

    query: str
    types: tuple[ResultType, ...] = tuple(ResultType)
    project_id: UUID | None = None
    limit: int = 10
    max_tokens: int | None = None
    left_out: Mapping[ResultType, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundThing:
    """A result of any kind; exactly one of the three is there, the one that `type` names."""

    type: ResultType
    score: float
    code: CodeHit | None = None
    chat: ChatHit | None = None
    task: FoundTask | None = None


@dataclass(frozen=True, slots=True)
class EverythingReply:
    """Results best first; how fresh each searched index is; which kinds were left out, and why.

    `widened` tells which words that no code has it was searched with others for.
    """

    results: tuple[FoundThing, ...]
    code_index: IndexCounts | None
    chat_index: ChatFreshness | None
    left_out: dict[ResultType, str]
    widened: dict[str, dict[str, float]]
    truncated: bool
    took_ms: float


def search_everything(
    database: Database,
    encoder: ActiveEncoder,
    caller: Caller,
    query: EverythingQuery,
    *,
    reranker: Reranker | None = None,
) -> EverythingReply:
    """Answer a query from all that is the caller's. Raises CodingitError."""
    started = perf_counter()
    if not query.query.strip():
        raise InvalidRequestError("The query is empty.", hint="Say in a few words or with a name what to find.")
    left_out = dict(query.left_out)
    if query.project_id is not None:
        for kind in {ResultType.CHAT, ResultType.TASK} & set(query.types):
            left_out[kind] = "Chats and tasks belong to no project."
    types = [kind for kind in query.types if kind not in left_out]
    named, text = read_asked_kind(query.query)
    asked = replace(query, query=text)
    found, code, chat_index = _search_each(database, encoder, caller, asked, types, reranker)
    if named not in (None, ResultType.CODE):
        # Who asks for what was said about a name does not ask for its definition.
        found = [replace(each, defines=False) for each in found]
    merged = merge(lexical_query(text), found, MERGING.leaning_to(named, NAMED_KIND))
    results, truncated = _within_budget(query, merged)
    took = round((perf_counter() - started) * 1000, 2)
    code_index, widened = (None, {}) if code is None else (code.index, code.widened)
    return EverythingReply(results, code_index, chat_index, left_out, widened, truncated, took)


def find_each(database: Database, encoder: ActiveEncoder, caller: Caller, text: str) -> list[Ranked[FoundThing]]:
    """What each kind's own search finds, kind after kind: for measuring how they are merged."""
    return _search_each(database, encoder, caller, EverythingQuery(text), tuple(ResultType), None)[0]


def _search_each(
    database: Database,
    encoder: ActiveEncoder,
    caller: Caller,
    query: EverythingQuery,
    types: Sequence[ResultType],
    reranker: Reranker | None,
) -> tuple[list[Ranked[FoundThing]], CodeReply | None, ChatFreshness | None]:
    found: list[Ranked[FoundThing]] = []
    code, chat_index = None, None
    if ResultType.CODE in types:
        asked = CodeQuery(query.query, project_id=query.project_id, limit=query.limit)
        code = search_code(database, encoder, caller, asked, reranker=reranker)
        name = typed_name(query.query)
        found += [_of_code(hit, name) for hit in code.results]
    if ResultType.CHAT in types:
        chat = search_chat(database, encoder, caller, ChatQuery(query.query, limit=query.limit, excerpt=EXCERPT))
        chat_index = chat.index
        found += [_of_chat(hit) for hit in chat.results]
    if ResultType.TASK in types:
        # Before a connection is taken: who looks which model is active takes one as well.
        rows = encoder.text_rows()
        with database.reading_as(caller) as connection:
            found += [_of_task(hit) for hit in search_tasks(connection, rows, query.query, query.limit)]
    return found, code, chat_index


def _of_code(hit: CodeHit, name: str | None) -> Ranked[FoundThing]:
    text = f"{hit.path} {hit.symbol or ''}\n{hit.content}"
    # A heading of that name defines nothing.
    defines = name is not None and hit.kind != ChunkKind.SECTION and is_definition_of(name, hit.symbol, hit.asked_name)
    return Ranked(ResultType.CODE, FoundThing(ResultType.CODE, 0.0, code=hit), text, hit.score, hit.meaning, defines)


def _of_chat(hit: ChatHit) -> Ranked[FoundThing]:
    text = f"{hit.session_title}\n{hit.snippet.text}"
    return Ranked(ResultType.CHAT, FoundThing(ResultType.CHAT, 0.0, chat=hit), text, hit.score, hit.meaning)


def _of_task(hit: TaskHit) -> Ranked[FoundThing]:
    text = f"{hit.task.prompt}\n{hit.task.logs or ''}"
    return Ranked(ResultType.TASK, FoundThing(ResultType.TASK, 0.0, task=hit.task), text, hit.score, hit.meaning)


def _within_budget(
    query: EverythingQuery, merged: Sequence[tuple[float, Ranked[FoundThing]]]
) -> tuple[tuple[FoundThing, ...], bool]:
    """As many as the limit and the token budget hold; the first one always fits."""
    things: list[FoundThing] = []
    spent = 0
    for score, each in merged[: query.limit]:
        if query.max_tokens is not None:
            spent += count_tokens(each.text)
            if things and spent > query.max_tokens:
                return tuple(things), True
        item = each.item
        things.append(FoundThing(item.type, score, item.code, item.chat, item.task))
    return tuple(things), False
