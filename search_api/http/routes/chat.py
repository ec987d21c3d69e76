"""The route of chat search: parses, calls the use case, renders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from search_api.chat_fusion import Sort, Taste, ToolOutput
from search_api.chat_search import ChatHit, ChatMode, ChatQuery, ChatReply, search_chat
from search_api.http.documentation import problems
from search_api.http.routes.search import refuse_long_query
from search_api.http.service import Searcher, TheDatabase, TheService
from search_api.http.strict_json import StrictRoute
from search_api.limits import ASKING, STORABLE, WHOLE, MomentBound, Strict
from sql.chat import ChatFilters, Evidence

router = APIRouter(prefix="/v1/search", tags=["search"], route_class=StrictRoute)

MOST_NEIGHBOURS = 3
MOST_TAGS = 50
LONGEST_NAME = 200

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), STORABLE]


class ChatRequest(Strict):
    """A chat search."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"query": '"connection refused" -timeout', "neighbours": 1}}
    )

    query: Annotated[
        str,
        Field(
            min_length=1,
            description='What to find. Words, "phrases", or, -without; mode substring takes it as it stands.',
            examples=['"connection refused" or timeout -proxy'],
        ),
        ASKING,
    ]
    mode: ChatMode = Field(
        ChatMode.HYBRID,
        description="fulltext: words in any form. fuzzy: words in similar spelling. vector: by meaning. substring: a "
        "piece of text, whatever its case (below three characters it is looked for in every message of the caller: "
        "slower). hybrid: all of it.",
    )
    session_id: UUID | None = Field(None, description="Only this session; unknown ones are answered with 404.")
    role: Literal["user", "assistant", "system"] | None = None
    model: Name | None = Field(None, description="Only messages of this model.")
    tags: list[Name] | None = Field(None, max_length=MOST_TAGS, description="Only sessions with any of these tags.")
    after: MomentBound | None = Field(None, description="Only messages of this moment or later.")
    before: MomentBound | None = Field(None, description="Only messages before this moment.")
    sort: Sort = Sort.RELEVANCE
    recency: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0,
        description="How much age takes away when sorted by relevance: at 1 a message that is 90 days older than the "
        "newest one found counts half, at 0 age does not matter.",
    )
    tool_output: ToolOutput = Field(
        ToolOutput.DEMOTE,
        description="What tools wrote, and long pasted output (logs, listings, stack traces): demote puts it behind "
        "what was said as well, exclude leaves it out.",
    )
    limit: Annotated[StrictInt, Field(ge=1, le=100), WHOLE] = 10
    neighbours: Annotated[StrictInt, Field(ge=0, le=MOST_NEIGHBOURS), WHOLE] = Field(
        0, description="Messages before and after each hit."
    )


class Match(BaseModel):
    """A highlight, as half-open ranges of code points: in the snippet, and in the whole message."""

    start: int = Field(examples=[4])
    end: int = Field(examples=[14])
    message_start: int = Field(examples=[104])
    message_end: int = Field(examples=[114])


class NearbyMessage(BaseModel):
    """A message before (negative distance) or after the hit in its session, cut when it is long."""

    id: UUID
    distance: int = Field(examples=[-1])
    role: str = Field(examples=["user"])
    created_at: datetime | None
    content: str = Field(examples=["Why does it not start?"])
    cut: bool


class ChatResult(BaseModel):
    """A message that answers."""

    id: UUID
    message_id: str = Field(description="The id that the writer gave it.", examples=["msg_42"])
    session_id: UUID
    session_key: str = Field(description="The session's id that its writer gave it.", examples=["chat_7"])
    session_title: str = Field(examples=["Untitled Session"])
    role: str = Field(examples=["assistant"])
    model: str | None
    created_at: datetime | None
    score: float = Field(description="Compares within this reply only.", examples=[0.03279])
    evidence: list[Evidence] = Field(description="How it was found.", examples=[["words", "literal"]])
    snippet: str = Field(examples=["the connection was refused"])
    matches: list[Match] = Field(description="What to highlight in the snippet.")
    neighbours: list[NearbyMessage]


class ChatIndexFreshness(BaseModel):
    """How far the index of meanings is behind the caller's messages; by their words they are found at once."""

    pending: int = Field(description="Written, and not yet found by meaning as they are.")
    failed: int = Field(description="Tried at least once without success; not counted as pending.")


class ChatAnswer(BaseModel):
    """Results in the order that was asked for."""

    results: list[ChatResult]
    index: ChatIndexFreshness
    took_ms: float = Field(examples=[4.2])


@router.post("/chat", summary="Search the caller's chats", responses=problems(400, 404, 413))
def post_chat_search(caller: Searcher, database: TheDatabase, service: TheService, request: ChatRequest) -> ChatAnswer:
    """Find messages of the caller's chats, in sessions that are not deleted."""
    refuse_long_query(request.query, service.settings)
    with service.metrics.timed("chat"):
        return _render(search_chat(database, service.encoder, caller, _query(request)))


def _query(request: ChatRequest) -> ChatQuery:
    return ChatQuery(
        query=request.query,
        mode=request.mode,
        filters=ChatFilters(
            request.session_id,
            request.role,
            request.model,
            request.tags,
            request.after,
            request.before,
        ),
        taste=Taste(request.sort, request.recency, request.tool_output),
        limit=request.limit,
        neighbours=request.neighbours,
    )


def _render(reply: ChatReply) -> ChatAnswer:
    return ChatAnswer(
        results=[render_hit(hit) for hit in reply.results],
        index=ChatIndexFreshness.model_validate(reply.index, from_attributes=True),
        took_ms=reply.took_ms,
    )


def render_hit(hit: ChatHit) -> ChatResult:
    """A hit as replies show it."""
    at = hit.snippet.start
    return ChatResult(
        id=hit.id,
        message_id=hit.message_id,
        session_id=hit.session_id,
        session_key=hit.session_key,
        session_title=hit.session_title,
        role=hit.role,
        model=hit.model,
        created_at=hit.created_at,
        score=hit.score,
        evidence=list(hit.evidence),
        snippet=hit.snippet.text,
        matches=[
            Match(start=start, end=end, message_start=at + start, message_end=at + end)
            for start, end in hit.snippet.matches
        ],
        neighbours=[
            NearbyMessage(
                id=near.id,
                distance=near.distance,
                role=near.role,
                created_at=near.created_at,
                content=near.content,
                cut=near.cut,
            )
            for near in hit.neighbours
        ],
    )
