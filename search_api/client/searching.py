"""What the searches are asked and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from indexer.decoding import to_storable
from search_api.client.asking import Ask, Reply, Whole, given


class CodeMatch(Reply, frozen=True):
    """A highlight, as a half-open range of code points in the content."""

    start: int
    end: int


class CodeResult(Reply, frozen=True):
    """A chunk that answers; lines are 1-based and inclusive."""

    path: str
    project_id: str | None
    file_id: str
    language: str | None
    kind: str
    symbol: str | None
    start_line: int
    end_line: int
    score: float
    content: str
    stale: bool
    scores: dict[str, float] | None = None
    matched_lines: tuple[int, ...] | None = None
    matches: tuple[CodeMatch, ...] | None = None
    asked_name: str | None = None


class IndexFreshness(Reply, frozen=True):
    """How far the index is behind in the scope of a search."""

    files: int
    pending: int
    failed: int


class CodeAnswer(Reply, frozen=True):
    """Results best first; `widened` tells which unknown words were taken for which."""

    results: tuple[CodeResult, ...]
    index: IndexFreshness
    widened: dict[str, dict[str, float]]
    truncated: bool
    took_ms: float


class Match(Reply, frozen=True):
    """A highlight, as half-open ranges of code points: in the snippet, and in the whole message."""

    start: int
    end: int
    message_start: int
    message_end: int


class NearbyMessage(Reply, frozen=True):
    """A message before (negative distance) or after the hit in its session."""

    id: str
    distance: int
    role: str
    created_at: datetime | None
    content: str
    cut: bool


class ChatResult(Reply, frozen=True):
    """A message that answers."""

    id: str
    message_id: str
    session_id: str
    session_key: str
    session_title: str
    role: str
    model: str | None
    created_at: datetime | None
    score: float
    evidence: tuple[str, ...]
    snippet: str
    matches: tuple[Match, ...]
    neighbours: tuple[NearbyMessage, ...]


class ChatIndexFreshness(Reply, frozen=True):
    """How far the index of meanings is behind; by their words messages are found at once."""

    pending: int
    failed: int


class ChatAnswer(Reply, frozen=True):
    """Results in the order that was asked for."""

    results: tuple[ChatResult, ...]
    index: ChatIndexFreshness
    took_ms: float


class TaskResult(Reply, frozen=True):
    """A task that answers."""

    id: int
    status: str
    progress: int
    prompt: str
    repo_url: str | None
    branch_name: str | None
    selected_agent: str | None
    created_at: datetime
    updated_at: datetime


class EverythingResult(Reply, frozen=True):
    """A result; of `code`, `chat` and `task` the one is there that `type` names."""

    type: str
    score: float
    code: CodeResult | None
    chat: ChatResult | None
    task: TaskResult | None


class FreshnessOfAll(Reply, frozen=True):
    """How far each index is behind; None where it was not searched."""

    code: IndexFreshness | None
    chat: ChatIndexFreshness | None


class EverythingAnswer(Reply, frozen=True):
    """Results of all kinds, best first; `left_out` tells which kinds were not searched, and why.

    `widened` tells which words that no code has were taken for which.
    """

    results: tuple[EverythingResult, ...]
    index: FreshnessOfAll
    left_out: dict[str, str]
    widened: dict[str, dict[str, float]]
    truncated: bool
    took_ms: float


def search_everything(
    query: str,
    *,
    types: Sequence[str] | None = None,
    project_id: str | None = None,
    limit: int | None = None,
    max_tokens: int | None = None,
) -> Ask[EverythingAnswer]:
    """Find code, chat messages and tasks at once; what is not given has the service's default."""
    body = given(query=to_storable(query), types=types, project_id=project_id, limit=limit, max_tokens=max_tokens)
    return Ask("POST", "/v1/search", Whole(EverythingAnswer), body=body)


def search_code(
    query: str,
    *,
    mode: str | None = None,
    project_id: str | None = None,
    path_glob: str | None = None,
    languages: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    limit: int | None = None,
    max_tokens: int | None = None,
    explain: bool | None = None,
    highlight: bool | None = None,
) -> Ask[CodeAnswer]:
    """Find chunks of code by meaning, by words and by misspelt names; what is not given has the service's default."""
    body = given(
        query=to_storable(query),
        mode=mode,
        project_id=project_id,
        path_glob=path_glob,
        languages=languages,
        kinds=kinds,
        limit=limit,
        max_tokens=max_tokens,
        explain=explain,
        highlight=highlight,
    )
    return Ask("POST", "/v1/search/code", Whole(CodeAnswer), body=body)


def search_chat(
    query: str,
    *,
    mode: str | None = None,
    session_id: str | None = None,
    role: str | None = None,
    model: str | None = None,
    tags: Sequence[str] | None = None,
    after: datetime | None = None,
    before: datetime | None = None,
    sort: str | None = None,
    recency: float | None = None,
    tool_output: str | None = None,
    limit: int | None = None,
    neighbours: int | None = None,
) -> Ask[ChatAnswer]:
    """Find messages of chats; what is not given has the service's default."""
    body = given(
        query=to_storable(query),
        mode=mode,
        session_id=session_id,
        role=role,
        model=model,
        tags=tags,
        after=after,
        before=before,
        sort=sort,
        recency=recency,
        tool_output=tool_output,
        limit=limit,
        neighbours=neighbours,
    )
    return Ask("POST", "/v1/search/chat", Whole(ChatAnswer), body=body)
